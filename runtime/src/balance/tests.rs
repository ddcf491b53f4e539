//! The decisions as tables, and against a model: random faults, and what must never be.

use std::collections::BTreeMap;

use super::*;

const RESILIENCE: Resilience = Resilience::DEFAULT;

fn address(number: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, number], 80))
}

fn tasks(count: u8, now: Instant) -> Tasks<()> {
    let mut tasks = Tasks::starting_at(0);
    let answer: Vec<_> = (1..=count).map(address).collect();
    tasks.merge(&answer, now);
    tasks
}

/// The number of the task that gets the next request.
fn pick(tasks: &mut Tasks<()>, now: Instant) -> u8 {
    let task = tasks.pick(now, &Avoid::default()).unwrap();
    last(task.address())
}

fn last(address: SocketAddr) -> u8 {
    match address.ip() {
        IpAddr::V4(ip) => ip.octets()[3],
        IpAddr::V6(ip) => ip.octets()[15],
    }
}

/// A request that is over at once.
fn ended(number: u8, began: Instant) -> Ended<'static> {
    Ended {
        address: address(number),
        began,
        resilience: &RESILIENCE,
    }
}

fn end(tasks: &mut Tasks<()>, number: u8, verdict: Option<Verdict>, now: Instant) {
    if let Some(verdict) = verdict {
        tasks.judge(&ended(number, now), verdict, now);
    }
    tasks.end(&ended(number, now));
}

fn answered(milliseconds: u64) -> Verdict {
    Verdict::Answered(Some(Duration::from_millis(milliseconds)))
}

/// Fails a task so often that it is ejected.
fn eject(tasks: &mut Tasks<()>, number: u8, now: Instant) {
    for _ in 0..RESILIENCE.ejection_failures {
        tasks.judge(&ended(number, now), Verdict::Failed, now);
    }
}

/// Who gets `count` requests, one after the other, each answered at once.
fn shares(tasks: &mut Tasks<()>, count: usize, now: Instant) -> BTreeMap<u8, usize> {
    let mut shares = BTreeMap::new();
    for _ in 0..count {
        let number = pick(tasks, now);
        *shares.entry(number).or_default() += 1;
        end(tasks, number, Some(answered(1)), now);
    }
    shares
}

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

