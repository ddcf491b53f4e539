//! Whether what stands at addresses that are given is what should be there.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::net::lookup_host;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::output;

use super::member::Member;
use super::members::Members;
use super::ports;

/// How long an address may take to answer, before it is said that it does not.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long its name may take to resolve: nobody waits for it.
const RESOLVING: Duration = Duration::from_secs(30);

/// Fails where something listens already on the very address of a service that is to be started: it would be taken for that.
/// What is started here listens on those that are `held`.
pub async fn are_free(members: &Members, held: &HashSet<String>) -> Result<()> {
    let here = members.here.iter().filter(|member| member.runs_here());
    let mut looks = JoinSet::new();
    for (service, authority) in here.filter_map(at) {
        if !held.contains(&authority) {
            // All at once: each may take its time.
            looks.spawn(async move { (is_open(&authority).await, service, authority) });
        }
    }
    while let Some(look) = looks.join_next().await {
        let (is_open, service, authority) = look.context("addresses could not be looked at")?;
        if is_open {
            bail!(
                "something listens on {authority} already, where `{service}` is to be started: end it, or take it for that \
                 with `--service {service}={authority}`"
            );
        }
    }
    Ok(())
}

/// Says meanwhile where nothing listens that was said to, and not again what was said `before`.
pub fn look(members: &Members, before: &HashSet<(String, String)>) {
    for (service, authority) in elsewhere(members) {
        if before.contains(&(service.clone(), authority.clone())) {
            continue;
        }
        tokio::spawn(async move {
            if let Ok(Err(_)) = timeout(RESOLVING, lookup_host(&authority)).await {
                let host = authority
                    .rsplit_once(':')
                    .map_or(&*authority, |(host, _)| host);
                output::note(&format!(
                    "`{host}`, where `{service}` is said to be, does not resolve"
                ));
            } else if !is_open(&authority).await {
                output::note(&format!(
                    "nothing listens on {authority}, where `{service}` is said to be"
                ));
            }
        });
    }
}

/// The services that run already, with their addresses.
pub fn elsewhere(members: &Members) -> impl Iterator<Item = (String, String)> {
    let others = members.here.iter().filter(|member| !member.runs_here());
    others.filter_map(at)
}

fn at(member: &Member) -> Option<(String, String)> {
    let address = member.address()?;
    Some((member.service.clone(), address.authority.clone()))
}

async fn is_open(authority: &str) -> bool {
    let is_open = timeout(PATIENCE, ports::is_open(authority)).await;
    is_open.unwrap_or_default()
}
