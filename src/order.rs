//! `order`: the order to deploy in for the first time, and whether pipelines keep to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::rc::Rc;

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;
use service_connect_codegen::map::{Cycle, Edge, Order, Orders, edges, pipelines, redeploy};
use service_connect_codegen::{Application, Code, Finding, Place};

use crate::calls::Known;
use crate::context::Context;
use crate::options::{Format, Selection};
use crate::output::{self, DIM, HEADER, WARNING, printable};
use crate::report::Located;
use crate::{Outcome, report};

/// What `--help` says below the options.
pub const AFTER_HELP: &str = "\
A task knows the names of Service Connect that there are when it starts. So a service has to be deployed after those that \
it calls, once in each environment; later deployments may come in any order. Calls by discovery need no order. Exit codes: 0 \
it is told, 1 Copilot would refuse a pipeline, 2 a manifest or the cargo workspace could not be read.";

/// So many services that need no order, or are in circles, are named.
const NAMED: usize = 20;

/// The arguments of `order`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Json<'a> {
    application: Option<&'a str>,
    /// Each order with the environments that it is for.
    orders: Vec<JsonOrder<'a>>,
    /// What is wrong with `copilot/pipelines`, as `check` says it.
    pipelines: Vec<report::Json<'a>>,
}

#[derive(Serialize)]
struct JsonOrder<'a> {
    /// None where the base manifests are looked at.
    environments: Vec<&'a str>,
    /// What can be deployed at the same time, one after the other.
    waves: &'a [Vec<String>],
    /// Services that are deployed from elsewhere, which have to be there before.
    elsewhere: BTreeMap<&'a str, &'a [String]>,
    /// Services whose manifest cannot be read, so that their place is not known.
    unknown: &'a [&'a str],
    cycles: Vec<JsonCycle<'a>>,
}

#[derive(Serialize)]
struct JsonCycle<'a> {
    services: &'a [String],
    shortest: &'a [String],
    /// The calls of the shortest circle.
    calls: Vec<JsonCall<'a>>,
    /// Those to deploy once more, after all others.
    again: &'a [String],
    /// Whether it is known that fewer would not do.
    is_smallest: bool,
    /// Calls of which any one is enough to go by discovery, so that there is no circle left.
    enough: Vec<JsonEdge<'a>>,
}

#[derive(Serialize)]
struct JsonEdge<'a> {
    from: &'a str,
    to: &'a str,
}

/// A call, and the first place that makes it, from the directory that holds `copilot/`.
#[derive(Serialize)]
struct JsonCall<'a> {
    #[serde(flatten)]
    edge: JsonEdge<'a>,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
}

/// The order of some environments.
#[derive(PartialEq)]
struct Plan<'a> {
    order: Rc<Order>,
    /// Services whose manifest cannot be read: what they call is not known.
    unknown: Vec<&'a str>,
}

type Plans<'a> = [(Plan<'a>, Vec<Option<usize>>)];

impl<'a> Plan<'a> {
    fn find(application: &'a Application, orders: &Orders<'_>, environment: Option<usize>) -> Self {
        let services = application
            .services
            .iter()
            .filter(|service| !service.external);
        let unknown =
            services.filter(|service| application.deployment(service, environment).is_err());
        Self {
            order: orders.find(environment),
            unknown: unknown.map(|service| service.name.as_str()).collect(),
        }
    }

    fn is_free(&self) -> bool {
        self.order.is_free() && self.unknown.is_empty()
    }
}

