//! Who is out, and for how long.

use super::*;

#[test]
fn five_failures_in_a_row_eject_for_longer_each_time() {
    let mut now = Instant::now();
    let mut tasks = tasks(3, now);
    for _ in 0..4 {
        tasks.judge(&ended(1, now), Verdict::Failed, now);
    }
    end(&mut tasks, 1, Some(answered(1)), now);
    assert_eq!(shares(&mut tasks, 60, now)[&1], 20, "not in a row");
    eject(&mut tasks, 1, now);
    for seconds in [30, 60, 120, 240, 300, 300] {
        now += Duration::from_millis(seconds * 1000 - 1);
        assert_eq!(shares(&mut tasks, 60, now).get(&1), None, "{seconds} s");
        now += Duration::from_millis(1);
        // One request finds out how it is; the others go elsewhere meanwhile.
        let first: Vec<_> = (0..6).map(|_| pick(&mut tasks, now)).collect();
        let probes = first.iter().filter(|number| **number == 1);
        assert_eq!(probes.collect::<Vec<_>>(), [&1]);
        for number in first {
            let verdict = if number == 1 {
                Some(Verdict::Failed)
            } else {
                Some(answered(1))
            };
            end(&mut tasks, number, verdict, now);
        }
    }
    now += Duration::from_secs(300);
    let mut found = shares(&mut tasks, 3, now);
    assert_eq!(found.remove(&1), Some(1));
    assert_eq!(shares(&mut tasks, 60, now)[&1], 20, "it is back");
    // It was, for as long as it was out: the next time is the first one.
    now += Duration::from_secs(301);
    eject(&mut tasks, 1, now);
    now += Duration::from_secs(30);
    assert_eq!(shares(&mut tasks, 3, now).get(&1), Some(&1));
}

#[test]
fn what_a_verdict_changes_is_said() {
    let mut now = Instant::now();
    let mut tasks = tasks(3, now);
    let mut failed = |number, now| tasks.judge(&ended(number, now), Verdict::Failed, now);
    let seconds = Duration::from_secs;
    assert_eq!([1; 4].map(|number| failed(number, now)), [None; 4]);
    assert_eq!(failed(1, now), Some(Change::Out(seconds(30))));
    assert_eq!(failed(1, now), None, "it was under way");
    now += seconds(30);
    // The probe fails, and the next one is answered.
    for (verdict, change) in [
        (Verdict::Failed, Change::Out(seconds(60))),
        (answered(1), Change::Back),
    ] {
        let turns: Vec<_> = (0..3).map(|_| pick(&mut tasks, now)).collect();
        assert!(turns.contains(&1), "{turns:?}");
        assert_eq!(tasks.judge(&ended(1, now), verdict, now), Some(change));
        assert_eq!(tasks.judge(&ended(1, now), verdict, now), None);
        for number in turns {
            tasks.end(&ended(number, now));
        }
        now += seconds(60);
    }
    let mut failed = |number| {
        let changes = [(); 5].map(|()| tasks.judge(&ended(number, now), Verdict::Failed, now));
        changes[4]
    };
    assert!(matches!(failed(1), Some(Change::Out(_))));
    assert!(matches!(failed(2), Some(Change::Out(_))));
    assert_eq!(failed(3), Some(Change::AllBack));
}

#[test]
fn a_silence_counts_only_where_nobody_got_an_answer_meanwhile() {
    let began = Instant::now();
    let late = began + Duration::from_secs(2);
    for (answered, is_out) in [(None, true), (Some(began + Duration::from_secs(1)), false)] {
        let mut tasks = tasks(3, began);
        if let Some(answered) = answered {
            end(&mut tasks, 1, Some(self::answered(1)), answered);
        }
        for _ in 0..5 {
            tasks.judge(&ended(1, began), Verdict::Silent, late);
        }
        assert_eq!(shares(&mut tasks, 60, late).contains_key(&1), !is_out);
    }
}

/// All tasks stand still for a moment, with a hundred requests at each; that is over when the requests are.
#[test]
fn what_began_before_a_task_came_back_does_not_count() {
    let began = Instant::now();
    let late = began + Duration::from_secs(2);
    let mut tasks = tasks(3, began);
    for number in 1..=3 {
        for _ in 0..5 {
            tasks.judge(&ended(number, began), Verdict::Silent, late);
        }
    }
    for number in (1..=3).cycle().take(300) {
        tasks.judge(&ended(number, began), Verdict::Silent, late);
    }
    assert_eq!(shares(&mut tasks, 60, late).len(), 3);
}

