//! What DNS says of the tasks.

use super::*;

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
    tasks.is_late(&ended(1, began), Duration::from_secs(1));
    tasks.end(&ended(1, began));
    assert_eq!(tasks.get(address(1)).unwrap().in_flight, 1);
    assert!(tasks.list.iter().all(|task| task.health.is_in()));
    assert!(
        tasks
            .list
            .iter()
            .all(|task| task.health.latency().is_zero())
    );
}
