//! What an attribute is checked against, and its check alone.

use proc_macro2::{Span, TokenStream};
use service_connect_codegen::{
    Application, DuplicateNames, Finding, Need, Reference, Service, needs_tls, unknown_environment,
};
use syn::LitStr;

use crate::arguments::Arguments;
use crate::diagnostic::Errors;
use crate::item::Item;
use crate::routes;

/// What is known where an attribute stands.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// The services and environments.
    pub application: &'a Application,
    /// The services that the package runs as.
    pub callers: Vec<&'a Service>,
    /// The names that two services have.
    pub duplicates: &'a DuplicateNames,
    /// The feature `tls` is on.
    pub tls: bool,
    /// The environments to look at; `None` for all that the attribute is about.
    pub asked: Option<&'a [String]>,
}

/// What an attribute is about, and what is wrong with it.
#[derive(Debug)]
pub struct Checked {
    /// The service that it names.
    pub service: Option<(String, Span)>,
    /// Each with its place in the tokens; the call site stands for the attribute as a whole.
    pub findings: Vec<(Span, Finding)>,
}

/// Checks an attribute and its item. `problems` make every reference of the package wrong.
#[must_use]
pub fn check(
    arguments: TokenStream,
    item: &TokenStream,
    known: &Known<'_>,
    problems: &[Finding],
) -> Checked {
    let mut written = Written::read(arguments, item);
    let mut found = Vec::new();
    if let Some(item) = written.item.take() {
        let span = written.span();
        found.extend(problems.iter().map(|problem| (span, problem.clone())));
        if problems.is_empty() {
            written.check(known);
        }
        match item {
            Item::Unit(_) => {}
            Item::Trait(item) => {
                let name = written.service();
                drop(routes::expand(
                    *item,
                    &name,
                    &TokenStream::new(),
                    &mut written.errors,
                ));
            }
            Item::Other(span) => written.errors.not_on(span),
        }
    }
    found.extend(written.errors.into_findings());
    let service = written.arguments.service;
    Checked {
        service: service.map(|service| (service.value(), service.span())),
        findings: found,
    }
}

/// What is wrong where a macro that takes nothing is called. `problems` make every reference of the package wrong.
#[must_use]
pub fn check_input(input: &TokenStream, problems: &[Finding]) -> Vec<(Span, Finding)> {
    let mut errors = Errors::default();
    for problem in problems {
        errors.finding(Span::call_site(), problem.clone());
    }
    errors.no_input(input);
    errors.into_findings()
}

/// An attribute and its item as they are written.
pub struct Written {
    pub arguments: Arguments,
    /// `None` where the compiler says what is wrong with it.
    pub item: Option<Item>,
    pub errors: Errors,
}

impl Written {
    /// Reads them; what is wrong with the arguments goes to `errors`.
    pub fn read(arguments: TokenStream, item: &TokenStream) -> Self {
        let mut errors = Errors::default();
        Self {
            arguments: Arguments::parse(arguments, &mut errors),
            item: Item::parse(item).ok(),
            errors,
        }
    }

    /// The name of the service, if there is one.
    pub fn service(&self) -> String {
        let service = self.arguments.service.as_ref();
        service.map(LitStr::value).unwrap_or_default()
    }

    /// What an error about the service is at.
    pub fn span(&self) -> Span {
        let service = self.arguments.service.as_ref();
        service.map_or_else(Span::call_site, LitStr::span)
    }

    /// Checks the reference. With arguments that are not understood, what they would have excused is not known either.
    pub fn check(&mut self, known: &Known<'_>) {
        let Some(service) = self
            .arguments
            .service
            .as_ref()
            .filter(|_| self.errors.is_empty())
        else {
            return;
        };
        let application = known.application;
        let (name, span) = (service.value(), service.span());
        let environments = self.arguments.environments.as_ref().map(|environments| {
            let mut known = Vec::new();
            for environment in environments {
                let name = environment.value();
                let mut all = application.environments.iter();
                if all.any(|environment| environment.name == name) {
                    known.push(name);
                } else {
                    let finding = unknown_environment(application, &name);
                    self.errors.finding(environment.span(), finding);
                }
            }
            known
        });
        let environments = match (environments, known.asked) {
            (Some(environments), Some(asked)) => {
                let both = environments.into_iter().filter(|name| asked.contains(name));
                let both: Vec<_> = both.collect();
                if both.is_empty() {
                    return;
                }
                Some(both)
            }
            (environments, _) => environments,
        };
        let reference = Reference {
            service: &name,
            need: if self.arguments.discovery {
                Need::Any
            } else {
                Need::ServiceConnect
            },
            environments: environments.as_deref(),
        };
        for finding in reference.check_knowing(known.duplicates, application, &known.callers) {
            self.errors.finding(span, finding);
        }
        if let Some(service) = application.service(&name)
            && !known.tls
            && service.needs_tls()
        {
            self.errors.finding(span, needs_tls(service));
        }
    }
}
