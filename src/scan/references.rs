//! Where the sources name services: attributes, functions of stubs, and the calls of our macros.
//!
//! ```text
//! #[service_client("api")]           // What::Attribute
//! Api::get("/some-request").await    // What::Stub
//! service_connect::clients!();       // What::Macro
//! ```
//!
//! What is wrong with an attribute comes from the code of the macro itself. What is wrong with a stub is what its `where`
//! clause would tell.

use std::collections::HashMap;
use std::ops::Range;

use proc_macro2::{Span, TokenStream};
use service_connect_codegen::{
    Application, Code, DuplicateNames, Finding, Need, Place, Reference as Check, Service,
    needs_tls, type_names,
};
use service_connect_macros_core as core;

use super::names::{At, Names, Stub};
use super::package::Found;
use super::source::{Marked, Named};
use super::walk::{Read, Walked};
use crate::report::Located;

/// A place where a service is named.
#[derive(Debug)]
pub struct Reference {
    pub what: What,
    /// The index of its package.
    pub package: usize,
    /// The name of the service; `None` where none is named.
    pub service: Option<String>,
    pub place: Place,
    pub is_test: bool,
    /// What is wrong with it.
    pub findings: Vec<Located>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// `#[service_client("api")]`
    Attribute,
    /// `Api::get`
    Stub,
    /// `clients!()`, `listen_addr!()`
    Macro,
}

/// All of a workspace, in the order of its packages and files. `asked` are the environments that matter, if not all do.
pub fn find(
    found: &[Found],
    walked: &[Walked],
    application: &Application,
    asked: Option<&[String]>,
) -> Vec<Reference> {
    let duplicates = DuplicateNames::find(application);
    let packages = found
        .iter()
        .zip(walked)
        .map(|(found, walked)| super::names::Known {
            files: &walked.files,
            uses_library: found.uses_library,
            libraries: found.libraries.clone(),
        });
    let packages: Vec<_> = packages.collect();
    let types = type_names(
        application
            .services
            .iter()
            .map(|service| service.name.as_str()),
    );
    let mut finder = Finder {
        found,
        application,
        asked,
        names: Names::of(&packages, types.clone()),
        types,
        duplicates: &duplicates,
        barriers: HashMap::new(),
    };
    let mut references = Vec::new();
    for (package, walked) in walked.iter().enumerate() {
        for (file, read) in walked.files.iter().enumerate() {
            let before = references.len();
            finder.file(package, file, read, &mut references);
            references[before..].sort_by_key(|reference| reference.place.span.start);
        }
    }
    references
}

struct Finder<'a> {
    found: &'a [Found],
    application: &'a Application,
    asked: Option<&'a [String]>,
    names: Names<'a>,
    /// The names of the services' types.
    types: Vec<String>,
    duplicates: &'a DuplicateNames,
    /// What is in the way of each stub.
    barriers: HashMap<(usize, usize), Option<Finding>>,
}

impl<'a> Finder<'a> {
    fn file(&mut self, package: usize, file: usize, read: &Read, references: &mut Vec<Reference>) {
        let at = |scope| At {
            package,
            file,
            scope,
        };
        if self.found[package].uses_library {
            for marked in &read.source.attributes {
                if self
                    .names
                    .is_macro(at(marked.scope), &marked.path, "service_client")
                {
                    references.push(self.attribute(package, read, marked));
                }
            }
            for call in &read.source.calls {
                let mut ours = ["clients", "listen_addr"].into_iter();
                if !ours.any(|name| self.names.is_macro(at(call.scope), &call.path, name)) {
                    continue;
                }
                let tokens = tokens(&read.text[call.arguments.clone()], 0);
                let found = core::check_input(&tokens, &self.found[package].problems);
                let place = read.place(call.bytes.clone());
                references.push(Reference {
                    what: What::Macro,
                    package,
                    service: None,
                    findings: located(read, found, call.arguments.start, &call.bytes),
                    place,
                    is_test: read.is_test || call.is_test,
                });
            }
        }
        for named in &read.source.paths {
            let stub = named.path.split_last();
            let stub = stub.and_then(|(_, stub)| self.names.stub(at(named.scope), stub));
            let place = || read.place(named.bytes.clone());
            let Some(stub) = stub else {
                if let Some(finding) = self.gone(at(named.scope), read, named) {
                    let place = place();
                    references.push(Reference {
                        what: What::Stub,
                        package,
                        service: None,
                        findings: vec![Located::at(finding, &place)],
                        place,
                        is_test: read.is_test || named.is_test,
                    });
                }
                continue;
            };
            let place = place();
            let barrier = self.barrier(stub);
            references.push(Reference {
                what: What::Stub,
                package,
                service: Some(self.application.services[stub.service].name.clone()),
                findings: barrier
                    .map(|finding| Located::at(finding, &place))
                    .into_iter()
                    .collect(),
                place,
                is_test: read.is_test || named.is_test,
            });
        }
    }

