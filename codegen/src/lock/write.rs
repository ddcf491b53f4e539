//! From an application to the text of a lock.

use std::fmt::Write as _;

use crate::application::{Application, Deployment, Service};
use crate::finding::Finding;

use super::{
    ALIAS, APPLICATION, CALLS_DISCOVERY, CONNECT, DIRECTORY, ENVIRONMENTS, EXTERNAL, FORMAT,
    FORMAT_KEY, IMAGE_PORT, IN, LEGACY, PORT, REFUSED, SERVICES, TYPE, UDP, UNLISTED,
};

const HEAD: &str = "\
# What the manifests say, for builds without `copilot/`. Written by `cargo service-connect lock`.
";

/// The text of the file. The same application always gives the same text.
#[must_use]
pub fn write(application: &Application) -> String {
    let mut out = format!("{HEAD}{FORMAT_KEY} = {FORMAT}\n");
    if let Some(name) = &application.name {
        let _ = writeln!(out, "{APPLICATION} = {}", string(name));
    }
    for environment in &application.environments {
        let _ = writeln!(out, "\n[{ENVIRONMENTS}.{}]", key(&environment.name));
        flag(&mut out, LEGACY, environment.legacy);
        flag(&mut out, UNLISTED, !environment.listed);
    }
    let mut services: Vec<_> = application.services.iter().collect();
    services.sort_by_key(|service| &service.name);
    for service in services {
        write_service(&mut out, application, service);
    }
    out
}

fn write_service(out: &mut String, application: &Application, service: &Service) {
    let table = format!("{SERVICES}.{}", key(&service.name));
    let _ = writeln!(out, "\n[{table}]");
    if service.directory != service.name {
        let _ = writeln!(out, "{DIRECTORY} = {}", string(&service.directory));
    }
    flag(out, EXTERNAL, service.external);
    if let Some(kind) = service.kind {
        let _ = writeln!(out, "{TYPE} = {}", string(kind.as_str()));
    }
    let base = fields(&service.base);
    out.push_str(&base);
    let environments = application.environments.iter();
    for (environment, deployment) in environments.zip(&service.deployments) {
        let own = fields(deployment);
        if own != base {
            let name = key(&environment.name);
            let _ = write!(out, "\n[{table}.{IN}.{name}]\n{own}");
        }
    }
}

/// All that a deployment says, so that it stands for itself.
fn fields(deployment: &Result<Deployment, Finding>) -> String {
    let mut out = String::new();
    let deployment = match deployment {
        Ok(deployment) => deployment,
        Err(finding) => {
            let _ = writeln!(out, "{REFUSED} = {}", string(finding.code.as_str()));
            return out;
        }
    };
    if let Some(port) = &deployment.port {
        let _ = writeln!(out, "{PORT} = {}", port.number);
        flag(&mut out, UDP, port.udp);
    }
    if let Some(port) = deployment.image_port {
        let _ = writeln!(out, "{IMAGE_PORT} = {port}");
    }
    flag(&mut out, CONNECT, deployment.connect);
    if let Some(alias) = &deployment.alias {
        let _ = writeln!(out, "{ALIAS} = {}", string(&alias.template));
    }
    if deployment.calls_discovery != deployment.kind.calls_discovery() {
        let _ = writeln!(out, "{CALLS_DISCOVERY} = {}", deployment.calls_discovery);
    }
    out
}

fn flag(out: &mut String, key: &str, on: bool) {
    if on {
        let _ = writeln!(out, "{key} = true");
    }
}

/// A key of TOML, bare where it can be.
fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(is_bare) {
        name.to_owned()
    } else {
        string(name)
    }
}

/// A basic string of TOML.
fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}
