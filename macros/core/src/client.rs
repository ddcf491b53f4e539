//! From the catalog to the code that the macros stand for.

use std::sync::Arc;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;
use service_connect_codegen::{Code, Finding, Service, stubs};

use crate::catalog::{self, Loaded};
use crate::diagnostic::Errors;
use crate::item::Item;
use crate::known::Written;
use crate::routes;
use crate::tokens::{generated, lint_free};

/// The module of the stubs.
#[must_use]
pub fn clients(input: &TokenStream) -> TokenStream {
    let (loaded, mut errors) = load(Span::call_site());
    errors.no_input(input);
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
#[must_use]
pub fn listen_addr(input: &TokenStream) -> TokenStream {
    let (loaded, mut errors) = load(Span::call_site());
    errors.no_input(input);
    let code = match &loaded {
        Some(loaded) if errors.is_empty() => generated(&stubs::listen_addr(&loaded.catalog)),
        _ => quote!(::service_connect::__private::listen_addr(&[], &[])),
    };
    let errors = errors.items();
    quote!({ #errors #code })
}

/// The item with its client, and what is wrong with the reference. `tls` tells whether that feature is on.
#[must_use]
pub fn service_client(arguments: TokenStream, item: TokenStream, tls: bool) -> TokenStream {
    expand(arguments, item, tls, load)
}

pub(crate) fn expand(
    arguments: TokenStream,
    tokens: TokenStream,
    tls: bool,
    load: impl FnOnce(Span) -> (Option<Arc<Loaded>>, Errors),
) -> TokenStream {
    let mut written = Written::read(arguments, &tokens);
    let Some(item) = written.item.take() else {
        // The compiler says what is wrong with the item itself, and would not know our attributes.
        let (tokens, errors) = (without_ours(tokens), written.errors.items());
        return quote!(#errors #tokens);
    };
    let (loaded, problems) = load(written.span());
    let is_known = problems.is_empty();
    let problems = problems.items();
    let loaded = loaded.unwrap_or_default();
    let catalog = &loaded.catalog;
    if is_known {
        written.check(&loaded.known(tls));
    }
    let name = written.service();
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
        Item::Trait(item) => {
            let statics = stubs::service(service, catalog);
            let statics = generated(&format!("{}{statics}", loaded.application));
            routes::expand(*item, &service.name, &statics, &mut written.errors)
        }
        Item::Other(span) => {
            written.errors.not_on(span);
            tokens
        }
    };
    let errors = written.errors.items();
    quote!(#problems #errors #code)
}

fn unknown(name: &str) -> Service {
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
