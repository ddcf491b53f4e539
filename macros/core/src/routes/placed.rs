//! The path of a route with the parameters in their places.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use service_connect_codegen::{Code, Finding};
use syn::spanned::Spanned;
use syn::{Attribute, LitStr, Meta};

use super::parameter::Parameter;
use super::path::{self, Part};
use crate::diagnostic::Errors;

/// Makes the route's path of `local`, with `parameters` in their places.
pub fn pieces(
    route: &Attribute,
    parameters: &[Parameter],
    local: &Ident,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let path = literal(route, errors)?;
    let parts = match path::parse(&path.value()) {
        Ok(parts) => parts,
        Err(finding) => {
            errors.finding(path.span(), finding);
            return None;
        }
    };
    let in_path = parameters.iter().filter(|parameter| parameter.is_in_path());
    let mut unused: Vec<_> = in_path.collect();
    let mut is_right = true;
    let mut pieces = quote!(let mut #local = ::service_connect::__private::RoutePath::new(););
    for part in parts {
        match part {
            Part::Text(text) => pieces.extend(quote!(#local.text(#text);)),
            Part::Placeholder(name) => {
                match parameters.iter().find(|parameter| parameter.text == name) {
                    Some(parameter) if parameter.is_in_path() => {
                        unused.retain(|other| other.text != name);
                        pieces.extend(parameter.segment(local));
                    }
                    found => {
                        is_right = false;
                        let finding = no_parameter(&name, found, &unused);
                        // The one that is meant is the same mistake.
                        let meant = finding.replacement.as_deref();
                        unused.retain(|other| Some(&*other.text) != meant);
                        errors.finding(path.span(), finding);
                    }
                }
            }
        }
    }
    for parameter in unused {
        is_right = false;
        errors.finding(parameter.name.span(), parameter.unused());
    }
    is_right.then_some(pieces)
}

/// The literal in `#[get("/path")]`.
fn literal(route: &Attribute, errors: &mut Errors) -> Option<LitStr> {
    let verb = route.path().to_token_stream();
    let mut wrong = |span: Span, code, message: &str| {
        let help = format!("write `#[{verb}(\"/path/{{id}}\")]`");
        errors.error(span, code, message, help);
    };
    let tokens = match &route.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) => TokenStream::new(),
        Meta::NameValue(value) => {
            let message = "the path does not stand in parentheses";
            wrong(value.span(), Code::InvalidPath, message);
            return None;
        }
    };
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(end) if end.as_char() == ',');
    let mut tokens = tokens.into_iter().filter(|token| !is_comma(token));
    let Some(first) = tokens.next() else {
        wrong(
            route.path().span(),
            Code::MissingPath,
            "the route has no path",
        );
        return None;
    };
    let span = first.span();
    let Ok(path) = syn::parse2(first.into()) else {
        wrong(
            span,
            Code::InvalidPath,
            "the path has to be a string literal",
        );
        return None;
    };
    if let Some(more) = tokens.next() {
        errors.error(
            more.span(),
            Code::InvalidPath,
            "a route takes nothing after its path",
            "take it out: what belongs to one call is set where it is made",
        );
        return None;
    }
    Some(path)
}

fn no_parameter(name: &str, found: Option<&Parameter>, unused: &[&Parameter]) -> Finding {
    if found.is_some() {
        let message = format!("the parameter `{name}` is in the path and elsewhere in the request");
        let help = "take the attribute off the parameter, or the placeholder out of the path";
        return Finding::error(Code::InvalidParameter, message).help(help);
    }
    let message = format!("the path has `{{{name}}}` and the method no parameter `{name}`");
    let unused = unused.iter().map(|parameter| parameter.text.as_str());
    let finding = Finding::error(Code::MissingParameter, message);
    finding.meant(name, unused, || {
        format!("add the parameter `{name}`, or take the placeholder out")
    })
}
