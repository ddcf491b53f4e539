//! The Rust code of the clients: one type a service, and constants, of which a macro of the runtime makes its functions.
//!
//! Everything is named by its absolute path, because a service may be called `result` or `option`.
//!
//! ```
//! use service_connect_codegen::{Catalog, stubs};
//!
//! assert!(stubs::module(&Catalog::default()).contains("static APPLICATION"));
//! ```

use std::fmt::Write as _;

use crate::application::{Deployment, Service};
use crate::catalog::Catalog;
use crate::endpoint::{Endpoint, connected};
use crate::finding::Finding;
use crate::naming::{is_renamed, type_names};
use crate::reference::{DuplicateNames, Need, Reference};

/// Its file in `OUT_DIR`.
pub const FILE: &str = "service-connect.rs";

const PRIVATE: &str = "::service_connect::__private";

/// What stands in the module that `clients!()` brings in.
#[must_use]
pub fn module(catalog: &Catalog) -> String {
    let application = &catalog.application;
    let callers = catalog.calling_services();
    let mut out = self::application(catalog);
    let names = type_names(
        application
            .services
            .iter()
            .map(|service| service.name.as_str()),
    );
    let duplicates = DuplicateNames::find(application);
    for (service, name) in application.services.iter().zip(&names) {
        let reference = Reference {
            service: &service.name,
            need: Need::Any,
            environments: None,
        };
        let barriers = reference.check_knowing(&duplicates, application, &callers);
        let barrier = barriers.into_iter().next();
        let kind = service.kind.map_or("service", |kind| kind.as_str());
        let _ = writeln!(
            out,
            "\n/// The service `{}` (a {kind}).",
            doc_text(&service.name)
        );
        if is_renamed(&service.name, name) {
            let _ = writeln!(
                out,
                "///\n/// Its type is called `{name}` because the plain name is taken or would hide another."
            );
        }
        if let Some(barrier) = &barrier {
            let _ = writeln!(
                out,
                "///\n/// It cannot be called: {}.",
                doc_text(&barrier.message)
            );
        }
        let _ = writeln!(
            out,
            "#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]\npub struct {name};"
        );
        out += &stub(name, service, catalog, barrier.as_ref());
    }
    out
}

/// What makes the unit struct `name` a client of `service`, next to [`application`].
#[must_use]
pub fn client(name: &str, service: &Service, catalog: &Catalog) -> String {
    stub(name, service, catalog, None)
}

/// `SERVICE`, for a client with methods of its own, next to [`application`].
#[must_use]
pub fn service(service: &Service, catalog: &Catalog) -> String {
    let value = service_value(service, catalog);
    format!("static SERVICE: {PRIVATE}::Service = {value};\n")
}

/// An expression of type `&'static ListenPort` slices: where the package's own services listen.
#[must_use]
pub fn listen_addr(catalog: &Catalog) -> String {
    let callers = catalog.callers.iter().map(|caller| literal(caller));
    let callers = callers.collect::<Vec<_>>().join(", ");
    let mut ports = String::new();
    for service in catalog.calling_services() {
        let port = |deployment: &Result<Deployment, Finding>| {
            deployment
                .as_ref()
                .ok()
                .and_then(|deployment| deployment.image_port)
        };
        let base = port(&service.base);
        let mut environments = String::new();
        for (environment, deployment) in catalog
            .application
            .environments
            .iter()
            .zip(&service.deployments)
        {
            let port = port(deployment);
            if port != base {
                let _ = write!(
                    environments,
                    "({}, {}), ",
                    literal(&environment.name),
                    option(port)
                );
            }
        }
        let _ = write!(
            ports,
            "{PRIVATE}::ListenPort {{ service: {}, environments: &[{environments}], base: {} }}, ",
            literal(&service.name),
            option(base)
        );
    }
    format!("{PRIVATE}::listen_addr(&[{callers}], &[{ports}])")
}

fn option(port: Option<u16>) -> String {
    match port {
        Some(port) => format!("::core::option::Option::Some({port})"),
        None => "::core::option::Option::None".to_owned(),
    }
}

