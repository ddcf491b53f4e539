//! One host in one variable, in one environment: whether it leads to where it seems to.

use std::collections::HashMap;

use crate::application::{Application, Service};
use crate::code::Code;
use crate::finding::{Finding, Severity};
use crate::review::deployed;
use crate::route;

use super::hosts::Host;
use super::zones::{Zone, Zones};

/// The names that lead to a service in one environment.
pub(super) struct Names<'a> {
    services: HashMap<&'a str, &'a Service>,
    /// Those that Service Connect knows.
    connected: HashMap<&'a str, &'a Service>,
}

impl<'a> Names<'a> {
    pub fn of(application: &'a Application, environment: Option<usize>) -> Self {
        let mut services = HashMap::new();
        for service in &application.services {
            services.entry(service.name.as_str()).or_insert(service);
        }
        let mut connected = HashMap::new();
        for (service, deployment) in deployed(application, environment) {
            let name = service.service_connect_name(deployment);
            if deployment.service_connect_port().is_ok() {
                connected.insert(name, service);
            } else if deployment.alias.is_some() {
                connected.entry(name).or_insert(service);
            }
        }
        Self {
            services,
            connected,
        }
    }
}

/// What is needed to judge a host.
pub(super) struct Check<'a> {
    pub application: &'a Application,
    pub names: &'a Names<'a>,
    pub zones: Zones<'a>,
    pub caller: &'a Service,
    pub environment: Option<usize>,
}

impl Check<'_> {
    /// What is wrong with it; the message does not name the variable.
    pub fn host(&self, host: &Host<'_>) -> Option<Finding> {
        let (first, zone) = host.name.split_once('.').unwrap_or((host.name, ""));
        // `config.settings.local` may be a module as well.
        if host.is_bare && host.port.is_none() && !self.zones.is_of_application(zone) {
            return None;
        }
        // An alias may well look like a name in private DNS, and then it is the alias that resolves.
        let connected = self.names.connected.get(host.name);
        if let Some(service) = connected.or_else(|| self.names.services.get(host.name)) {
            return self.by_connect(service, host);
        }
        match self.names.services.get(first) {
            Some(service) if Zones::is_private(zone) => self.by_discovery(service, zone, host),
            _ => self.elsewhere(host),
        }
    }

    /// The host as messages name it, which is the same in all environments if it is written once for all of them.
    fn shown<'h>(&self, host: &Host<'h>) -> &'h str {
        match host.name.split_once('.') {
            Some((first, zone)) if self.zones.is_one(zone) => first,
            _ => host.name,
        }
    }

    /// Whether both manifests can be read; what is wrong with them is said elsewhere. Of an external service nothing but
    /// its name may be declared.
    fn is_known(&self, service: &Service) -> bool {
        let deployment = self.application.deployment(service, self.environment);
        if service.external && deployment.is_ok_and(|deployment| deployment.port.is_none()) {
            return false;
        }
        [self.caller, service].iter().all(|service| {
            let deployment = self.application.deployment(service, self.environment);
            deployment.is_ok()
        })
    }

    /// A name that only Service Connect resolves.
    fn by_connect(&self, service: &Service, host: &Host<'_>) -> Option<Finding> {
        if !self.is_known(service) {
            return None;
        }
        let (application, environment) = (self.application, self.environment);
        let obstacle =
            match route::service_connect(application, Some(self.caller), service, environment) {
                Ok(authority) if authority.host == host.name => {
                    return self.port(service, host, authority.port, Finding::error);
                }
                Ok(authority) => {
                    let message = format!(
                        "`{}` does not resolve: the Service Connect name of that service is `{}`",
                        host.name, authority.host
                    );
                    return Some(
                        Finding::error(Code::UrlConnectOff, message)
                            .help(format!("write `{authority}`")),
                    );
                }
                Err(obstacle) => obstacle,
            };
        if let Some((first, zone)) = host.name.split_once('.') {
            // Without the alias, another DNS may know the name.
            let service = self.names.services.get(first);
            let service = service.filter(|_| Zones::is_private(zone))?;
            return self.by_discovery(service, zone, host);
        }
        let way = route::discovery(application, Some(self.caller), service, environment);
        let other = way.as_ref().ok().map(|authority| {
            let name = self.zones.template(&service.name);
            format!("call `{name}:{}`", authority.port)
        });
        let is_off = matches!(obstacle.code, Code::ConnectOff | Code::CallerConnectOff);
        let help = match (other, way.err()) {
            (Some(other), _) if is_off => format!("turn it on, or {other}"),
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
        let message = format!("`{}` does not resolve: {}", host.name, obstacle.message);
        Some(Finding::error(Code::UrlConnectOff, message).help(help))
    }

    /// A name in private DNS.
    fn by_discovery(&self, service: &Service, zone: &str, host: &Host<'_>) -> Option<Finding> {
        if !self.is_known(service) {
            return None;
        }
        let (application, environment) = (self.application, self.environment);
        let right = match route::discovery(application, Some(self.caller), service, environment) {
            Ok(authority) => authority.port,
            Err(obstacle) => {
                let name = self.shown(host);
                let message = format!("`{name}` does not resolve: {}", obstacle.message);
                let finding = Finding::error(Code::UrlNotInDiscovery, message);
                return Some(finding.help(obstacle.help.unwrap_or_default()));
            }
        };
        let zone = self.zone(service, zone, host);
        if matches!(&zone, Some(finding) if finding.severity > Severity::Note) {
            return zone;
        }
        // These are the tasks themselves, where the program can be called even if a sidecar is the target.
        let deployment = application.deployment(service, environment).ok()?;
        if host.port.is_some() && host.port == deployment.image_port {
            return zone;
        }
        self.port(service, host, right, Finding::warning).or(zone)
    }

    /// What is wrong with the zone of a name in private DNS.
    fn zone(&self, service: &Service, zone: &str, host: &Host<'_>) -> Option<Finding> {
        let name = host.name;
        let right = self.zones.template(&service.name);
        let (severity, what, help): (fn(_, String) -> _, _, _) = match self.zones.find(zone) {
            Zone::Right => return None,
            Zone::Of(other) => (
                Finding::warning,
                format!("`{name}` is in environment `{other}`"),
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

    /// A host that is not a service here, and that public DNS cannot have.
    fn elsewhere(&self, host: &Host<'_>) -> Option<Finding> {
        let (first, zone) = host.name.split_once('.').unwrap_or((host.name, ""));
        let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
        let is_private = zone.is_empty() || Zones::is_private(zone);
        if !is_private || is_number || first == "localhost" || self.zones.is_one(host.name) {
            return None;
        }
        let services = self.application.services.iter();
        let names = services.map(|service| service.name.as_str());
        let message = format!("`{}` is not the name of a service here", self.shown(host));
        let finding = Finding::note(Code::UnknownHost, message);
        // The host is a part of the value, so the name alone does not replace it.
        let finding = finding.meant(first, names, || {
            format!("a service of another repository is declared in Cargo.toml: `[workspace.metadata.service-connect.external.{first}]`")
        });
        Some(Finding {
            replacement: None,
            ..finding
        })
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
