//! What has to be so before anything is written in the place of a URL.

use std::slice;

use service_connect_codegen::route::Authority;
use service_connect_codegen::{Need, Reference, Service};

use super::chain::Compiler;
use super::propose::{Proposer, Why};
use super::rest::{self, Rest};
use crate::judge::authority_end;
use crate::output;
use crate::scan::urls::{HandBuilt, OpKind, Position, UNKNOWN, shape};

impl Proposer<'_> {
    /// Whether the request of a URL would compile as one of ours.
    pub(super) fn typed(&self, url: &HandBuilt) -> Why<()> {
        let Position::Request(chain, step) = url.position else {
            return Err("it is not the URL of a request".to_owned());
        };
        if !self.uses_reqwest {
            return Err("the HTTP client is not reqwest".to_owned());
        }
        if self.words.iter().any(|words| words.has("blocking")) {
            return Err("the client may be a blocking one".to_owned());
        }
        let model = &self.urls.model;
        if let Some(step) = step {
            let chain = &model.chains[chain];
            let (clients, package) = self.clients;
            if !clients.is_bare(package, chain, step) {
                return Err("what its client is set up with would be lost".to_owned());
            }
            let is_sent = chain.ops[step..]
                .iter()
                .any(|op| matches!(&op.kind, OpKind::Method(name, _) if name == "send"));
            if !is_sent {
                return Err("the request is not sent where it is made".to_owned());
            }
        }
        let compiler = Compiler {
            model,
            words: self.words,
        };
        compiler.accepts(chain, step)
    }

    /// What follows the host, the same for all who call and in all environments.
    pub(super) fn rest(&self, url: &HandBuilt) -> Why<Rest> {
        let mut rests = Vec::new();
        for text in self.judge.texts(url) {
            let rest = self
                .judge
                .with_values(text.caller, text.environment, |values| {
                    let end = authority_end(&crate::scan::urls::text(text.parts, values))?;
                    rest::after(text.parts, end, self.urls, url.spot, values)
                });
            rests.push(rest.ok_or("its host is not known, or has a user name before it")?);
        }
        let mut rests = rests.into_iter();
        let first = rests.next().ok_or("nothing is known of it")?;
        let shape = |rest: &Rest| -> String {
            let parts = rest.iter();
            parts
                .map(|(_, part)| shape(slice::from_ref(part)))
                .collect()
        };
        if rests.all(|other| shape(&other) == shape(&first)) {
            Ok(first)
        } else {
            Err("its path differs from environment to environment".to_owned())
        }
    }

    /// Whether the type of the service takes the way that the URL takes: over TLS, or without.
    pub(super) fn same_scheme(&self, service: &Service, url: &HandBuilt) -> Why<()> {
        let application = self.context.application();
        let mut schemes = Vec::new();
        for text in self.judge.texts(url) {
            let written = text
                .text
                .split_once("://")
                .map(|(scheme, _)| scheme.to_owned());
            let deployment = application.deployment(service, text.environment).ok();
            let port = deployment.and_then(|deployment| deployment.port.as_ref());
            if let (Some(written @ ("http" | "https")), Some(port)) = (written.as_deref(), port) {
                let authority = Authority {
                    host: service.name.clone(),
                    port: port.number,
                };
                let typed = authority.url();
                let typed = typed.split("://").next().unwrap_or_default();
                if typed != written {
                    return Err(format!(
                        "the URL is one of `{written}`, and the type calls `{}` by `{typed}`, because its target port is {}",
                        service.name, port.number
                    ));
                }
            }
            schemes.push(written);
        }
        schemes.dedup();
        match schemes.len() {
            0 | 1 => Ok(()),
            _ => Err("its scheme differs from environment to environment".to_owned()),
        }
    }

    pub(super) fn scheme(&self, url: &HandBuilt) -> Option<String> {
        let texts = self.judge.texts(url).into_iter();
        let mut schemes = texts.filter_map(|text| {
            let is_added = url.position == Position::Connect;
            let scheme = text.text.split_once("://")?.0.to_owned();
            let is_known = !scheme.contains(UNKNOWN) && (!is_added || scheme != "tcp");
            is_known.then_some(scheme)
        });
        schemes.next()
    }

    pub(super) fn is_http(&self, url: &HandBuilt) -> bool {
        matches!(self.scheme(url).as_deref(), Some("http" | "https"))
    }

    /// Whether a chain is awaited at once.
    pub(super) fn is_awaited(&self, chain: usize) -> bool {
        let first = self.urls.model.chains[chain].ops.first();
        first.is_some_and(|op| matches!(op.kind, OpKind::Await))
    }

    /// Whether the stub can be called by all that the package runs as.
    pub(super) fn callable(&self, service: &Service) -> Why<()> {
        let application = self.context.application();
        let callers = self.package.callers.iter();
        let callers: Vec<_> = callers
            .filter_map(|name| application.service(name))
            .collect();
        let reference = Reference {
            service: &service.name,
            need: Need::Any,
            environments: None,
        };
        if let Some(barrier) = reference
            .check_knowing(&self.types.duplicates, application, &callers)
            .first()
        {
            return Err(format!(
                "a typed call would not compile: {}",
                output::one_line(barrier)
            ));
        }
        if service.needs_tls() && !self.package.tls {
            return Err(format!(
                "`{}` is called over HTTPS: turn on the feature `tls` of `service-connect` in Cargo.toml, and run this again",
                service.name
            ));
        }
        Ok(())
    }
}
