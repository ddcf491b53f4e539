//! Whose turn it is.

use super::*;

#[test]
fn tasks_take_turns_whichever_are_out() {
    let now = Instant::now();
    for (count, out, expected) in [
        (1, vec![], vec![(1, 60)]),
        (3, vec![], vec![(1, 20), (2, 20), (3, 20)]),
        (3, vec![2], vec![(1, 30), (3, 30)]),
        (4, vec![1, 2], vec![(3, 30), (4, 30)]),
    ] {
        let mut tasks = tasks(count, now);
        for number in &out {
            eject(&mut tasks, *number, now);
        }
        let expected = BTreeMap::from_iter(expected);
        assert_eq!(shares(&mut tasks, 60, now), expected, "without {out:?}");
    }
}

#[test]
fn of_the_next_two_the_less_loaded_one_gets_it() {
    let now = Instant::now();
    let mut tasks = tasks(2, now);
    let first: Vec<_> = (0..4).map(|_| pick(&mut tasks, now)).collect();
    assert_eq!(first, [1, 2, 1, 2]);
    end(&mut tasks, 2, Some(answered(1)), now);
    end(&mut tasks, 2, Some(answered(1)), now);
    let next: Vec<_> = (0..4).map(|_| pick(&mut tasks, now)).collect();
    assert_eq!(next, [2, 2, 1, 2]);
}

#[test]
fn a_slow_task_is_asked_now_and_then_and_gets_its_share_back() {
    let now = Instant::now();
    let mut tasks = tasks(3, now);
    let mut slow = 0;
    for _ in 0..8000 {
        let number = pick(&mut tasks, now);
        slow += usize::from(number == 1);
        let latency = if number == 1 { 200 } else { 1 };
        end(&mut tasks, number, Some(answered(latency)), now);
    }
    assert!((5..=20).contains(&slow), "{slow} of 8000");
    shares(&mut tasks, 2000, now);
    assert_eq!(shares(&mut tasks, 60, now)[&1], 20);
    // What is not much slower is not slow.
    for _ in 0..300 {
        let number = pick(&mut tasks, now);
        end(
            &mut tasks,
            number,
            Some(answered(5 + u64::from(number))),
            now,
        );
    }
    assert_eq!(shares(&mut tasks, 60, now)[&3], 20);
}

/// What each gets of ten thousand requests, by what its answers take in milliseconds.
#[test]
fn slow_tasks_get_next_to_nothing_in_whichever_order_they_are() {
    for latencies in [
        &[200, 200, 1][..],
        &[200, 1, 200],
        &[200, 200, 1, 1],
        &[200, 1, 200, 1],
        &[1, 200, 200, 200, 1, 1],
    ] {
        let mut now = Instant::now();
        let mut tasks = tasks(u8::try_from(latencies.len()).unwrap(), now);
        let mut shares = vec![0; latencies.len()];
        for _ in 0..10_000 {
            now += Duration::from_millis(1);
            let number = pick(&mut tasks, now);
            let index = usize::from(number) - 1;
            shares[index] += 1;
            end(&mut tasks, number, Some(answered(latencies[index])), now);
        }
        let quick = latencies.iter().filter(|latency| **latency == 1).count();
        for (share, latency) in shares.iter().zip(latencies) {
            let least = if *latency == 1 { 9_500 / quick } else { 5 };
            let most = if *latency == 1 { 10_000 } else { 50 };
            assert!((least..=most).contains(share), "{latencies:?}: {shares:?}");
        }
    }
}

/// One request a second.
#[test]
fn where_requests_are_few_a_slow_task_is_asked_after_half_a_minute() {
    for count in [2, 3, 6] {
        let began = Instant::now();
        let mut tasks = tasks(count, began);
        for number in 1..=count {
            end(&mut tasks, number, Some(answered(5)), began);
        }
        tasks.is_late(&ended(1, began), Duration::from_secs(5));
        let asked = (1..100).find(|seconds| {
            let now = began + Duration::from_secs(*seconds);
            let number = pick(&mut tasks, now);
            end(&mut tasks, number, Some(answered(5)), now);
            number == 1
        });
        assert!((30..=36).contains(&asked.unwrap()), "{asked:?} of {count}");
    }
}

/// A second of silence, with and without an answer to somebody else in it.
#[test]
fn a_task_that_is_late_is_slow_at_once_unless_it_answered_others() {
    let began = Instant::now();
    let now = began + Duration::from_secs(1);
    for answers in [false, true] {
        let mut tasks = tasks(3, began);
        for number in 1..=3 {
            end(&mut tasks, number, Some(answered(1)), began);
        }
        if answers {
            end(&mut tasks, 1, Some(answered(1)), now);
        }
        tasks.is_late(&ended(1, began), Duration::from_secs(1));
        let picked: Vec<_> = (0..9).map(|_| pick(&mut tasks, now)).collect();
        assert_eq!(picked.contains(&1), answers, "{picked:?}");
    }
}

#[test]
fn a_request_avoids_who_had_it_and_who_cannot_be_reached() {
    let now = Instant::now();
    for (unreachable, tried, expected) in [
        (vec![], vec![1, 2], Some(3)),
        (vec![1, 3], vec![], Some(2)),
        // There is no other.
        (vec![1, 3], vec![2], Some(2)),
        (vec![], vec![1, 2, 3], Some(1)),
        (vec![1, 2, 3], vec![], None),
    ] {
        let mut tasks = tasks(3, now);
        let addresses = |numbers: &[u8]| numbers.iter().copied().map(address).collect();
        let avoid = Avoid {
            unreachable: addresses(&unreachable),
            tried: addresses(&tried),
            ..Avoid::default()
        };
        let picked = tasks.pick(now, &avoid).map(|task| last(task.address()));
        assert_eq!(picked, expected, "{unreachable:?} {tried:?}");
    }
}

#[test]
fn addresses_of_ipv6_come_after_those_of_ipv4() {
    let now = Instant::now();
    let mut tasks = Tasks::<()>::starting_at(0);
    let unroutable: SocketAddr = "[2600:f0f0::9]:80".parse().unwrap();
    tasks.merge(&[unroutable, address(1)], now);
    assert_eq!(pick(&mut tasks, now), 1);
    assert_eq!(pick(&mut tasks, now), 1);
    let avoid = Avoid {
        unreachable: vec![address(1)],
        ..Avoid::default()
    };
    let picked = tasks.pick(now, &avoid).unwrap().address();
    assert_eq!(picked, unroutable);
}
