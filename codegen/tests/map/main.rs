//! Who calls whom: the feature `map`.

#[path = "../support/mod.rs"]
mod support;

mod edges;
mod order;
mod pipelines;
mod stand_ins;
mod variables;

use support::findings::{self, File};

use service_connect_codegen::copilot::{Loaded, Options};

/// A service with Service Connect that calls these URLs.
fn connected(name: &str, urls: &[&str]) -> (String, String) {
    let variables = urls.iter().enumerate();
    let variables = variables.map(|(index, url)| format!("  V{index}: '{url}'\n"));
    let variables: String = variables.collect();
    let manifest = format!(
        "type: Backend Service\nimage: {{location: x, port: 80}}\nnetwork: {{connect: true}}\nvariables:\n{variables}"
    );
    (name.to_owned(), manifest)
}

/// The application of these services, in `test` and `prod`, with other files.
fn load(services: &[(String, String)], others: &[File<'_>]) -> Loaded {
    load_with(services, others, Options::default())
}

fn load_with(services: &[(String, String)], others: &[File<'_>], options: Options<'_>) -> Loaded {
    let services = services.iter();
    let services = services.map(|(name, manifest)| (name.as_str(), manifest.as_str()));
    let fixed = [support::WORKSPACE, support::TEST, support::PROD];
    let files: Vec<_> = fixed
        .into_iter()
        .chain(services)
        .chain(others.iter().copied())
        .collect();
    findings::load_files(&files, options)
}

/// Services that call each other by Service Connect: `a: b c` is `a`, which calls `b` and `c`.
fn calling(calls: &[&str]) -> Vec<(String, String)> {
    let services = calls.iter().map(|line| {
        let (name, called) = line.split_once(':').unwrap_or((line, ""));
        let urls: Vec<_> = called
            .split_whitespace()
            .map(|name| format!("http://{name}"))
            .collect();
        let urls: Vec<_> = urls.iter().map(String::as_str).collect();
        connected(name, &urls)
    });
    services.collect()
}
