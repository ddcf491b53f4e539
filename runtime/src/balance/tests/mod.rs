//! The decisions as tables, and against a model.

mod answers;
mod ejection;
mod model;
mod picking;

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

/// Those that get requests.
fn numbers(tasks: &mut Tasks<()>, now: Instant) -> Vec<u8> {
    shares(tasks, 240, now).into_keys().collect()
}
