//! The connections to one address that many streams are on: which one the next request gets, and whether another is needed.
//!
//! ```text
//! let (slot, is_more_wanted) = trunks.take(now, wanted);
//! ```

use std::sync::Arc;

use tokio::runtime::Id;
use tokio::sync::watch;
use tokio::time::Instant;

use super::super::idle::{EVERY, SEVERAL, Wanted};
use super::opening::Outcome;
use super::{Slot, Trunk};
use crate::balance::{fastest, is_slow};

#[derive(Default)]
pub(in super::super) struct Trunks {
    list: Vec<Arc<Trunk>>,
    /// Whose turn it is.
    turn: usize,
    /// Requests since the last one was opened.
    requests: u32,
    /// Those under way, at most one of each runtime.
    opening: Vec<(Id, watch::Receiver<Outcome>)>,
}

impl Trunks {
    /// A place for a request, and whether another connection is to be opened beside it.
    pub(super) fn take(&mut self, now: Instant, wanted: Wanted) -> (Option<Slot>, bool) {
        self.requests = self.requests.saturating_add(1);
        self.list.retain(|trunk| trunk.is_open());
        let is_mine = |trunk: &Trunk| trunk.home == wanted.runtime;
        let fresh = self.list.iter();
        let fresh = fresh.filter(|trunk| is_mine(trunk) && now < trunk.expires);
        let (count, idle) = fresh.fold((0, 0), |(count, idle), trunk| {
            (count + 1, idle + usize::from(trunk.streams() == 0))
        });
        // Through a proxy each leads to one task, so that there are to be several as soon as they have something to do.
        let is_wanted = wanted.is_proxy && count < SEVERAL && (idle == 0 || self.requests >= EVERY);
        let is_more = (count == 0 || is_wanted) && self.opening(wanted.runtime).is_none();
        let slot = self
            .choose(now, |trunk| {
                is_mine(trunk) && now < trunk.expires && !(wanted.is_again && trunk.has_failed())
            })
            // An older one, until another is there.
            .or_else(|| self.choose(now, |trunk| is_mine(trunk) && !wanted.is_again));
        (slot, is_more)
    }

    /// Of those that take turns the one with the fewest streams; not one that is slow, if there is another.
    fn choose(&mut self, now: Instant, may: impl Fn(&Trunk) -> bool) -> Option<Slot> {
        let count = self.list.len();
        let fastest = fastest(self.list.iter().map(|trunk| trunk.latency()));
        let turns = (0..count).map(|offset| (self.turn + offset) % count);
        let mut turns: Vec<usize> = turns.filter(|index| may(&self.list[*index])).collect();
        turns.sort_by_key(|index| {
            let trunk = &self.list[*index];
            (is_slow(trunk.latency(), fastest), trunk.streams())
        });
        turns.into_iter().find_map(|index| {
            let slot = self.list[index].slot(now)?;
            self.turn = index + 1;
            Some(slot)
        })
    }

    /// Whether a request finds a place on one that is neither old nor failing.
    pub(super) fn has_room(&self, home: Id, now: Instant) -> bool {
        let mut list = self.list.iter();
        list.any(|trunk| {
            let is_good = trunk.home == home && now < trunk.expires && !trunk.has_failed();
            is_good && trunk.is_open() && trunk.has_room()
        })
    }

    /// The one under way.
    pub(super) fn opening(&self, home: Id) -> Option<watch::Receiver<Outcome>> {
        let mut opening = self.opening.iter();
        let own = opening.find(|(of, _)| *of == home);
        own.map(|(_, outcome)| outcome.clone())
    }

    pub(super) fn opens(&mut self, home: Id, outcome: watch::Receiver<Outcome>) {
        self.requests = 0;
        self.opening.push((home, outcome));
    }

    /// One has come to its end, whatever that is.
    pub(super) fn opened(&mut self, home: Id) {
        self.opening.retain(|(of, _)| *of != home);
    }

    /// Keeps a new one. Gives those back in whose place it is.
    pub(super) fn keep(&mut self, trunk: Arc<Trunk>, now: Instant) -> Vec<Arc<Trunk>> {
        let home = trunk.home;
        let is_old = |old: &mut Arc<Trunk>| old.home == home && old.expires <= now;
        let old = self.list.extract_if(.., is_old).collect();
        self.list.push(trunk);
        old
    }

    /// Gives one up. What is on it goes on.
    pub(super) fn give_up(&mut self, trunk: &Arc<Trunk>) {
        self.list.retain(|other| !Arc::ptr_eq(other, trunk));
    }
}
