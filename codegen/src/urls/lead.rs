//! One host in one environment: whether it leads to where it seems to.

use crate::application::{Application, Service};
use crate::code::Code;
use crate::finding::{Finding, Severity};
use crate::route::{self, Via};

use super::hosts::Host;
use super::names::Known;
use super::zones::{Zone, Zones};

/// Where a host leads.
#[derive(Default)]
pub(crate) struct Leads<'a> {
    /// The service that is meant.
    pub service: Option<&'a Service>,
    /// How it gets there; `None` where it does not.
    pub via: Option<Via>,
    /// What is wrong with it; the message does not say where the host is written.
    pub finding: Option<Finding>,
    /// Whether that is about the service that calls, and not about the one that is called.
    pub is_of_caller: bool,
    /// Where no service is meant, the one whose name is nearly the host's.
    pub near: Option<String>,
}

impl<'a> Leads<'a> {
    fn to(service: &'a Service, via: Via, finding: Option<Finding>) -> Self {
        Self {
            service: Some(service),
            via: Some(via),
            finding,
            ..Self::default()
        }
    }

    fn broken(service: &'a Service, finding: Finding) -> Self {
        Self {
            service: Some(service),
            finding: Some(finding),
            ..Self::default()
        }
    }

    /// One that an obstacle of [`route`] keeps from arriving.
    fn kept(service: &'a Service, finding: Finding, obstacle: Code) -> Self {
        let is_of_caller = matches!(
            obstacle,
            Code::CallerConnectOff | Code::CallerCannotConnect | Code::NoWay
        );
        Self {
            is_of_caller,
            ..Self::broken(service, finding)
        }
    }
}

/// What is needed to judge a host.
pub(super) struct Check<'a> {
    pub application: &'a Application,
    pub known: &'a Known<'a>,
    pub zones: Zones<'a>,
    pub caller: &'a Service,
    pub environment: Option<usize>,
}

impl<'a> Check<'a> {
    /// Where it leads; `None` if it is no host.
    pub fn host(&self, host: &Host<'_>) -> Option<Leads<'a>> {
        let (first, zone) = host.name.split_once('.').unwrap_or((&host.name, ""));
        // `config.settings.local` may be a module as well.
        if host.is_bare && host.port.is_none() && !self.zones.is_of_application(zone) {
            return None;
        }
        // An alias may well look like a name in private DNS, and then it is the alias that resolves.
        let connected = self.known.connected.get(&host.name);
        if let Some(service) = connected.or_else(|| self.known.services.get(&host.name)) {
            return Some(self.by_connect(service, host));
        }
        // `CHANGE_ME` is a place to write one.
        if zone.is_empty() && host.written.contains(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        Some(match self.known.services.get(first) {
            Some(service) if Zones::is_private(zone) => self.by_discovery(service, zone, host),
            _ => self
                .without_dot(host)
                .unwrap_or_else(|| self.elsewhere(host)),
        })
    }

    /// The host as messages name it, which is the same in all environments if it is written once for all of them.
    fn shown<'h>(&self, host: &Host<'h>) -> &'h str {
        let is_here = |(_, zone)| self.zones.is_one(zone);
        let first = host.written.split_once('.').map(|(first, _)| first);
        first
            .filter(|_| host.name.split_once('.').is_some_and(is_here))
            .unwrap_or(host.written)
    }