/// Prints the order.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    let known = Known::open(selection)?;
    let context = &known.context;
    let application = context.application();
    let edges = edges(&known.calls);
    let orders = Orders::of(application, &edges);
    let mut plans: Vec<(Plan<'_>, Vec<Option<usize>>)> = Vec::new();
    for environment in application.looked_at() {
        let plan = Plan::find(application, &orders, environment);
        match plans.iter_mut().find(|(known, _)| *known == plan) {
            Some((_, environments)) => environments.push(environment),
            None => plans.push((plan, vec![environment])),
        }
    }
    let is_all_read = plans.iter().all(|(plan, _)| plan.unknown.is_empty());
    let found = pipelines(&context.workspace, &orders);
    match arguments.format {
        Format::Human => {
            output::result(&text(&known, &plans, &edges))?;
            if !found.is_empty() {
                output::result("\n")?;
            }
            let found: Vec<_> = found.iter().cloned().map(Located::from).collect();
            report::write(report::Format::Human, &context.workspace, &found)?;
        }
        Format::Json => output::json(&json(context, &plans, &edges, &found))?,
    }
    let mut unreadable = found
        .iter()
        .filter(|finding| finding.code == Code::UnreadableFile);
    let is_all_read = is_all_read && unreadable.next().is_none();
    let is_refused = found.iter().any(Finding::is_error);
    known.finish()?;
    if !is_all_read {
        bail!(
            "this may not be all, because not everything can be read: `cargo service-connect check` says why"
        );
    }
    Ok(if is_refused {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

fn names<'a>(context: &'a Context, environments: &[Option<usize>]) -> Vec<&'a str> {
    let all = &context.application().environments;
    let indices = environments.iter().flatten();
    let names = indices.filter_map(|index| all.get(*index));
    names.map(|environment| environment.name.as_str()).collect()
}

fn json<'a>(
    context: &'a Context,
    plans: &'a Plans<'_>,
    edges: &'a [Edge<'_>],
    found: &'a [Finding],
) -> Json<'a> {
    let orders = plans
        .iter()
        .map(|(Plan { order, unknown }, environments)| JsonOrder {
            environments: names(context, environments),
            unknown,
            waves: &order.waves,
            elsewhere: order
                .elsewhere
                .iter()
                .map(|external| (external.service.as_str(), &external.callers[..]))
                .collect(),
            cycles: order
                .cycles
                .iter()
                .map(|cycle| JsonCycle {
                    services: &cycle.services,
                    shortest: &cycle.shortest,
                    calls: calls(cycle, edges)
                        .map(|(from, to, place)| JsonCall {
                            edge: JsonEdge { from, to },
                            file: place.map(|place| &*place.file),
                            line: place.map(|place| place.line),
                            column: place.map(|place| place.column),
                        })
                        .collect(),
                    again: &cycle.again,
                    is_smallest: cycle.is_smallest,
                    enough: cycle
                        .enough
                        .iter()
                        .map(|[from, to]| JsonEdge { from, to })
                        .collect(),
                })
                .collect(),
        });
    Json {
        application: context.application().name.as_deref(),
        orders: orders.collect(),
        pipelines: found.iter().map(report::Json::of).collect(),
    }
}

fn text(known: &Known, plans: &Plans<'_>, edges: &[Edge<'_>]) -> String {
    let context = &known.context;
    if plans.iter().all(|(plan, _)| plan.is_free()) {
        let what = "no call through Service Connect is known";
        return if known.has_sources {
            format!("deploy in any order: {what}\n")
        } else {
            format!("{what}, but only the variables of manifests were looked at\n")
        };
    }
    let mut out = String::new();
    for (plan, environments) in plans {
        let Plan { order, unknown } = plan;
        let names = names(context, environments);
        let blank = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(
            out,
            "{blank}{HEADER}{}{HEADER:#}",
            printable(&names.join(", "))
        );
        if plan.is_free() {
            out.push_str("  in any order: no call through Service Connect is known there\n");
            continue;
        }
        if !unknown.is_empty() {
            let unknown: Vec<_> = unknown.iter().map(|name| (*name).to_owned()).collect();
            let _ = writeln!(
                out,
                "  {WARNING}not known{WARNING:#}: {}, because its manifest cannot be read",
                few(&unknown)
            );
        }
        for elsewhere in &order.elsewhere {
            let _ = writeln!(
                out,
                "  {}  {DIM}is deployed from elsewhere, before {}{DIM:#}",
                printable(&elsewhere.service),
                list(&elsewhere.callers)
            );
        }
        for (index, wave) in order.waves.iter().enumerate() {
            let wave = printable(&wave.join(", "));
            let _ = writeln!(out, "  {}  {wave}", index + 1);
        }
        let free = free(context, plan);
        if !free.is_empty() {
            let free = match free.len() {
                many if many > NAMED => format!("the other {many}"),
                _ => printable(&free.join(", ")),
            };
            let _ = writeln!(out, "  {DIM}at any time: {free}{DIM:#}");
        }
        for cycle in &order.cycles {
            out.push_str(&circle(cycle, edges, &names));
        }
    }
    out
}

