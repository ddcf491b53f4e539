//! Which task gets the next request: decisions as plain values, without a clock or a socket of their own.
//!
//! ```text
//! let mut tasks = Tasks::<()>::starting_at(0);
//! tasks.merge(&["10.0.0.1:80".parse()?, "10.0.0.2:80".parse()?], now);
//! let task = tasks.pick(now, &Avoid::default())?;
//! tasks.judge(&ended, Verdict::Answered(Some(latency)), now);
//! ```

mod budget;
mod health;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::time::Instant;

pub(crate) use self::budget::Budget;
use self::health::Health;
pub(crate) use self::health::{Verdict, mean_latency};
use crate::Resilience;

/// How many tasks Cloud Map names in one answer at most; of more it picks others each time.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html>, `MULTIVALUE`.
const ANSWER: usize = 8;

/// In how many answers in a row a task has to be missing to be gone.
const MISSED: u32 = 2;

/// For how long besides, where answers name only some: a resolver may repeat one until its TTL of 10 s is over.
const UNSEEN: Duration = Duration::from_secs(60);

/// A task is slow whose answers take so many times as long as those of the fastest one, and longer by [`SLOWER`].
const TIMES_SLOWER: u32 = 4;
const SLOWER: Duration = Duration::from_millis(10);

/// How often a slow task is passed over until a request finds out whether it still is slow: of three tasks one in 513,
/// which a percentile of 99 does not see.
const PASSES: u32 = 256;

/// After how long one does where requests are few.
const ASKED: Duration = Duration::from_secs(30);

/// The tasks of a service, each with what `C` has for it: its connections.
pub(crate) struct Tasks<C> {
    list: Vec<Task<C>>,
    /// Whose turn it is.
    turn: usize,
}

pub(crate) struct Task<C> {
    address: SocketAddr,
    /// Since when it is known.
    since: Instant,
    in_flight: usize,
    /// When DNS last named it, and how many answers there were since.
    named: Instant,
    missed: u32,
    /// When it last got a request, and how many turns it did not get since because it is slow.
    picked: Instant,
    passed: u32,
    health: Health,
    pub(crate) connections: C,
}

/// What a verdict changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    /// The task is ejected, for so long.
    Out(Duration),
    /// It answered, and is back.
    Back,
    /// All are back, because all failed.
    AllBack,
}

/// A request that is over, that failed, or that is late.
pub(crate) struct Ended<'a> {
    pub(crate) address: SocketAddr,
    /// When the task was picked for it.
    pub(crate) began: Instant,
    pub(crate) resilience: &'a Resilience,
}

/// Where a request is not to go.
#[derive(Clone, Default)]
pub(crate) struct Avoid {
    /// They could not be connected to.
    pub(crate) unreachable: Vec<SocketAddr>,
    /// They have had it already: another one, if there is another.
    pub(crate) tried: Vec<SocketAddr>,
    /// It can be sent only once, or has failed already: it had better not find out how one is that was ejected.
    pub(crate) is_precious: bool,
}