/// As where everybody stands still for some seconds.
#[test]
fn where_all_fail_for_a_while_none_is_out_for_long_afterwards() {
    let mut now = Instant::now();
    let mut tasks = tasks(12, now);
    for _ in 0..600 {
        now += Duration::from_millis(10);
        let number = pick(&mut tasks, now);
        end(&mut tasks, number, Some(Verdict::Failed), now);
    }
    now += RESILIENCE.ejection_time;
    shares(&mut tasks, 120, now);
    assert_eq!(numbers(&mut tasks, now).len(), 12);
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

/// Those that get requests.
fn numbers(tasks: &mut Tasks<()>, now: Instant) -> Vec<u8> {
    shares(tasks, 240, now).into_keys().collect()
}

#[test]
fn the_tasks_are_those_of_the_last_answers() {
    let now = Instant::now();
    let mut few = tasks(3, now);
    let answer = [address(2), address(3), address(4)];
    few.merge(&answer, now);
    assert_eq!(numbers(&mut few, now), [1, 2, 3, 4], "DNS may be late");
    few.merge(&[], now);
    assert_eq!(numbers(&mut few, now), [1, 2, 3, 4], "nobody is no answer");
    assert_eq!(few.merge(&answer, now).len(), 1);
    assert_eq!(numbers(&mut few, now), [2, 3, 4]);
    few.replace(&[address(4), address(5)], now);
    assert_eq!(numbers(&mut few, now), [4, 5], "after a long rest");
    // The one that is left was ejected while there were others.
    let mut one = tasks(2, now);
    eject(&mut one, 1, now);
    for _ in 0..2 {
        one.merge(&[address(1)], now);
    }
    assert_eq!(numbers(&mut one, now), [1]);
    assert!(one.list[0].health.is_in());
}

/// Of twelve, eight are named at a time, and each answer several times, as by a resolver that keeps it for its TTL.
#[test]
fn of_many_tasks_none_is_forgotten_that_is_named_within_a_minute() {
    let start = Instant::now();
    let mut many = Tasks::starting_at(0);
    let mut name = |seconds: u64, first: u8| {
        let now = start + Duration::from_secs(seconds);
        let answer: Vec<_> = (0..8)
            .map(|offset| address((first + offset) % 12 + 1))
            .collect();
        many.merge(&answer, now);
        numbers(&mut many, now).len()
    };
    for (seconds, first, expected) in [
        (0, 0, 8),
        (3, 0, 8),
        (10, 4, 12),
        (20, 0, 12),
        (30, 0, 12),
        (60, 0, 12),
        (69, 0, 12),
        (70, 0, 8),
    ] {
        assert_eq!(name(seconds, first), expected, "{seconds} s");
    }
}

#[test]
fn what_ends_late_is_no_matter_of_a_task_that_is_known_anew() {
    let began = Instant::now();
    let now = began + Duration::from_secs(1);
    let mut tasks = tasks(2, began);
    pick(&mut tasks, began);
    tasks.replace(&[address(3)], now);
    tasks.merge(&[address(1)], now);
    tasks.get(address(1)).unwrap().in_flight = 1;
    for _ in 0..5 {
        tasks.judge(&ended(1, began), Verdict::Failed, now);
    }
    tasks.end(&ended(1, began));
    assert_eq!(tasks.get(address(1)).unwrap().in_flight, 1);
    assert!(tasks.list.iter().all(|task| task.health.is_in()));
}

#[test]
fn a_retry_is_within_a_fifth_of_the_requests_of_late() {
    let mut now = Instant::now();
    let mut budget = Budget::default();
    for (requests, expected) in [(0, 10), (40, 0), (60, 10), (900, 180)] {
        for _ in 0..requests {
            budget.request(now);
        }
        let taken = (0..1000).filter(|_| budget.take(now, 20)).count();
        assert_eq!(taken, expected, "after {requests} more");
        now += Duration::from_secs(1);
    }
    assert!(!budget.take(now, 0), "none is none");
    now += Duration::from_secs(10);
    let taken = (0..1000).filter(|_| budget.take(now, 20)).count();
    assert_eq!(taken, 10, "what was is forgotten");
}

/// A small generator, so that a failure can be seen again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// Tasks that die, hang, recover, come and go, under random load: a request always finds a task, one that is not ejected
/// if it is not to avoid all of these, and what is in flight adds up.
#[test]
fn whatever_happens_there_is_a_task_and_it_is_not_one_that_is_out() {
    for seed in 1..=300 {
        let mut dice = Dice(seed);
        let mut now = Instant::now();
        let mut tasks = tasks(1 + u8::try_from(dice.roll(12)).unwrap(), now);
        let mut health = BTreeMap::<u8, u64>::new();
        let mut in_flight = Vec::new();
        for step in 0..2000 {
            now += Duration::from_millis(dice.roll(500));
            match dice.roll(20) {
                0 => {
                    let answer: Vec<_> = (1..=15)
                        .filter(|_| dice.roll(2) == 0)
                        .map(address)
                        .collect();
                    tasks.merge(&answer, now);
                    in_flight.retain(|number| tasks.get(address(*number)).is_some());
                }
                1 => {
                    let number = u8::try_from(1 + dice.roll(15)).unwrap();
                    health.insert(number, dice.roll(3));
                }
                2..11 => {
                    let open = |task: &Task<()>| task.health.is_open(now, false);
                    let has_open = tasks.list.iter().any(open);
                    assert!(
                        tasks.list.iter().any(|task| task.health.is_in()),
                        "{seed}/{step}"
                    );
                    let before: Vec<_> = tasks
                        .list
                        .iter()
                        .filter(|task| open(task))
                        .map(Task::address)
                        .collect();
                    let number = pick(&mut tasks, now);
                    assert!(
                        has_open && before.contains(&address(number)),
                        "{seed}/{step}"
                    );
                    in_flight.push(number);
                }
                _ if in_flight.is_empty() => {}
                _ => {
                    let index = usize::try_from(dice.roll(in_flight.len() as u64)).unwrap();
                    let number = in_flight.swap_remove(index);
                    let verdict = match health.get(&number) {
                        Some(1) => Some(Verdict::Failed),
                        Some(2) => Some(Verdict::Unreachable),
                        _ if dice.roll(5) == 0 => None,
                        _ => Some(answered(1 + dice.roll(300))),
                    };
                    end(&mut tasks, number, verdict, now);
                }
            }
            let counted: usize = tasks.list.iter().map(Task::in_flight).sum();
            assert_eq!(counted, in_flight.len(), "{seed}/{step}");
        }
    }
}
