//! Random faults, and what must never be.

use super::*;

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