impl<C: Default> Tasks<C> {
    /// None yet. Many callers start with the same binary: each begins at another one.
    pub(crate) fn starting_at(turn: usize) -> Tasks<C> {
        Tasks {
            list: Vec::new(),
            turn,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether the one address is that of a proxy, which balances itself.
    pub(crate) fn is_proxy(&self) -> bool {
        self.list.iter().any(|task| is_proxy(task.address))
    }

    pub(crate) fn get(&mut self, address: SocketAddr) -> Option<&mut Task<C>> {
        self.list.iter_mut().find(|task| task.address == address)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Task<C>> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Task<C>> {
        self.list.iter_mut()
    }

    /// Takes an answer of DNS. Gives the connections to those that are gone.
    ///
    /// A task that an answer does not name may be one of many, and DNS may be late either way; so the tasks are those of
    /// the last answers. An answer that names nobody is none.
    pub(crate) fn merge(&mut self, answer: &[SocketAddr], now: Instant) -> Vec<C> {
        if answer.is_empty() {
            return Vec::new();
        }
        for task in &mut self.list {
            task.missed += 1;
        }
        for address in answer {
            match self.get(*address) {
                Some(task) => (task.missed, task.named) = (0, now),
                None => self.list.push(Task::new(*address, now)),
            }
        }
        let names_all = answer.len() < ANSWER;
        self.remove(|task| task.missed >= MISSED && (names_all || task.named + UNSEEN <= now))
    }

    /// Takes an answer of DNS in the place of all that is known.
    pub(crate) fn replace(&mut self, answer: &[SocketAddr], now: Instant) -> Vec<C> {
        let mut gone = self.merge(answer, now);
        gone.extend(self.remove(|task| !answer.contains(&task.address)));
        gone
    }

    fn remove(&mut self, is_gone: impl Fn(&Task<C>) -> bool) -> Vec<C> {
        let gone = self.list.extract_if(.., |task| is_gone(task));
        let gone = gone.map(|task| task.connections).collect();
        // Those that are left may be out, which was for as long as there were others.
        if !self.list.iter().any(|task| task.health.is_in()) {
            for task in &mut self.list {
                task.health = Health::default();
            }
        }
        gone
    }

    /// The task for a request, which is in flight there until [`end`](Tasks::end).
    ///
    /// Tasks take turns; of the next two that are not slow the less loaded one gets it. One that is ejected gets none for as
    /// long as there is another. An address of IPv6 is often one without a route, so it comes after those of IPv4.
    pub(crate) fn pick(&mut self, now: Instant, avoid: &Avoid) -> Option<&mut Task<C>> {
        let may = |task: &Task<C>| !avoid.unreachable.contains(&task.address);
        let is_open = |task: &Task<C>| may(task) && task.health.is_open(now, avoid.is_precious);
        let is_new = |task: &Task<C>| is_open(task) && !avoid.tried.contains(&task.address);
        let index = self
            .choose(now, is_new)
            .or_else(|| self.choose(now, is_open))
            .or_else(|| {
                let all = self.list.iter().enumerate();
                let out = all.filter(|(_, task)| may(task));
                let next = out.min_by_key(|(_, task)| task.health.until());
                next.map(|(index, _)| index)
            })?;
        self.turn = index + 1;
        let task = &mut self.list[index];
        (task.picked, task.passed) = (now, 0);
        task.health.ask(now);
        task.in_flight += 1;
        Some(task)
    }

    /// Whether there is one that is in and is not to be avoided.
    pub(crate) fn has_another(&self, avoid: &Avoid) -> bool {
        self.list.iter().any(|task| {
            let address = &task.address;
            let is_avoided = avoid.tried.contains(address) || avoid.unreachable.contains(address);
            task.health.is_in() && !is_avoided
        })
    }

    fn choose(&mut self, now: Instant, may: impl Fn(&Task<C>) -> bool) -> Option<usize> {
        [true, false].into_iter().find_map(|is_ipv4| {
            self.choose_of(now, |task| task.address.is_ipv4() == is_ipv4 && may(task))
        })
    }

    fn choose_of(&mut self, now: Instant, may: impl Fn(&Task<C>) -> bool) -> Option<usize> {
        let (count, fastest) = (self.list.len(), self.fastest());
        let (mut first, mut slow) = (None, None);
        for index in (0..count).map(|offset| (self.turn % count + offset) % count) {
            let task = &mut self.list[index];
            if !may(task) {
                continue;
            }
            // It is due, so this is the request that finds out how it is.
            let is_due = !task.health.is_in() || (task.is_slow(fastest) && task.is_due(now));
            match first {
                None if is_due => return Some(index),
                _ if !task.health.is_in() => {}
                None if task.is_slow(fastest) => {
                    task.passed += 1;
                    slow = slow.or(Some(index));
                }
                _ if task.is_slow(fastest) => {}
                None => first = Some((index, task.in_flight)),
                Some((_, in_flight)) if task.in_flight < in_flight => return Some(index),
                Some((first, _)) => return Some(first),
            }
        }
        first.map(|(index, _)| index).or(slow)
    }

    /// Of those that are in and have answered.
    fn fastest(&self) -> Duration {
        let known = self.list.iter().filter(|task| task.health.is_in());
        fastest(known.map(|task| task.health.latency()))
    }

    /// A request to a task is over.
    pub(crate) fn end(&mut self, ended: &Ended) {
        if let Some(task) = self.get(ended.address)
            && task.since <= ended.began
        {
            task.in_flight = task.in_flight.saturating_sub(1);
            task.health.end(ended.began);
        }
    }

    /// Takes note of how a task answers. One that fails again and again is ejected, but never the last third: where
    /// these fail too, it is not the tasks, and all are back.
    pub(crate) fn judge(
        &mut self,
        ended: &Ended,
        verdict: Verdict,
        now: Instant,
    ) -> Option<Change> {
        let &Ended {
            address,
            began,
            resilience,
        } = ended;
        let is_alike = |task: &Task<C>| task.address.is_ipv4() == address.is_ipv4();
        let alike = self.list.iter().filter(|task| is_alike(task));
        let (all, others) = alike.fold((0, 0), |(all, others), task| {
            let is_other = task.address != address && task.health.is_in();
            (all + 1, others + usize::from(is_other))
        });
        let task = self.get(address).filter(|task| task.since <= began)?;
        if let Verdict::Answered(Some(latency)) = verdict
            && latency * TIMES_SLOWER < task.health.latency()
        {
            // It may be slow no longer: the next turn is its own.
            task.passed = PASSES;
        }
        let was_out = !task.health.is_in();
        let is_over = task.health.judge(verdict, began, now, resilience);
        if was_out && task.health.is_in() {
            return Some(Change::Back);
        }
        if !is_over || resilience.ejection_failures == 0 {
            return None;
        }
        if others >= usize::div_ceil(all, 3) {
            return task.health.eject(verdict, now, resilience).map(Change::Out);
        }
        let mut alike = self.list.iter().filter(|task| is_alike(task));
        if alike.all(|task| !task.health.is_in() || task.health.has_failed(resilience)) {
            let mut is_one_out = false;
            for task in self.list.iter_mut().filter(|task| is_alike(task)) {
                is_one_out |= !task.health.is_in();
                task.health.acquit(now);
            }
            return is_one_out.then_some(Change::AllBack);
        }
        None
    }

    /// An answer is not there after so long.
    pub(crate) fn is_late(&mut self, ended: &Ended, after: Duration) {
        if let Some(task) = self.get(ended.address)
            && task.since <= ended.began
        {
            task.health.is_late(ended.began, after);
        }
    }
}

impl<C: Default> Task<C> {
    fn new(address: SocketAddr, now: Instant) -> Task<C> {
        Task {
            address,
            since: now,
            in_flight: 0,
            named: now,
            missed: 0,
            picked: now,
            passed: 0,
            health: Health::default(),
            connections: C::default(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// In a row, whether it was ejected for them or not.
    pub(crate) fn failures(&self) -> u32 {
        self.health.failures_in_all()
    }

    /// For how long it still gets no requests: nothing, if it is due, until one has found out how it is.
    pub(crate) fn ejected_for(&self, now: Instant) -> Option<Duration> {
        let until = self.health.until()?;
        Some(until.saturating_duration_since(now))
    }

    /// What its answers take of late, if that is known.
    pub(crate) fn latency(&self) -> Option<Duration> {
        Some(self.health.latency()).filter(|latency| !latency.is_zero())
    }

    fn is_slow(&self, fastest: Duration) -> bool {
        is_slow(self.health.latency(), fastest)
    }

    /// Whether a request is to find out if it still is slow.
    fn is_due(&self, now: Instant) -> bool {
        self.passed >= PASSES || self.picked + ASKED <= now
    }
}

/// The least of those that are known; zero is unknown.
pub(crate) fn fastest(latencies: impl Iterator<Item = Duration>) -> Duration {
    let known = latencies.filter(|latency| !latency.is_zero());
    known.min().unwrap_or_default()
}

/// Whether what takes so long is slow, beside what is fastest.
pub(crate) fn is_slow(latency: Duration, fastest: Duration) -> bool {
    latency >= fastest * TIMES_SLOWER && latency >= fastest + SLOWER
}

/// Whether an address is one on which the proxy of Service Connect listens in a client's task.
pub(crate) fn is_proxy(address: SocketAddr) -> bool {
    matches!(address.ip(), IpAddr::V4(ip) if ip.octets()[..2] == [127, 255])
}
