//! `routes`: where each service is reached in each environment, and with `--from`, the way there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use service_connect_codegen::route::{discovery, service_connect};
use service_connect_codegen::{Finding, Kind, Route, Service, Via};

use crate::Outcome;
use crate::context::{Context, NO_SERVICE};
use crate::options::{Format, Selection};
use crate::output::{self, DIM, ERROR, HEADER};
use crate::table::{Cell, Table};

/// The arguments of `routes`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Add the way from this service to each of the others
    #[arg(long, value_name = "SERVICE")]
    from: Option<String>,

    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Map<'a> {
    application: &'a str,
    environments: BTreeMap<&'a str, EnvironmentMap<'a>>,
}

#[derive(Serialize)]
struct EnvironmentMap<'a> {
    discovery_endpoint: Option<String>,
    /// By directory.
    services: BTreeMap<&'a str, Entry>,
}

/// One service in one environment.
#[derive(Serialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: Option<&'static str>,
    /// Declared in `Cargo.toml`, because its manifest is in another repository.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    external: bool,
    connect: Option<bool>,
    service_connect: Option<String>,
    discovery: Option<String>,
    /// Why there is nothing to say.
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<Way>,
}

/// The way from the service of `--from`.
#[derive(Serialize)]
struct Way {
    via: Option<&'static str>,
    url: Option<String>,
    reason: Option<String>,
}

/// Prints the routes.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    let context = match arguments.format {
        Format::Human => Context::open(selection)?,
        Format::Json => Context::open_for_any_environment(selection)?,
    };
    let from = arguments
        .from
        .as_deref()
        .map(|name| context.service(name))
        .transpose()?;
    let map = Map::new(&context, from)?;
    match arguments.format {
        Format::Human => output::result(&map.table(from.is_some()))?,
        Format::Json => output::json(&map)?,
    }
    context.note_unnamed();
    context.note_errors();
    Ok(Outcome::Clean)
}

impl<'a> Map<'a> {
    fn new(context: &'a Context, from: Option<&Service>) -> Result<Self> {
        let application = context.application();
        let name = context.name()?;
        let environments = context
            .environments()?
            .into_iter()
            .map(|(index, environment)| {
                let services = application.services.iter();
                let services = services.map(|service| {
                    (
                        service.directory.as_str(),
                        Entry::new(context, service, index, from),
                    )
                });
                let discovery_endpoint = application.discovery_endpoint(environment);
                (
                    environment.name.as_str(),
                    EnvironmentMap {
                        discovery_endpoint,
                        services: services.collect(),
                    },
                )
            });
        Ok(Self {
            application: name,
            environments: environments.collect(),
        })
    }

    fn table(&self, with_route: bool) -> String {
        let mut out = String::new();
        for (name, environment) in &self.environments {
            let name = output::printable(name);
            let endpoint = environment
                .discovery_endpoint
                .as_deref()
                .unwrap_or_default();
            let endpoint = output::printable(endpoint);
            let blank = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(
                out,
                "{blank}{HEADER}{name}{HEADER:#} {DIM}({endpoint}){DIM:#}"
            );
            if environment.services.is_empty() {
                let _ = writeln!(out, "  {NO_SERVICE}");
                continue;
            }
            let mut table = if with_route {
                Table::new(["service", "type", "via", "url", "why"])
            } else {
                Table::new(["service", "type", "connect", "service connect", "discovery"])
            };
            for (directory, entry) in &environment.services {
                entry.add_to(&mut table, directory);
            }
            out.push_str(&table.render());
        }
        out
    }
}

impl Entry {
    fn new(
        context: &Context,
        service: &Service,
        environment: usize,
        from: Option<&Service>,
    ) -> Self {
        let application = context.application();
        let environment = Some(environment);
        let deployment = application.deployment(service, environment);
        let connect = service_connect(application, None, service, environment);
        let discovery = discovery(application, None, service, environment);
        Self {
            kind: service.kind.map(Kind::as_str),
            external: service.external,
            connect: deployment.ok().map(|deployment| deployment.connect),
            service_connect: connect.ok().map(|authority| authority.to_string()),
            discovery: discovery.ok().map(|authority| authority.to_string()),
            error: deployment.err().map(output::one_line),
            route: from.map(|from| Route::find(application, from, service, environment).into()),
        }
    }

    fn add_to(&self, table: &mut Table, directory: &str) {
        let kind = if self.external {
            Some("external")
        } else {
            self.kind
        };
        let kind = kind.unwrap_or("?").into();
        if let Some(error) = &self.error {
            return table.row([directory.into(), kind, Cell::new(error, ERROR)]);
        }
        if let Some(way) = &self.route {
            let via = way
                .via
                .map_or_else(|| Cell::new("no way", ERROR), Cell::from);
            let why = Cell::new(way.reason.as_deref().unwrap_or_default(), DIM);
            return table.row([directory.into(), kind, via, text(way.url.as_ref()), why]);
        }
        let connect = match self.connect {
            Some(true) => "on".into(),
            _ => Cell::new("off", DIM),
        };
        let [offered, discovery] = [&self.service_connect, &self.discovery];
        table.row([
            directory.into(),
            kind,
            connect,
            text(offered.as_ref()),
            text(discovery.as_ref()),
        ]);
    }
}

impl From<Route> for Way {
    fn from(route: Route) -> Self {
        Self {
            via: route.via.map(Via::as_str),
            url: route.url,
            // What to write instead is for `check` and the compiler to say: not every way has to be the best one.
            reason: route.reason.map(|reason| {
                output::one_line(&Finding {
                    help: None,
                    ..reason
                })
            }),
        }
    }
}

fn text(value: Option<&String>) -> Cell {
    value.map_or_else(|| Cell::new("-", DIM), |value| value.as_str().into())
}
