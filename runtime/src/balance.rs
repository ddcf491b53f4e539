//! Which addresses a name has, and in which order they are tried.
//!
//! What a name resolves to decides how it is treated, because what is deployed can differ from the
//! manifest: an address in `127.255.0.0/16` is the proxy of Service Connect, which balances itself;
//! anything else is tasks, and each new connection begins at the next one.
//!
//! ```text
//! let (target, addresses) = route.resolve().await?;
//! ```

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::net::lookup_host;

use crate::choose::{Choice, Target};

/// A choice, and what this process does with it.
pub(crate) struct Route {
    pub(crate) choice: Choice,
    turn: AtomicUsize,
    warned: AtomicBool,
}

/// No name of the choice resolves.
pub(crate) struct Unresolved {
    /// Which names, in words.
    pub(crate) problem: String,
    pub(crate) error: Option<io::Error>,
}

impl Route {
    pub(crate) fn new(choice: Choice) -> Route {
        // Many tasks start with the same binary: each has its own first turn.
        let turn = usize::from(RandomState::new().hash_one(0).to_ne_bytes()[0]);
        Route {
            choice,
            turn: AtomicUsize::new(turn),
            warned: AtomicBool::new(false),
        }
    }

    /// The targets, best first.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &Target> {
        [Some(&self.choice.target), self.choice.fallback.as_ref()]
            .into_iter()
            .flatten()
    }

    pub(crate) fn is_fallback(&self, target: &Target) -> bool {
        self.choice
            .fallback
            .as_ref()
            .is_some_and(|fallback| ptr::eq(fallback, target))
    }

    /// The addresses of the first target that has any.
    pub(crate) async fn resolve(&self) -> Result<(&Target, Vec<SocketAddr>), Unresolved> {
        let mut failure = None;
        for target in self.targets() {
            match lookup_host((target.host(), target.port())).await {
                Ok(addresses) => {
                    let addresses = order(addresses.collect(), || self.next_turn());
                    if !addresses.is_empty() {
                        if self.is_fallback(target) {
                            self.warn(target);
                        }
                        return Ok((target, addresses));
                    }
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let host = self.choice.target.host();
        Err(Unresolved {
            problem: match &self.choice.fallback {
                Some(fallback) => {
                    let fallback = fallback.host();
                    format!("neither the host `{host}` nor its fallback `{fallback}` resolves")
                }
                None => format!("the host `{host}` does not resolve"),
            },
            error: failure,
        })
    }

    fn next_turn(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    fn warn(&self, fallback: &Target) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "the Service Connect name `{}` does not resolve, so calls go to `{}` through \
                 discovery: redeploy this task's service to use Service Connect",
                self.choice.target.host(),
                fallback.host(),
            );
        }
    }
}

/// IPv4 before IPv6, which often has no route in a VPC; tasks take turns to be first.
fn order(addresses: Vec<SocketAddr>, turn: impl FnOnce() -> usize) -> Vec<SocketAddr> {
    let (mut first, mut last): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(SocketAddr::is_ipv4);
    if !first.iter().any(is_proxy) {
        let turn = turn();
        for tasks in [&mut first, &mut last] {
            if let Some(start) = turn.checked_rem(tasks.len()) {
                tasks.rotate_left(start);
            }
        }
    }
    first.append(&mut last);
    first
}

fn is_proxy(address: &SocketAddr) -> bool {
    matches!(address.ip(), IpAddr::V4(ip) if ip.octets()[..2] == [127, 255])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_take_turns_and_a_proxy_comes_first() {
        let table: &[(&[&str], usize, &[&str])] = &[
            (
                &["10.0.0.1:80", "10.0.0.2:80"],
                0,
                &["10.0.0.1:80", "10.0.0.2:80"],
            ),
            (
                &["10.0.0.1:80", "10.0.0.2:80"],
                3,
                &["10.0.0.2:80", "10.0.0.1:80"],
            ),
            (
                &["[::1]:80", "10.0.0.1:80"],
                1,
                &["10.0.0.1:80", "[::1]:80"],
            ),
            (
                &["[2600:f0f0::1]:80", "127.255.0.1:80"],
                1,
                &["127.255.0.1:80", "[2600:f0f0::1]:80"],
            ),
            (
                &["127.255.0.1:80", "127.255.0.2:80"],
                1,
                &["127.255.0.1:80", "127.255.0.2:80"],
            ),
            (
                &["127.254.0.1:80", "127.0.0.1:80"],
                1,
                &["127.0.0.1:80", "127.254.0.1:80"],
            ),
            (&[], 7, &[]),
        ];
        for (addresses, turn, expected) in table {
            let addresses = addresses
                .iter()
                .map(|address| address.parse().unwrap())
                .collect();
            let ordered = order(addresses, || *turn);
            let ordered: Vec<_> = ordered.iter().map(SocketAddr::to_string).collect();
            assert_eq!(ordered, *expected);
        }
    }
}
