//! The names that lead to the services of an application.

use std::collections::HashMap;
use std::ops::Range;

use crate::application::{Application, Service};

use super::hosts::{Host, first_hosts, fold, hosts};
use super::lead::{Check, Leads};
use super::zones::Zones;
use super::{Lead, deployed};

/// The names of all services, in each environment that is looked at.
pub struct Names<'a> {
    application: &'a Application,
    known: HashMap<Option<usize>, Known<'a>>,
}

/// The names that lead to a service in one environment, as DNS compares them.
pub(super) struct Known<'a> {
    pub services: HashMap<String, &'a Service>,
    /// Those that Service Connect knows.
    pub connected: HashMap<String, &'a Service>,
}

impl<'a> Names<'a> {
    /// Those of an application.
    #[must_use]
    pub fn of(application: &'a Application) -> Self {
        let environments = application.looked_at().into_iter();
        let known = environments.map(|index| (index, Known::of(application, index)));
        Self {
            application,
            known: known.collect(),
        }
    }

    /// Every host in a text, be it in a URL or a bare name of private DNS: where it leads if `caller` calls it in the
    /// environment of that index, or by the base manifests. There are none in one that is not
    /// [looked at](Application::looked_at).
    #[must_use]
    pub fn leads(&self, caller: &Service, environment: Option<usize>, text: &str) -> Vec<Lead> {
        self.of_hosts(caller, environment, text, hosts(text))
    }

    /// The same for one URL: its own hosts, and none that its path or its query names. There are several where a client
    /// takes a list, as for `kafka://a:9092,b:9092`.
    #[must_use]
    pub fn of_url(&self, caller: &Service, environment: Option<usize>, url: &str) -> Vec<Lead> {
        self.of_hosts(caller, environment, url, first_hosts(url))
    }

    fn of_hosts<'t>(
        &self,
        caller: &Service,
        environment: Option<usize>,
        text: &'t str,
        hosts: impl Iterator<Item = Host<'t>>,
    ) -> Vec<Lead> {
        let leads = hosts.filter_map(|host| {
            let leads = self.host(caller, environment, &host)?;
            Some(Lead {
                host: host.written.to_owned(),
                span: span(host.written, text),
                port: host.port,
                service: leads.service.map(|service| service.name.clone()),
                via: leads.via,
                finding: leads.finding,
                is_of_caller: leads.is_of_caller,
                near: leads.near,
            })
        });
        leads.collect()
    }

    /// Where one host leads; `None` if it is none, or the environment is not looked at.
    pub(crate) fn host<'c>(
        &'c self,
        caller: &'c Service,
        environment: Option<usize>,
        host: &Host<'_>,
    ) -> Option<Leads<'c>> {
        let check = Check {
            application: self.application,
            known: self.known.get(&environment)?,
            zones: Zones::of(self.application, environment),
            caller,
            environment,
        };
        check.host(host)
    }
}

/// Of a piece of a text, with the port behind it.
fn span(written: &str, text: &str) -> Range<usize> {
    let start = written.as_ptr().addr() - text.as_ptr().addr();
    let end = start + written.len();
    let port = text[end..].strip_prefix(':').map_or(0, |port| {
        let digits = port.bytes().take_while(u8::is_ascii_digit);
        1 + digits.count()
    });
    start..end + port
}

impl<'a> Known<'a> {
    fn of(application: &'a Application, environment: Option<usize>) -> Self {
        let mut services = HashMap::new();
        for service in &application.services {
            services.entry(fold(&service.name)).or_insert(service);
        }
        let mut connected = HashMap::new();
        for (service, deployment) in deployed(application, environment) {
            let name = fold(service.service_connect_name(deployment));
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