#[test]
fn a_probe_that_is_given_up_is_followed_by_another() {
    let mut now = Instant::now();
    let mut tasks = tasks(2, now);
    eject(&mut tasks, 1, now);
    now += RESILIENCE.ejection_time;
    for _ in 0..3 {
        let numbers = [pick(&mut tasks, now), pick(&mut tasks, now)];
        assert!(numbers.contains(&1), "{numbers:?}");
        for number in numbers {
            end(&mut tasks, number, None, now);
        }
    }
}

#[test]
fn a_request_that_can_be_sent_only_once_is_no_probe_unless_there_is_no_other() {
    let mut now = Instant::now();
    let mut tasks = tasks(3, now);
    eject(&mut tasks, 1, now);
    let precious = Avoid {
        is_precious: true,
        ..Avoid::default()
    };
    for (seconds, is_asked) in [(30, false), (29, false), (1, true)] {
        now += Duration::from_secs(seconds);
        let mut picked = Vec::new();
        for _ in 0..6 {
            let task = tasks.pick(now, &precious).unwrap();
            picked.push(last(task.address()));
        }
        for number in &picked {
            end(&mut tasks, *number, None, now);
        }
        assert_eq!(picked.contains(&1), is_asked, "{seconds}");
    }
}

/// So many requests, one every ten milliseconds.
fn fail_all(tasks: &mut Tasks<()>, requests: u32, mut now: Instant) -> Instant {
    for _ in 0..requests {
        now += Duration::from_millis(10);
        let number = pick(tasks, now);
        end(tasks, number, Some(Verdict::Failed), now);
    }
    now
}

/// As where everybody stands still for some seconds; some are out when that is over, or none.
#[test]
fn where_all_failed_all_have_their_share_two_seconds_later() {
    for (count, requests) in [(2, 309), (3, 300), (3, 313), (3, 314), (12, 656)] {
        let mut now = Instant::now();
        let mut tasks = tasks(count, now);
        now = fail_all(&mut tasks, requests, now) + Duration::from_secs(2);
        shares(&mut tasks, 120, now);
        let share = 120 / usize::from(count);
        let even = (1..=count).map(|number| (number, share)).collect();
        assert_eq!(shares(&mut tasks, 120, now), even, "after {requests}");
    }
}

#[test]
fn who_goes_on_to_fail_after_all_did_is_out_for_longer_each_time() {
    let mut now = Instant::now();
    let mut tasks = tasks(3, now);
    now = fail_all(&mut tasks, 300, now);
    for seconds in [2, 4, 8] {
        eject(&mut tasks, 1, now);
        now += Duration::from_millis(seconds * 1000 - 1);
        assert_eq!(numbers(&mut tasks, now), [2, 3], "{seconds} s");
        now += Duration::from_millis(1);
        assert_eq!(numbers(&mut tasks, now), [1, 2, 3], "{seconds} s");
    }
    // Half a minute later that is forgotten.
    now += Duration::from_secs(30);
    eject(&mut tasks, 1, now);
    now += Duration::from_secs(29);
    assert_eq!(numbers(&mut tasks, now), [2, 3]);
}

#[test]
fn what_cannot_be_connected_to_is_out_at_once_and_soon_due() {
    let mut now = Instant::now();
    let mut tasks = tasks(3, now);
    tasks.judge(&ended(2, now), Verdict::Unreachable, now);
    for seconds in [2, 4, 8] {
        assert_eq!(shares(&mut tasks, 60, now).get(&2), None);
        now += Duration::from_secs(seconds);
        let number = (0..3)
            .map(|_| pick(&mut tasks, now))
            .find(|number| *number == 2);
        assert_eq!(number, Some(2), "after {seconds} s");
        end(&mut tasks, 2, Some(Verdict::Unreachable), now);
    }
}

#[test]
fn the_last_third_is_never_ejected_and_where_all_fail_all_are_back() {
    let now = Instant::now();
    for (count, left) in [(1, 1), (2, 1), (3, 1), (4, 2), (6, 2), (12, 4)] {
        let mut tasks = tasks(count, now);
        for number in 1..=(count - left) {
            eject(&mut tasks, number, now);
        }
        assert_eq!(
            shares(&mut tasks, 120, now).len(),
            usize::from(left),
            "of {count}"
        );
        for number in (count - left + 1)..=count {
            eject(&mut tasks, number, now);
        }
        assert_eq!(
            shares(&mut tasks, 120, now).len(),
            usize::from(count),
            "of {count}"
        );
    }
}
