//! What a call costs where nothing goes wrong: the clients take turns, and what counts is the ratio within a round.

use std::collections::BTreeMap;
use std::env;
use std::io::Write as _;
use std::process::ChildStdin;

use anyhow::Result;
use data_plane::Client;
use data_plane::process::Process;

use crate::caller::{ARGUMENT, Turn};
use crate::figures::median;
use crate::machine::wait_for_rest;
use crate::report::{Section, row};
use crate::shop::{Kind, Shop, Way};

/// Before them, a round opens the connections.
const ROUNDS: usize = 9;

/// Ours and reqwest, by each way.
const CLIENTS: [Kind; 4] = [
    Kind::get("ours", Way::Discovery),
    Kind::get("reqwest", Way::Discovery),
    Kind::get("ours", Way::Tcp),
    Kind::get("reqwest", Way::Tcp),
];

/// How many call at the same time, and the CPU time that is asked of ours for a call by discovery, over that of reqwest.
const WORKERS: [(usize, f64); 3] = [(1, 0.7), (16, 0.95), (64, 0.85)];
const ASKED_P99: f64 = 1.3;
const ASKED_SHARE: std::ops::RangeInclusive<f64> = 30.0..=37.0;

/// A client, whose program lives through all rounds.
struct Caller {
    process: Process,
    input: ChildStdin,
    turns: usize,
    // The last field: the program is in there.
    _client: Client,
}

impl Caller {
    fn start(shop: &Shop, kind: Kind) -> Result<Self> {
        let client = shop.client(kind)?;
        let arguments = [ARGUMENT, "turns", kind.library, kind.url()];
        let program = env::current_exe()?;
        let (process, input) = client.run_fed(program.as_os_str(), &arguments)?;
        Ok(Self {
            process,
            input,
            turns: 0,
            _client: client,
        })
    }

    fn turn(&mut self, workers: usize) -> Result<Turn> {
        writeln!(self.input, "{workers}")?;
        self.turns += 1;
        self.process.wait_for_times("turn ", self.turns)?;
        self.process.lines().last().map_or("", |line| line).parse()
    }
}

pub fn run() -> Result<Section> {
    wait_for_rest()?;
    let shop = Shop::open()?;
    let callers = CLIENTS.map(|kind| Caller::start(&shop, kind));
    let mut callers = callers.into_iter().collect::<Result<Vec<_>>>()?;
    let mut turns = WORKERS.map(|_| CLIENTS.map(|_| Vec::new()));
    for round in 0..=ROUNDS {
        eprintln!("cost: round {round} of {ROUNDS}");
        for ((workers, _), turns) in WORKERS.iter().zip(&mut turns) {
            let mut all: Vec<_> = callers.iter_mut().zip(turns).collect();
            // So that none always finds the machine as the same other one left it.
            if round % 2 == 1 {
                all.reverse();
            }
            for (caller, turns) in all {
                let turn = caller.turn(*workers)?;
                if round > 0 {
                    turns.push(turn);
                }
            }
        }
    }
    let mut section = Section::new("cost");
    tell_medians(&mut section, &shop.addresses()?, &turns);
    tell_ratios(&mut section, &turns);
    tell_shares(&mut section, &turns[0][0], &shop.addresses()?);
    Ok(section)
}

type Turns = [[Vec<Turn>; CLIENTS.len()]; WORKERS.len()];

fn tell_medians(section: &mut Section, tasks: &[String], all: &Turns) {
    let headings = [
        "workers",
        "client",
        "calls a second",
        "p50, ms",
        "p99, ms",
        "CPU of the client, µs a call",
        "CPU of the proxy, µs a call",
        "share of each task, %",
    ];
    section.line(format!("Medians of {ROUNDS} rounds:\n"));
    section.line(row(headings));
    section.line(row(["---"; 8]));
    for ((workers, _), clients) in WORKERS.iter().zip(all) {
        for (kind, turns) in CLIENTS.iter().zip(clients) {
            let median_of = |figure: fn(&Turn) -> f64| median(turns.iter().map(figure).collect());
            let shares = shares(turns, tasks);
            let shares = shares.iter().map(|share| format!("{share:.1}"));
            section.line(row([
                workers.to_string(),
                kind.name(),
                format!("{:.0}", median_of(|turn| turn.per_second)),
                format!("{:.3}", median_of(|turn| turn.p50)),
                format!("{:.3}", median_of(|turn| turn.p99)),
                format!("{:.1}", median_of(|turn| turn.cpu)),
                format!("{:.1}", median_of(|turn| turn.proxy_cpu)),
                shares.collect::<Vec<_>>().join(" / "),
            ]));
        }
    }
}

fn tell_ratios(section: &mut Section, all: &Turns) {
    section.line("\nOurs over reqwest, the median of the ratios of each round:\n");
    section.line(row([
        "workers",
        "way",
        "calls a second",
        "CPU of the client",
        "p99",
        "what is asked",
    ]));
    section.line(row(["---"; 6]));
    for ((workers, asked_cpu), clients) in WORKERS.iter().zip(all) {
        for (kinds, pair) in CLIENTS.chunks(2).zip(clients.chunks(2)) {
            let ratio = |figure: fn(&Turn) -> f64| {
                let rounds = pair[0].iter().zip(&pair[1]);
                median(
                    rounds
                        .map(|(ours, other)| figure(ours) / figure(other))
                        .collect(),
                )
            };
            let (cpu, p99) = (ratio(|turn| turn.cpu), ratio(|turn| turn.p99));
            let is_asked = kinds[0].way == Way::Discovery;
            let asked = if is_asked {
                let what = format!("{workers} workers");
                let words = format!("CPU {cpu:.2} (asked: {asked_cpu})");
                let cpu = section.judge(&what, kinds[0], words, cpu <= *asked_cpu);
                let words = format!("p99 {p99:.2} (asked: {ASKED_P99})");
                let p99 = section.judge(&what, kinds[0], words, p99 <= ASKED_P99);
                format!("{cpu}; {p99}")
            } else {
                String::new()
            };
            section.line(row([
                workers.to_string(),
                kinds[0].name().replace("ours ", ""),
                format!("{:.2}", ratio(|turn| turn.per_second)),
                format!("{cpu:.2}"),
                format!("{p99:.2}"),
                asked,
            ]));
        }
    }
}

/// With one worker, a client that always begins with the same task would show.
fn tell_shares(section: &mut Section, turns: &[Turn], tasks: &[String]) {
    let shares = shares(turns, tasks);
    let is_even = shares.iter().all(|share| ASKED_SHARE.contains(share));
    let words = format!(
        "each task gets {:.1} to {:.1} % (asked: 30 to 37 %)",
        shares.iter().copied().fold(100.0, f64::min),
        shares.iter().copied().fold(0.0, f64::max)
    );
    let verdict = section.judge("1 worker", CLIENTS[0], words, is_even);
    section.line(format!(
        "\nWith one worker of ours by discovery, {verdict}."
    ));
}

/// Percent of the answers of all rounds that came from each task.
fn shares(turns: &[Turn], tasks: &[String]) -> Vec<f64> {
    let mut sums = BTreeMap::<&str, f64>::new();
    for (task, calls) in turns.iter().flat_map(|turn| &turn.shares) {
        *sums.entry(task).or_default() += f64::from(*calls);
    }
    let all: f64 = sums.values().sum();
    let own = tasks.iter().map(|task| sums.get(task.as_str()));
    own.map(|own| 100.0 * own.copied().unwrap_or_default() / all)
        .collect()
}
