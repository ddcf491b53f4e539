//! What is known of each host, where an override names several: plain values, told the time by the pool.
//!
//! ```text
//! let addresses = hosts.take(now, found)?; // of all
//! hosts.failures()                         // which were not found
//! ```

use std::io;
use std::net::SocketAddr;

use tokio::time::Instant;

use super::lookups::OLDEST;

/// In the order of the target's.
#[derive(Default)]
pub(super) struct Hosts(Vec<Host>);

#[derive(Default)]
struct Host {
    addresses: Vec<SocketAddr>,
    found: Option<Instant>,
    /// What came of the last look-up, if it found nothing.
    failure: Option<String>,
}

impl Hosts {
    /// Takes what was found of each: the addresses of all. A host of which nothing was found has those that it had, if
    /// that is not long ago. It fails where nothing was found of any.
    pub(super) fn take(
        &mut self,
        now: Instant,
        found: Vec<io::Result<Vec<SocketAddr>>>,
    ) -> io::Result<Vec<SocketAddr>> {
        self.0.resize_with(found.len(), Host::default);
        let mut is_found = false;
        let mut failure = None;
        for (host, found) in self.0.iter_mut().zip(found) {
            host.failure = found.as_ref().err().map(io::Error::to_string);
            match found {
                Ok(addresses) => {
                    is_found = true;
                    host.addresses = addresses;
                    host.found = Some(now);
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) if !is_found => Err(error),
            _ => Ok(self.known(now)),
        }
    }

    fn known(&self, now: Instant) -> Vec<SocketAddr> {
        let is_known = |host: &&Host| host.found.is_some_and(|found| now < found + OLDEST);
        let known = self.0.iter().filter(is_known);
        known.flat_map(|host| host.addresses.clone()).collect()
    }

    /// The position of each host of which the last look-up found nothing, and why.
    pub(super) fn failures(&self) -> impl Iterator<Item = (usize, &str)> {
        let hosts = self.0.iter().enumerate();
        hosts.filter_map(|(index, host)| Some((index, host.failure.as_deref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_not_found_for_a_moment_keeps_its_addresses() {
        let address = |number: u8| SocketAddr::from(([127, 0, 0, number], 80));
        let found = |number: u8| Ok(vec![address(number)]);
        let missing = || Err(io::Error::other("no such name"));
        let mut hosts = Hosts::default();
        let start = Instant::now();
        let mut take = |now, found| hosts.take(now, found).map_err(|error| error.to_string());
        let both = Ok(vec![address(1), address(2)]);
        assert_eq!(take(start, vec![missing(), found(2)]), Ok(vec![address(2)]));
        assert_eq!(take(start, vec![found(1), found(2)]), both);
        assert_eq!(take(start, vec![found(1), missing()]), both);
        let later = start + OLDEST;
        assert_eq!(take(later, vec![found(3), missing()]), Ok(vec![address(3)]));
        let none = take(later, vec![missing(), missing()]);
        assert_eq!(none, Err("no such name".to_owned()));
        assert_eq!(hosts.failures().count(), 2);
    }
}