    /// Where it leads if nobody can tell whether it is right: one of the manifests cannot be read, and what is wrong with
    /// that is said elsewhere, or of an external service nothing but its name is declared, and then it is believed.
    fn unknown(&self, service: &'a Service, via: Via) -> Option<Leads<'a>> {
        let (application, environment) = (self.application, self.environment);
        let is_read = [self.caller, service]
            .iter()
            .all(|service| application.deployment(service, environment).is_ok());
        let is_declared = || {
            let deployment = application.deployment(service, environment);
            !service.external || deployment.is_ok_and(|deployment| deployment.port.is_some())
        };
        if is_read && is_declared() {
            return None;
        }
        Some(Leads {
            service: Some(service),
            via: is_read.then_some(via),
            ..Leads::default()
        })
    }

    /// A name that only Service Connect resolves.
    fn by_connect(&self, service: &'a Service, host: &Host<'_>) -> Leads<'a> {
        if let Some(unknown) = self.unknown(service, Via::ServiceConnect) {
            return unknown;
        }
        let (application, environment) = (self.application, self.environment);
        let obstacle =
            match route::service_connect(application, Some(self.caller), service, environment) {
                Ok(authority) if authority.host.eq_ignore_ascii_case(&host.name) => {
                    // Nothing answers there on another port.
                    return match self.port(service, host, authority.port, Finding::error) {
                        Some(finding) => Leads::broken(service, finding),
                        None => Leads::to(service, Via::ServiceConnect, None),
                    };
                }
                Ok(authority) => {
                    let message = format!(
                        "`{}` does not resolve: the Service Connect name of that service is `{}`",
                        host.written, authority.host
                    );
                    let finding = Finding::error(Code::UrlConnectOff, message);
                    return Leads::broken(service, finding.help(format!("write `{authority}`")));
                }
                Err(obstacle) => obstacle,
            };
        if let Some((first, zone)) = host.name.split_once('.') {
            // Without the alias, another DNS may know the name.
            let service = self.known.services.get(first);
            return match service.filter(|_| Zones::is_private(zone)) {
                Some(service) => self.by_discovery(service, zone, host),
                None => Leads::default(),
            };
        }
        let way = route::discovery(application, Some(self.caller), service, environment);
        let other = way.as_ref().ok().map(|authority| {
            let name = self.zones.template(&service.name);
            format!("call `{name}:{}`", authority.port)
        });
        let is_off = matches!(obstacle.code, Code::ConnectOff | Code::CallerConnectOff);
        let client = application.deployment(self.caller, environment).ok();
        let can_connect = client.is_some_and(|client| client.kind.can_connect());
        let help = match (other, way.err()) {
            (Some(other), _) if is_off && can_connect => {
                let offer = application.deployment(service, environment).ok();
                let name = offer.map(|offer| service.service_connect_name(offer));
                let name = name.filter(|name| !name.eq_ignore_ascii_case(&host.name));
                let then = name.map(|name| format!(" and write `{name}`"));
                format!("turn it on{}, or {other}", then.unwrap_or_default())
            }
            (Some(other), _) => other,
            (None, Some(nearer)) if nearer.code == Code::NoWay => {
                let open = route::discovery(application, None, service, environment);
                let name = self.zones.template(&service.name);
                let then = open.map(|open| format!(", and call `{name}:{}`", open.port));
                nearer.help.unwrap_or_default() + &then.unwrap_or_default()
            }
            (None, nearer) => {
                let nearer = nearer.and_then(|nearer| nearer.help);
                nearer.or(obstacle.help).unwrap_or_default()
            }
        };
        let message = format!("`{}` does not resolve: {}", host.written, obstacle.message);
        let finding = Finding::error(Code::UrlConnectOff, message).help(help);
        Leads::kept(service, finding, obstacle.code)
    }

