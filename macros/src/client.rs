//! From the catalog to the code that the macros stand for.

use std::sync::Arc;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;
use service_connect_codegen::{
    Catalog, Code, Finding, Need, Reference, Service, needs_tls, stubs, unknown_environment,
};
use syn::LitStr;

use crate::arguments::Arguments;
use crate::catalog::{self, Loaded};
use crate::diagnostic::Errors;
use crate::item::Item;
use crate::routes;
use crate::tokens::{generated, lint_free};

/// The module of the stubs.
pub fn clients(input: &TokenStream) -> TokenStream {
    let (loaded, mut errors) = load(Span::call_site());
    no_input(input, &mut errors);
    let errors = errors.items();
    if loaded.is_none() {
        return errors;
    }
    let lint_free = lint_free();
    let file = format!("/{}", stubs::FILE);
    quote! {
        #errors
        #[doc(hidden)]
        #lint_free
        mod service_connect_clients {
            ::core::include!(::core::concat!(::core::env!("OUT_DIR"), #file));
        }
        #[doc(inline)]
        #[allow(unused_imports, unreachable_pub)]
        pub use service_connect_clients::*;
    }
}

/// Where the package's services listen.
pub fn listen_addr(input: &TokenStream) -> TokenStream {
    let (loaded, mut errors) = load(Span::call_site());
    no_input(input, &mut errors);
    let code = match &loaded {
        Some(loaded) if errors.is_empty() => generated(&stubs::listen_addr(&loaded.catalog)),
        _ => quote!(::service_connect::__private::listen_addr(&[], &[])),
    };
    let errors = errors.items();
    quote!({ #errors #code })
}

fn no_input(input: &TokenStream, errors: &mut Errors) {
    if let Some(token) = input.clone().into_iter().next() {
        errors.error(
            token.span(),
            Code::UnexpectedInput,
            "the macro takes no arguments",
            "write nothing between the parentheses",
        );
    }
}

/// The item with its client, and what is wrong with the reference.
pub fn service_client(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    expand(arguments, tokens, load)
}

pub(crate) fn expand(
    arguments: TokenStream,
    tokens: TokenStream,
    load: impl FnOnce(Span) -> (Option<Arc<Loaded>>, Errors),
) -> TokenStream {
    let mut errors = Errors::default();
    let arguments = Arguments::parse(arguments, &mut errors);
    let Ok(item) = Item::parse(&tokens) else {
        // The compiler says what is wrong with the item itself, and would not know our attributes.
        let (tokens, errors) = (without_ours(tokens), errors.items());
        return quote!(#errors #tokens);
    };
    let span = arguments
        .service
        .as_ref()
        .map_or_else(Span::call_site, LitStr::span);
    let (loaded, problems) = load(span);
    let problems = problems.items();
    let loaded = loaded.unwrap_or_default();
    let catalog = &loaded.catalog;
    let name = arguments
        .service
        .as_ref()
        .map(LitStr::value)
        .unwrap_or_default();
    // With arguments that are not understood, what they would have excused is not known either.
    if let Some(service) = &arguments.service
        && problems.is_empty()
        && errors.is_empty()
    {
        check(catalog, &arguments, service, &mut errors);
    }
    // A client of a service that does not exist keeps the rest of the crate free of errors that follow from ours.
    let unknown = unknown(&name);
    let service = catalog.application.service(&name).unwrap_or(&unknown);

    let code = match item {
        Item::Unit(ident) => {
            let client = stubs::client(&ident.to_string(), service, catalog);
            let client = generated(&format!("{}{client}", loaded.application));
            let lint_free = lint_free();
            quote!(#tokens #lint_free const _: () = { #client };)
        }
        Item::Trait(item) => routes::expand(*item, service, &loaded, &mut errors),
        Item::Other(span) => {
            errors.error(
                span,
                Code::InvalidItem,
                "`#[service_client]` belongs on a unit struct or a trait",
                "write `struct Calls;`, or a trait with routes, below it",
            );
            tokens
        }
    };
    let errors = errors.items();
    quote!(#problems #errors #code)
}

fn check(catalog: &Catalog, arguments: &Arguments, service: &LitStr, errors: &mut Errors) {
    let application = &catalog.application;
    let (name, span) = (service.value(), service.span());
    let environments = arguments.environments.as_ref().map(|environments| {
        let mut known = Vec::new();
        for environment in environments {
            let name = environment.value();
            let mut all = application.environments.iter();
            if all.any(|environment| environment.name == name) {
                known.push(name);
            } else {
                errors.finding(environment.span(), unknown_environment(application, &name));
            }
        }
        known
    });
    let reference = Reference {
        service: &name,
        need: if arguments.discovery {
            Need::Any
        } else {
            Need::ServiceConnect
        },
        environments: environments.as_deref(),
    };
    for finding in reference.check(application, &catalog.calling_services()) {
        errors.finding(span, finding);
    }
    if let Some(service) = application.service(&name)
        && !cfg!(feature = "tls")
        && service.needs_tls()
    {
        errors.finding(span, needs_tls(service));
    }
}

pub(crate) fn unknown(name: &str) -> Service {
    Service {
        name: name.to_owned(),
        directory: name.to_owned(),
        place: service_connect_codegen::Place::file(""),
        kind: None,
        kind_place: service_connect_codegen::Place::file(""),
        external: false,
        base: Err(Finding::error(
            Code::UnknownService,
            "there is no such service",
        )),
        deployments: Vec::new(),
    }
}

/// The package's catalog, and what is wrong with it for everything that refers to it.
fn load(span: Span) -> (Option<Arc<Loaded>>, Errors) {
    let mut errors = Errors::default();
    match catalog::load() {
        Ok(loaded) => {
            for problem in &loaded.catalog.problems {
                errors.finding(span, problem.clone());
            }
            (Some(loaded), errors)
        }
        Err(finding) => {
            errors.finding(span, finding);
            (None, errors)
        }
    }
}

/// The tokens without the attributes of routes and parameters.
fn without_ours(tokens: TokenStream) -> TokenStream {
    let is_ours = |token: &TokenTree| {
        let TokenTree::Group(group) = token else {
            return false;
        };
        let word = group.stream().into_iter().next();
        group.delimiter() == Delimiter::Bracket
            && matches!(word, Some(TokenTree::Ident(word)) if routes::is_ours(&word))
    };
    let mut kept = Vec::new();
    for token in tokens {
        let before = kept.last();
        if is_ours(&token)
            && matches!(before, Some(TokenTree::Punct(mark)) if mark.as_char() == '#')
        {
            kept.pop();
            continue;
        }
        kept.push(match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_ours(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            token => token,
        });
    }
    kept.into_iter().collect()
}