/// The services that need no order.
fn free<'a>(context: &'a Context, plan: &Plan<'_>) -> Vec<&'a str> {
    let ordered = plan.order.waves.iter().flatten().map(String::as_str);
    let ordered: BTreeSet<&str> = ordered.chain(plan.unknown.iter().copied()).collect();
    let services = context.application().services.iter();
    let own = services.filter(|service| !service.external);
    let names = own.map(|service| service.name.as_str());
    names.filter(|name| !ordered.contains(name)).collect()
}

/// The calls of the shortest circle, each with the first place that makes it.
fn calls<'a>(
    cycle: &'a Cycle,
    edges: &'a [Edge<'_>],
) -> impl Iterator<Item = (&'a str, &'a str, Option<&'a Place>)> {
    let clients = cycle.shortest.iter();
    let pairs = clients.zip(cycle.shortest.iter().skip(1));
    pairs.map(|(client, server)| {
        let mut edges = edges.iter();
        let edge = edges.find(|edge| edge.caller == client && edge.callee == server);
        let place = edge.and_then(|edge| edge.calls.first()?.place.as_ref());
        (client.as_str(), server.as_str(), place)
    })
}

fn circle(cycle: &Cycle, edges: &[Edge<'_>], environments: &[&str]) -> String {
    let mut out = format!(
        "  {WARNING}circle{WARNING:#}: {}\n",
        printable(&cycle.shortest.join(" → "))
    );
    for (caller, callee, place) in calls(cycle, edges) {
        if let Some(place) = place {
            let line = format!("{caller} calls {callee} at {place}");
            let _ = writeln!(out, "    {DIM}{}{DIM:#}", printable(&line));
        }
    }
    if cycle.services.len() + 1 > cycle.shortest.len() {
        let _ = writeln!(
            out,
            "    in circles with each other: {}",
            few(&cycle.services)
        );
    }
    let number = cycle.again.len();
    let what = if number == 1 { "this one" } else { "these" };
    let fewer = if cycle.is_smallest {
        ""
    } else {
        "; fewer may do"
    };
    let _ = writeln!(
        out,
        "    after all of them, deploy {what} once more, {number} of {}{fewer}:",
        cycle.services.len()
    );
    let environment = match environments {
        [one] => one,
        _ => "ENV",
    };
    for again in &cycle.again {
        let _ = writeln!(out, "      {}", printable(&redeploy(again, environment)));
    }
    // Whoever is there for Service Connect is in discovery too.
    if let Some([client, server]) = cycle.enough.first() {
        let line =
            format!("or let {client} call {server} by discovery: then there is no circle left");
        let _ = writeln!(out, "    {}", printable(&line));
    }
    out
}

/// The names, unless there are too many.
fn few(names: &[String]) -> String {
    match names.split_at_checked(NAMED) {
        Some((some, [_, ..])) => format!("{} and {} more", list(some), names.len() - NAMED),
        _ => list(names),
    }
}

fn list(names: &[String]) -> String {
    printable(&names.join(", "))
}
