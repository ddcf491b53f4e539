//! A call that the crate could make.

use std::collections::{HashMap, HashSet};

use service_connect_codegen::map::Call;
use service_connect_codegen::{Need, Reference, Route, Service, type_names};

use crate::context::Context;

/// A service that the crate can reach in every environment, rather one whose image the team builds itself than another.
#[derive(Clone)]
pub struct Example {
    pub service: String,
    /// The type that stands for it.
    pub name: String,
    pub kind: ExampleKind,
    /// The expression.
    pub call: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleKind {
    /// A request.
    Request,
    /// `host:port`, for a client of its own: what others have built is a database or a queue, mostly.
    Authority,
}

impl Example {
    /// `None` where nothing can be called.
    pub fn find(context: &Context, names: &[String]) -> Option<Self> {
        Self::among(context, names, |_| true)
    }

    /// One that does not call these services in turn, so that there stays an order to deploy them in.
    pub fn without_circle(context: &Context, names: &[String], calls: &[Call]) -> Option<Self> {
        let before = all_before(names, calls);
        Self::among(context, names, |service| !before.contains(service))
    }

    fn among(
        context: &Context,
        names: &[String],
        is_wanted: impl Fn(&str) -> bool,
    ) -> Option<Self> {
        let application = context.application();
        let services = &application.services;
        let callers: Vec<_> = names
            .iter()
            .filter_map(|name| application.service(name))
            .collect();
        let is_callable = |service: &&Service| {
            let is_other = !names.contains(&service.name) && !service.needs_tls();
            is_other && is_wanted(&service.name) && has_way(context, &callers, service) && {
                let reference = Reference {
                    service: &service.name,
                    need: Need::Any,
                    environments: None,
                };
                reference.check(application, &callers).is_empty()
            }
        };
        let callable = || services.iter().filter(is_callable);
        let built = callable().find(|service| context.workspace.image(service).is_some());
        let (service, kind) = match built {
            Some(service) => (service, ExampleKind::Request),
            None => (callable().next()?, ExampleKind::Authority),
        };
        let types = type_names(services.iter().map(|service| service.name.as_str()));
        let index = services
            .iter()
            .position(|known| known.name == service.name)?;
        let name = types.get(index)?;
        Some(Self {
            service: service.name.clone(),
            name: name.clone(),
            kind,
            call: match kind {
                ExampleKind::Request => format!("{name}::get(\"/\").await?"),
                ExampleKind::Authority => format!("{name}::authority()?"),
            },
        })
    }
}

/// The same as the reference is checked for, but without what takes long where a thousand services are asked.
fn has_way(context: &Context, callers: &[&Service], service: &Service) -> bool {
    let application = context.application();
    let environments = application.looked_at();
    callers.iter().all(|caller| {
        environments.iter().all(|environment| {
            Route::find(application, caller, service, *environment)
                .via
                .is_some()
        })
    })
}

/// All that call these services, themselves or through others.
fn all_before<'a>(names: &'a [String], calls: &'a [Call]) -> HashSet<&'a str> {
    let mut callers: HashMap<&str, Vec<&str>> = HashMap::new();
    for call in calls {
        let known = callers.entry(&call.callee).or_default();
        known.push(&call.caller);
    }
    let mut waiting: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut before = HashSet::new();
    while let Some(service) = waiting.pop() {
        let new = callers.remove(service).unwrap_or_default();
        before.extend(new.iter().copied());
        waiting.extend(new);
    }
    before
}
