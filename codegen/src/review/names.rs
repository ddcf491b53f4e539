//! The names that clients use through Service Connect: each a DNS name, and each one service's.

use std::collections::HashMap;

use crate::application::{Alias, Application, Deployment, Service};
use crate::code::Code;
use crate::finding::Finding;
use crate::reference::duplicate_names;

use super::scope;
use crate::urls::deployed;

/// The longest name that ECS takes for a client alias (`ServiceConnectClientAlias`, its API reference).
const MAX_ALIAS: usize = 127;

pub(super) fn review(application: &Application, findings: &mut Vec<Finding>) {
    let mut duplicates: Vec<(Finding, Vec<Option<usize>>)> = Vec::new();
    // Looked up rather than searched: each service may have an alias.
    let named = application.services.iter();
    let named: HashMap<_, _> = named.map(|named| (named.name.as_str(), named)).collect();
    for environment in application.looked_at() {
        for (service, deployment) in deployed(application, environment) {
            let alias = deployment.alias.as_ref();
            findings.extend(alias.and_then(invalid));
            let hidden = alias.and_then(|alias| Some((alias, *named.get(&*alias.name)?)));
            findings.extend(hidden.and_then(|(alias, hidden)| {
                let there = application.deployment(hidden, environment).ok()?;
                hides(service, alias, hidden, there)
            }));
        }
        for (_, finding) in duplicate_names(application, environment) {
            match duplicates.iter_mut().find(|(known, _)| *known == finding) {
                Some((_, environments)) => environments.push(environment),
                None => duplicates.push((finding, vec![environment])),
            }
        }
    }
    for (mut finding, environments) in duplicates {
        finding.message += &scope(application, &environments);
        findings.push(finding);
    }
}

/// An alias that is the name of a service which Service Connect does not know by it: where it does, the two are
/// duplicates.
fn hides(
    service: &Service,
    alias: &Alias,
    hidden: &Service,
    there: &Deployment,
) -> Option<Finding> {
    let is_duplicate =
        there.service_connect_port().is_ok() && hidden.service_connect_name(there) == alias.name;
    if hidden.name == service.name || is_duplicate {
        return None;
    }
    let message = format!(
        "the alias `{}` of `{}` is the name of another service",
        alias.name, service.name
    );
    let help = format!(
        "who calls `{}` would get `{}`: choose another alias",
        hidden.name, service.name
    );
    Some(
        Finding::warning(Code::AliasHidesService, message)
            .at(&alias.place)
            .help(help),
    )
}

fn invalid(alias: &Alias) -> Option<Finding> {
    let wrong = not_dns(&alias.name)?;
    let message = format!("the alias `{}` is not a DNS name: {wrong}", alias.name);
    let help = "write a host name of up to 127 of the characters a to z, 0 to 9, `_`, `-` and `.`, without a `-` in front";
    Some(
        Finding::error(Code::InvalidAlias, message)
            .at(&alias.place)
            .help(help),
    )
}

fn not_dns(alias: &str) -> Option<String> {
    // What a task fills in is a name of Copilot's, which are all right.
    let is_allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
    let filled = alias
        .replace("${COPILOT_APPLICATION_NAME}", "a")
        .replace("${COPILOT_ENVIRONMENT_NAME}", "e");
    if let Some(c) = filled.chars().find(|c| !is_allowed(*c)) {
        return Some(format!("it has a {c:?}"));
    }
    if filled.starts_with('-') {
        return Some("it begins with a '-'".to_owned());
    }
    let length = filled.len();
    (length > MAX_ALIAS).then(|| format!("it has {length} characters, and {MAX_ALIAS} are allowed"))
}
