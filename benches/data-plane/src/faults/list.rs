//! The faults, what is done when, and what is asked of this library.

use anyhow::Result;

use super::figure::Figure;
use super::seconds::{AT, END};
use crate::shop::Shop;

/// What is done in some second of a run.
type Step = (u64, fn(&mut Shop) -> Result<()>);

/// One that happens to all clients at the same time. After its last step all is well, with three tasks.
pub struct Fault {
    pub name: &'static str,
    pub title: &'static str,
    pub steps: &'static [Step],
    /// Of the clients that find tasks by discovery, or else of all.
    pub is_of_discovery: bool,
    pub asked: &'static [Figure],
    /// Whether there is a picture of it.
    pub is_drawn: bool,
}

const NONE_FAILED: Figure = Figure::Failed {
    discovery: 0,
    proxy: 0,
};

impl Fault {
    const fn new(
        name: &'static str,
        title: &'static str,
        steps: &'static [Step],
        asked: &'static [Figure],
    ) -> Self {
        Self {
            name,
            title,
            steps,
            is_of_discovery: false,
            asked,
            is_drawn: false,
        }
    }

    const fn drawn(self) -> Self {
        Self {
            is_drawn: true,
            ..self
        }
    }

    const fn of_discovery(self) -> Self {
        Self {
            is_of_discovery: true,
            ..self
        }
    }
}

pub const ALL: [Fault; 8] = [
    Fault::new(
        "killed",
        "One of three tasks is killed; DNS and the proxies are told 5 s later",
        &[
            (AT, Shop::kill),
            (10, Shop::retire),
            // For what comes after it.
            (END, Shop::add),
        ],
        &[NONE_FAILED],
    ),
    Fault::new(
        "hang",
        "One of three tasks accepts connections and never answers",
        &[(AT, Shop::stop), (END, Shop::go_on)],
        &[NONE_FAILED, Figure::P99Below(50.0)],
    )
    .drawn(),
    Fault::new(
        "unwell",
        "One of three tasks answers 503",
        &[(AT, Shop::toggle_unwell), (END, Shop::toggle_unwell)],
        &[Figure::Failed {
            discovery: 0,
            proxy: 50,
        }],
    )
    .drawn(),
    Fault::new(
        "added",
        "A fourth task is added",
        &[(AT, Shop::add), (END, Shop::kill), (END, Shop::retire)],
        &[Figure::ShareOfNewest],
    ),
    Fault::new(
        "replaced",
        "All three tasks are replaced, one each second; the old ones are killed at once",
        &[
            (AT, Shop::replace),
            (AT + 1, Shop::replace),
            (AT + 2, Shop::replace),
        ],
        &[NONE_FAILED],
    ),
    Fault::new(
        "dns",
        "DNS is silent for 15 s, and then says for 5 s that there are no tasks",
        &[
            (AT, Shop::stop_dns),
            (AT + 15, Shop::empty_dns),
            (AT + 20, Shop::fill_dns),
        ],
        &[NONE_FAILED],
    )
    .of_discovery(),
    Fault::new(
        "slow",
        "One of three tasks takes 200 ms longer than the others",
        &[(AT, Shop::toggle_slow), (END, Shop::toggle_slow)],
        &[Figure::P99Grows(1.5)],
    ),
    Fault::new(
        "outage",
        "All three tasks answer 503 for 10 s",
        &[
            (AT, Shop::toggle_all_unwell),
            (AT + 10, Shop::toggle_all_unwell),
        ],
        &[Figure::Arrivals(1.2)],
    ),
];