/// `APPLICATION`: what the runtime has to know to tell whether its caller has Service Connect on.
#[must_use]
pub fn application(catalog: &Catalog) -> String {
    let application = &catalog.application;
    // One a line.
    let connected = |environment| literal(&connected(application, environment).join("\n"));
    let base = connected(None);
    let mut environments = String::new();
    for (index, environment) in application.environments.iter().enumerate() {
        let connected = connected(Some(index));
        if connected != base {
            let name = literal(&environment.name);
            let _ = write!(
                environments,
                "\n        {PRIVATE}::Environment {{ name: {name}, connected: {connected} }},",
            );
        }
    }
    let callers = catalog.callers.iter().map(|caller| literal(caller));
    format!(
        "static APPLICATION: {PRIVATE}::Application = {PRIVATE}::Application {{\n    callers: &[{}],\n    \
         environments: &[{environments}],\n    base: {base},\n}};\n",
        callers.collect::<Vec<_>>().join(", "),
    )
}

fn service_value(service: &Service, catalog: &Catalog) -> String {
    let base = endpoint(catalog, service, None);
    let mut differing = String::new();
    for (index, environment) in catalog.application.environments.iter().enumerate() {
        let endpoint = endpoint(catalog, service, Some(index));
        if endpoint != base {
            let _ = write!(
                differing,
                "\n    ({}, {endpoint}),",
                literal(&environment.name)
            );
        }
    }
    format!(
        "{PRIVATE}::Service::new({}, &APPLICATION, &[{differing}], {base})",
        literal(&service.name)
    )
}

/// What makes the type `name` a client.
fn stub(name: &str, service: &Service, catalog: &Catalog, barrier: Option<&Finding>) -> String {
    let condition = condition(name, service, barrier);
    format!(
        "{}::service_connect::__stub! {{\n    {name} [{}]\n    {}\n}}\n",
        condition.declaration,
        condition.clause,
        service_value(service, catalog),
    )
}

/// A `where` clause that fails, with our words, where the stub is called.
#[derive(Default)]
struct Condition {
    declaration: String,
    clause: String,
}

fn condition(name: &str, service: &Service, barrier: Option<&Finding>) -> Condition {
    if let Some(barrier) = barrier {
        let place = barrier.place.as_ref().map(ToString::to_string);
        let note: Vec<_> = place.into_iter().chain(barrier.help.clone()).collect();
        // `for<'a>` keeps rustc from refusing the definition itself.
        return Condition {
            declaration: format!(
                "#[doc(hidden)]\n#[diagnostic::on_unimplemented(message = {}, label = {}, note = {})]\n\
                 pub trait {name}IsCallable {{}}\n\
                 #[diagnostic::do_not_recommend]\nimpl {name}IsCallable for {PRIVATE}::Never {{}}\n",
                braced(&format!("{} [{}]", barrier.message, barrier.code)),
                braced(&format!(
                    "service `{}` cannot be called from this crate",
                    service.name
                )),
                braced(&note.join(": ")),
            ),
            clause: format!("where for<'a> {name}: {name}IsCallable"),
        };
    }
    let clause = if service.needs_tls() {
        format!("where for<'a> (): {PRIVATE}::Tls")
    } else {
        String::new()
    };
    Condition {
        declaration: String::new(),
        clause,
    }
}

fn endpoint(catalog: &Catalog, service: &Service, environment: Option<usize>) -> String {
    let endpoint = Endpoint::find(&catalog.application, service, environment);
    let connect = match &endpoint.connect {
        Some(name) => format!("::core::option::Option::Some({})", literal(name)),
        None => "::core::option::Option::None".to_owned(),
    };
    format!(
        "{PRIVATE}::Endpoint {{ port: {}, connect: {connect}, discovery: {}, reason: {} }}",
        endpoint.port,
        endpoint.discovery,
        literal(&endpoint.reason)
    )
}

/// A string literal, in ASCII: characters that change the direction of text are an error to rustc.
fn literal(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}

/// A string literal for `on_unimplemented`, which takes braces for placeholders.
fn braced(text: &str) -> String {
    literal(&text.replace('{', "{{").replace('}', "}}"))
}

fn doc_text(text: &str) -> String {
    let is_plain = |c: char| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric();
    text.replace(|c: char| !is_plain(c), "?")
}
