//! `preflight`: whether the services can be reached from where it runs, such as a shell in a task.

use std::env;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use service_connect::__private as runtime;
use service_connect::{Client, preflight};
use service_connect_codegen::endpoint::{Endpoint, connected};
use service_connect_codegen::{Application, Kind, Service, lock};

use crate::Outcome;
use crate::context::{Context, find_service};
use crate::options::{Format, Selection};
use crate::output;
use crate::progress::Progress;

/// What stands below `--help`.
pub const AFTER_HELP: &str = "\
Here is where it runs, such as a shell in a task. It reads the variables that Copilot sets there, and `copilot/` or, where \
there is none, `service-connect.lock`. It does not speak https, and leaves such services out. Exit codes: 0 all can be \
reached, 1 some cannot or were left out, 2 it could not run. It needs no cargo: in an image, call \
`cargo-service-connect preflight`.";

/// The variables of the task.
const CALLER: &str = "COPILOT_SERVICE_NAME";
const ENVIRONMENT: &str = "COPILOT_ENVIRONMENT_NAME";

/// The arguments of `preflight`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Only these services
    #[arg(value_name = "SERVICE", value_parser = NonEmptyStringValueParser::new())]
    services: Vec<String>,

    /// The service that calls, where `COPILOT_SERVICE_NAME` does not say it
    #[arg(long, value_name = "SERVICE", value_parser = NonEmptyStringValueParser::new())]
    from: Option<String>,

    /// How long all of it may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    timeout: u16,

    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints what came of each service.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    let application = read(selection)?;
    let environment = selection.environment()?;
    let (clients, left_out) = clients(&application, environment, arguments)?;
    let limit = Duration::from_secs(arguments.timeout.into());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    if clients.is_empty() {
        bail!("there is no service left to look at");
    }
    let progress = Progress::start("waiting for the services to accept connections");
    let report = runtime.block_on(preflight(clients).timeout(limit).into_future());
    drop(progress);
    // A look-up that never ends would hold it.
    runtime.shutdown_background();
    match arguments.format {
        Format::Human => {
            let text = output::printable_lines(&report.to_string());
            output::result(&format!("{text}\n"))?;
        }
        Format::Json => output::json(&report)?,
    }
    Ok(if report.is_ready() && left_out == 0 {
        Outcome::Clean
    } else {
        Outcome::Findings
    })
}

/// From the manifests or, in an image, the lock.
fn read(selection: &Selection) -> Result<Application> {
    let directory = &selection.directory;
    let file = directory.join(lock::FILE);
    if Context::is_around(directory) || !file.exists() {
        let context = Context::open(selection)?;
        context.note_unnamed();
        return Ok(context.into_application());
    }
    let name = file.display().to_string();
    let application =
        lock::open(&file, &name).map_err(|finding| anyhow!(output::one_line(&finding)))?;
    application.with_context(|| format!("`{name}` is gone"))
}

/// A client for each service that is asked for, or that the caller may call, and how many there are that have none.
fn clients(
    model: &Application,
    environment: Option<&str>,
    arguments: &Arguments,
) -> Result<(Vec<Client>, usize)> {
    let environment = environment.map(str::to_owned);
    let environment = environment.or_else(|| env::var(ENVIRONMENT).ok());
    let known = model.environments.iter();
    let environment = environment.and_then(|name| {
        known
            .into_iter()
            .position(|environment| environment.name == name)
    });
    let from = arguments.from.clone().or_else(|| env::var(CALLER).ok());
    let from = from.filter(|name| !name.is_empty());
    if let Some(from) = &from {
        find_service(model, from)?;
    }
    let services = if arguments.services.is_empty() {
        let all = model.services.iter();
        let others = all.filter(|service| Some(&service.name) != from.as_ref());
        others
            .filter(|service| service.kind.is_none_or(Kind::has_endpoint))
            .collect()
    } else {
        let named = arguments.services.iter();
        named
            .map(|name| find_service(model, name))
            .collect::<Result<Vec<_>>>()?
    };
    if services.is_empty() {
        bail!("there is no other service that could be called");
    }
    // The runtime keeps what it knows of services for as long as a process lives.
    let connected = connected(model, environment).join("\n");
    let callers: Vec<&'static str> = from.into_iter().map(|name| &*name.leak()).collect();
    let known: &'static _ = Box::leak(Box::new(runtime::Application {
        callers: callers.leak(),
        environments: &[],
        base: connected.leak(),
    }));
    let all = services.len();
    let clients = services.into_iter().filter_map(|service| {
        let endpoint = Endpoint::find(model, service, environment);
        if endpoint.port == 443 {
            output::warning(&format!(
                "`{}` is called over https, which this command does not speak: call `preflight` in the program",
                service.name
            ));
            return None;
        }
        Some(client(service, endpoint, known))
    });
    let clients: Vec<_> = clients.collect();
    let left_out = all - clients.len();
    Ok((clients, left_out))
}

fn client(
    service: &Service,
    endpoint: Endpoint,
    application: &'static runtime::Application,
) -> Client {
    let endpoint = runtime::Endpoint {
        port: endpoint.port,
        connect: endpoint.connect.map(|name| &*name.leak()),
        discovery: endpoint.discovery,
        reason: endpoint.reason.leak(),
    };
    let name: &'static str = service.name.clone().leak();
    let service = runtime::Service::new(name, application, &[], endpoint);
    Client::of(Box::leak(Box::new(service)))
}