    /// A name in private DNS.
    fn by_discovery(&self, service: &'a Service, zone: &str, host: &Host<'_>) -> Leads<'a> {
        if let Some(unknown) = self.unknown(service, Via::Discovery) {
            return unknown;
        }
        let place = self.zones.find(zone);
        let (is_there, is_foreign) = match place {
            Zone::Right | Zone::Of(_) | Zone::OfLegacy => (true, false),
            Zone::NotOfLegacy | Zone::OfNone(_) | Zone::WithoutApplication => (false, false),
            Zone::Other => (false, true),
        };
        let zone = self.zone(service, &place, host);
        if is_foreign {
            // One of that name in another application is another service.
            return Leads {
                finding: zone,
                ..Leads::default()
            };
        }
        let (application, environment) = (self.application, self.environment);
        let right = match route::discovery(application, Some(self.caller), service, environment) {
            Ok(authority) => authority.port,
            Err(obstacle) => {
                let name = self.shown(host);
                let message = format!("`{name}` does not resolve: {}", obstacle.message);
                let finding = Finding::error(Code::UrlNotInDiscovery, message);
                let help = obstacle.help.unwrap_or_default();
                return Leads::kept(service, finding.help(help), obstacle.code);
            }
        };
        // These are the tasks themselves, where the program can be called even if a sidecar is the target.
        let deployment = application.deployment(service, environment).ok();
        let image_port = deployment.and_then(|deployment| deployment.image_port);
        let port = self.port(service, host, right, Finding::warning);
        let port = port.filter(|_| host.port.is_none() || host.port != image_port);
        let finding = match zone {
            Some(zone) if zone.severity > Severity::Note => Some(zone),
            zone => port.or(zone),
        };
        Leads {
            service: Some(service),
            via: is_there.then_some(Via::Discovery),
            finding,
            ..Leads::default()
        }
    }

    /// What is wrong with the zone of a name in private DNS.
    fn zone(&self, service: &Service, zone: &Zone<'_, '_>, host: &Host<'_>) -> Option<Finding> {
        let name = host.written;
        let right = self.zones.template(&service.name);
        let (severity, what, help): (fn(_, String) -> _, _, _) = match zone {
            Zone::Right => return None,
            Zone::Of(other) => (
                Finding::warning,
                format!("`{name}` is in environment `{other}`"),
                format!("write `{right}`"),
            ),
            Zone::OfNone(other) => (
                Finding::warning,
                format!("`{name}` is in environment `{other}`, which the workspace does not have"),
                format!("write `{right}`"),
            ),
            Zone::OfLegacy => (
                Finding::note,
                format!("`{name}` lacks the name of the environment"),
                format!(
                    "write `{right}`; if the environment was created before Copilot 1.9, list it as one of \
                     `legacy-environments` in `[workspace.metadata.service-connect]`"
                ),
            ),
            Zone::NotOfLegacy => (
                Finding::warning,
                format!(
                    "`{name}` has the name of an environment that was created before Copilot 1.9, and so is not in its zone"
                ),
                format!("write `{right}` for that environment"),
            ),
            Zone::WithoutApplication => (
                Finding::warning,
                format!("`{name}` lacks the name of the application"),
                format!("write `{right}`"),
            ),
            Zone::Other => (
                Finding::note,
                format!("`{name}` is in no zone of this application"),
                format!(
                    "if the service `{}` is meant, write `{right}`",
                    service.name
                ),
            ),
        };
        Some(severity(Code::UrlZone, what).help(help))
    }

    /// The name of a service with the zone right behind it.
    fn without_dot(&self, host: &Host<'_>) -> Option<Leads<'a>> {
        let own = self.zones.own()?;
        let before = host.name.strip_suffix(&own)?;
        let service = *self.known.services.get(before.trim_end_matches('-'))?;
        let message = format!("there is no dot between `{before}` and the zone of the environment");
        let right = self.zones.template(&service.name);
        let finding = Finding::warning(Code::UrlZone, message).help(format!("write `{right}`"));
        Some(Leads::broken(service, finding))
    }

    /// A host that is not a service here, and that public DNS cannot have.
    fn elsewhere(&self, host: &Host<'_>) -> Leads<'a> {
        let (first, zone) = host.name.split_once('.').unwrap_or((&host.name, ""));
        let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
        let is_private = zone.is_empty() || Zones::is_private(zone);
        if !is_private || is_number || first == "localhost" || self.zones.is_one(&host.name) {
            return Leads::default();
        }
        let services = self.application.services.iter();
        let names = services.map(|service| service.name.as_str());
        let message = format!("`{}` is not the name of a service here", self.shown(host));
        let finding = Finding::note(Code::UnknownHost, message);
        let mut finding = finding.meant(first, names, || {
            format!("a service of another repository is declared in Cargo.toml: `[workspace.metadata.service-connect.external.{first}]`")
        });
        Leads {
            // The host is a part of the value, so the name alone does not replace it.
            near: finding
                .replacement
                .take()
                .filter(|near| is_slip(first, near)),
            finding: Some(finding),
            ..Leads::default()
        }
    }

    /// A port that is not the target port.
    fn port(
        &self,
        service: &Service,
        host: &Host<'_>,
        right: u16,
        severity: fn(Code, String) -> Finding,
    ) -> Option<Finding> {
        let called = host.port.filter(|port| *port != right)?;
        let (name, target) = (self.shown(host), &service.name);
        let (default, help) = match host.default_of {
            None => (
                String::new(),
                format!("write `:{right}` instead of `:{called}`"),
            ),
            Some(scheme) => {
                let help = match scheme.strip_suffix('s') {
                    Some(plain) if right == 80 => format!(
                        "write `{plain}://`: what answers on port 80 is not the load balancer, which has the certificate"
                    ),
                    _ => format!("write `:{right}` after the host"),
                };
                (format!(", the default of `{scheme}`"), help)
            }
        };
        let message = format!(
            "`{name}` is called on port {called}{default}, and `{target}` listens on {right}"
        );
        Some(severity(Code::UrlPort, message).help(help))
    }
}

/// Whether a name that is nearly another is that one, misspelt. Short names are near one another by chance, unless they
/// have the same letters, and a number makes another name.
fn is_slip(written: &str, meant: &str) -> bool {
    let digits = |name: &str| name.replace(|c: char| !c.is_ascii_digit(), "");
    let sorted = |name: &str| {
        let mut letters = name.to_ascii_lowercase().into_bytes();
        letters.sort_unstable();
        letters
    };
    let is_long = written.len().min(meant.len()) > 4;
    digits(written) == digits(meant) && (is_long || sorted(written) == sorted(meant))
}