    /// A stub that is not there, where nothing else can be meant.
    fn gone(&self, at: At, read: &Read, named: &Named) -> Option<Finding> {
        let (_, path) = named.path.split_last()?;
        let name = path.last()?;
        let is_parameter = path.len() == 1 && read.source.generics.contains(name);
        // Of a package with problems nothing is known.
        let is_known = self.found[at.package].problems.is_empty();
        if !named.is_sure || is_parameter || !is_known || !self.names.is_gone(at, path) {
            return None;
        }
        let message = format!("there is no service with the type `{name}`");
        let finding = Finding::error(Code::UnknownService, message);
        let types = self.types.iter().map(String::as_str);
        Some(finding.meant(name, types, || {
            "`cargo service-connect routes` lists the services of the application".to_owned()
        }))
    }

    fn attribute(&self, package: usize, read: &Read, marked: &Marked) -> Reference {
        let base = marked.item.start;
        let arguments = tokens(
            &read.text[marked.arguments.clone()],
            marked.arguments.start - base,
        );
        // With its own attribute, which the macro is not given and would pass over.
        let item = tokens(&read.text[marked.item.clone()], 0);
        let found = &self.found[package];
        let known = core::Known {
            application: self.application,
            callers: self.callers(package),
            duplicates: self.duplicates,
            tls: found.package.tls,
            asked: self.asked,
        };
        let checked = core::check(arguments, &item, &known, &found.problems);
        let service = checked.service.as_ref();
        let literal = service.map(|(_, span)| bytes(*span, base, &marked.bytes));
        Reference {
            what: What::Attribute,
            package,
            service: service.map(|(name, _)| name.clone()),
            place: read.place(literal.unwrap_or_else(|| marked.bytes.clone())),
            is_test: read.is_test || marked.is_test,
            findings: located(read, checked.findings, base, &marked.bytes),
        }
    }

    /// The services that the package runs as, those that exist.
    fn callers(&self, package: usize) -> Vec<&'a Service> {
        let callers = self.found[package].package.callers.iter();
        callers
            .filter_map(|name| self.application.service(name))
            .collect()
    }

    /// What keeps a stub from being called, as its definition in that package tells.
    fn barrier(&mut self, stub: Stub) -> Option<Finding> {
        let key = (stub.package, stub.service);
        if let Some(known) = self.barriers.get(&key) {
            return known.clone();
        }
        let service = &self.application.services[stub.service];
        let found = &self.found[stub.package];
        let barrier = if found.problems.is_empty() {
            let check = Check {
                service: &service.name,
                need: Need::Any,
                environments: None,
            };
            let barriers = check.check_knowing(
                self.duplicates,
                self.application,
                &self.callers(stub.package),
            );
            let over_tls = (service.needs_tls() && !found.package.tls).then(|| needs_tls(service));
            barriers.into_iter().next().or(over_tls)
        } else {
            // Said where `clients!()` stands.
            None
        };
        self.barriers.insert(key, barrier.clone());
        barrier
    }
}

/// Tokens with so many bytes before them.
fn tokens(text: &str, before: usize) -> TokenStream {
    // They were read once already, but not all that is read is a token.
    (" ".repeat(before) + text).parse().unwrap_or_default()
}

/// The bytes of the file that a span means; `whole` for that of the call.
fn bytes(span: Span, base: usize, whole: &Range<usize>) -> Range<usize> {
    let bytes = span.byte_range();
    if bytes.is_empty() {
        whole.clone()
    } else {
        bytes.start + base..bytes.end + base
    }
}

fn located(
    read: &Read,
    found: Vec<(Span, Finding)>,
    base: usize,
    whole: &Range<usize>,
) -> Vec<Located> {
    let located = found.into_iter().map(|(span, finding)| {
        let place = read.place(bytes(span, base, whole));
        Located::at(finding, &place)
    });
    located.collect()
}
