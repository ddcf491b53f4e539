//! What faults cost callers: each one happens once, to all clients at the same time.

mod figure;
mod list;
mod outcome;
mod seconds;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;

use crate::machine::wait_for_rest;
use crate::plot::{self, Series};
use crate::report::{Section, row};
use crate::shop::{Kind, Shop, Way, call, sleep_until};

pub use list::{ALL, Fault};
use outcome::Outcome;
use seconds::AT;
pub use seconds::END;

const CLIENTS: [Kind; 7] = [
    Kind::get("ours", Way::Discovery),
    Kind::get("ours", Way::Tcp),
    Kind::post("ours", Way::Discovery),
    Kind::post("ours", Way::Tcp),
    Kind::get("reqwest", Way::Discovery),
    Kind::get("reqwest", Way::Tcp),
    Kind::get("reqwest", Way::Http),
];

/// What else the machine does may spoil what is measured, which shows before the fault.
const TRIES: usize = 3;
/// How long a caller may take to start.
const SOON: Duration = Duration::from_secs(3);
/// How long a task may take for what came while it hung.
const REST: Duration = Duration::from_secs(1);

const HEADINGS: [&str; 8] = [
    "client",
    "calls",
    "failed",
    "p50 before, ms",
    "p99 before, ms",
    "p99 from 10 s on, ms",
    "longest, ms",
    "share of each task from 20 s on, %",
];

/// Those of these names, or all.
pub fn run(wanted: &[String]) -> Result<Section> {
    let mut section = Section::new("faults");
    let is_wanted =
        |fault: &&Fault| wanted.is_empty() || wanted.iter().any(|name| name == fault.name);
    for fault in ALL.iter().filter(is_wanted) {
        eprintln!("fault: {}", fault.name);
        let (mut outcomes, mut tasks) = measure(fault)?;
        for _ in 1..TRIES {
            if outcomes.iter().any(Outcome::is_disturbed) {
                eprintln!("the machine was busy before the fault: once more");
                (outcomes, tasks) = measure(fault)?;
            }
        }
        if outcomes.iter().any(Outcome::is_disturbed) {
            let line = format!(
                "{}: the machine was too busy to tell, {TRIES} times",
                fault.name
            );
            section.miss(line);
        }
        tell(&mut section, fault, &outcomes, &tasks)?;
    }
    Ok(section)
}

/// What came of the calls of each client, and the addresses of the tasks.
fn measure(fault: &Fault) -> Result<(Vec<Outcome>, Vec<String>)> {
    wait_for_rest()?;
    let mut shop = Shop::open()?;
    let kinds = CLIENTS.into_iter();
    let kinds = kinds.filter(|kind| !fault.is_of_discovery || kind.way == Way::Discovery);
    let clients = kinds.map(|kind| Ok((kind, shop.client(kind)?)));
    let clients = clients.collect::<Result<Vec<_>>>()?;

    let now = SystemTime::now() + SOON;
    let second = now.duration_since(UNIX_EPOCH)?.as_secs() + 1;
    let callers = clients.iter().map(|(kind, client)| {
        let (start, seconds) = (second.to_string(), END.to_string());
        let plan = [kind.method(), &kind.path(), &start, &seconds];
        Ok((*kind, call(client, *kind, "steady", &plan)?))
    });
    let callers = callers.collect::<Result<Vec<_>>>()?;

    shop.play(fault, UNIX_EPOCH + Duration::from_secs(second))?;

    let outcomes = callers
        .into_iter()
        .map(|(kind, caller)| Outcome::of(kind, caller));
    let mut outcomes = outcomes.collect::<Result<Vec<_>>>()?;
    std::thread::sleep(REST);
    for outcome in &mut outcomes {
        let path = outcome.kind.path();
        outcome.newest = shop.newest()?;
        let arrived = shop.arrivals(&path, second + AT..second + AT + 10)?;
        let made = outcome.calls_between(AT..AT + 10);
        outcome.arrivals = f64::from(u32::try_from(arrived)?) / f64::from(u32::try_from(made)?);
    }
    let mut tasks = shop.addresses()?;
    // One that came in the end has answered nothing.
    tasks.retain(|task| outcomes.iter().any(|outcome| outcome.has_met(task)));
    let twice = executed_twice(&shop.end()?);
    for outcome in &mut outcomes {
        let twice = twice.get(&outcome.kind.path());
        outcome.twice = twice.copied().unwrap_or_default();
    }
    Ok((outcomes, tasks))
}

impl Shop {
    /// Takes the steps of a fault, each in its second after the start.
    pub fn play(&mut self, fault: &Fault, start: SystemTime) -> Result<()> {
        for (second, step) in fault.steps {
            sleep_until(start, *second);
            step(self)?;
        }
        sleep_until(start, END);
        Ok(())
    }
}

/// How many calls of each client were executed more than once, on whichever tasks.
fn executed_twice(log: &[String]) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::<&str, usize>::new();
    for path in log
        .iter()
        .filter_map(|line| line.strip_prefix("executed /"))
    {
        *times.entry(path).or_default() += 1;
    }
    let mut twice = BTreeMap::new();
    for (path, _) in times.into_iter().filter(|(_, times)| *times > 1) {
        let caller = path.split('/').next().unwrap_or_default();
        *twice.entry(caller.to_owned()).or_default() += 1;
    }
    twice
}

fn tell(
    section: &mut Section,
    fault: &Fault,
    outcomes: &[Outcome],
    tasks: &[String],
) -> Result<()> {
    section.line(format!("### {}\n", fault.title));
    section.line(row(HEADINGS.into_iter().chain(["what is asked"])));
    section.line(row(["---"; HEADINGS.len() + 1]));
    for outcome in outcomes {
        let mut asked = Vec::new();
        let figures = if outcome.kind.is_post {
            &[]
        } else {
            fault.asked
        };
        for (words, is_met) in figures.iter().map(|figure| figure.of(outcome)) {
            asked.push(section.judge(fault.name, outcome.kind, words, is_met));
        }
        if outcome.kind.is_post {
            let words = format!("{} executed twice (asked: 0)", outcome.twice);
            asked.push(section.judge(fault.name, outcome.kind, words, outcome.twice == 0));
        }
        let shares = tasks
            .iter()
            .map(|task| format!("{:.0}", outcome.share(task)));
        let cells = [
            outcome.kind.name(),
            outcome.calls().to_string(),
            outcome.failed().to_string(),
            format!("{:.2}", outcome.p50_before()),
            format!("{:.2}", outcome.p99_before()),
            format!("{:.2}", outcome.p99_after()),
            format!("{:.0}", outcome.max()),
            shares.collect::<Vec<_>>().join(" / "),
            asked.join("; "),
        ];
        section.line(row(cells));
    }
    section.line("");
    let ours = outcomes.iter().filter(|outcome| outcome.kind.is_ours());
    for failure in ours.flat_map(Outcome::failures) {
        section.line(format!("- {failure}"));
    }
    section.line("");
    if fault.is_drawn {
        let gets = outcomes.iter().filter(|outcome| !outcome.kind.is_post);
        let series = gets.map(|outcome| Series {
            name: outcome.kind.name(),
            points: outcome.p99_by_second(),
        });
        let series: Vec<_> = series.collect();
        let picture = plot::draw(
            fault.title,
            "seconds",
            "p99 of each second, ms",
            true,
            &series,
        )?;
        section.picture(fault.name, fault.title, picture);
    }
    Ok(())
}
