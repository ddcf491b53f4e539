//! One method of a trait: its route, and what it does over HTTP.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use service_connect_codegen::{Code, Finding};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, LitStr, Meta, ReturnType, Signature, TraitItemFn, WherePredicate};

use super::parameter::{self, Parameter};
use super::placed::pieces;
use super::signature::check;
use super::take;
use crate::diagnostic::Errors;

pub const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];

/// Turns an `async fn` with a route into one that returns a `Send` future; gives its implementation over HTTP.
/// One with a mistake is implemented all the same, so that no error follows from ours.
pub fn expand(method: &mut TraitItemFn, errors: &mut Errors) -> Option<TokenStream> {
    let routes = take(&mut method.attrs, is_route);
    if routes.is_empty() && method.default.is_some() {
        send_by_itself(method);
        return None;
    }
    // Without a body, it can be nothing else, and the compiler would not know it.
    let unknown = take(&mut method.attrs, |attribute| {
        routes.is_empty() && looks_like_route(attribute)
    });
    for attribute in &unknown {
        errors.finding(attribute.path().span(), unknown_method(attribute));
    }
    let parameters = parameter::take_all(&mut method.sig, errors);
    let body = if unknown.is_empty() {
        body(&routes, method, parameters, errors)
    } else {
        None
    };
    method.default = None;
    let signature = method.sig.to_token_stream();
    let body = body.unwrap_or_else(|| quote!(::core::unreachable!()));
    let conditions = method
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    let implementation = quote! { #(#conditions)* #signature { #body } };

    make_send(&mut method.sig);
    Some(implementation)
}

/// An `async fn` with a body of its own is as good for generic code as a route.
fn send_by_itself(method: &mut TraitItemFn) {
    if method.sig.asyncness.is_none() {
        return;
    }
    make_send(&mut method.sig);
    // What it calls, it calls through `&self`.
    let condition: WherePredicate = syn::parse_quote!(Self: ::core::marker::Sync);
    method
        .sig
        .generics
        .make_where_clause()
        .predicates
        .push(condition);
    if let Some(body) = method.default.take() {
        method.default = Some(syn::parse_quote!({ async move #body }));
    }
}

/// From `async fn` to a function that returns a `Send` future, which is also what `async_fn_in_trait` asks for.
fn make_send(signature: &mut Signature) {
    if signature.asyncness.take().is_none() {
        return;
    }
    let output = match &signature.output {
        ReturnType::Type(_, output) => output.to_token_stream(),
        ReturnType::Default => quote!(()),
    };
    signature.output = syn::parse_quote! {
        -> impl ::core::future::Future<Output = #output> + ::core::marker::Send
    };
}

fn is_route(attribute: &Attribute) -> bool {
    let path = attribute.path();
    METHODS.iter().any(|method| path.is_ident(method))
}

/// `#[word("…")]`, which no attribute of the language is.
fn looks_like_route(attribute: &Attribute) -> bool {
    let is_word = attribute.path().get_ident().is_some();
    is_word && matches!(&attribute.meta, Meta::List(_)) && attribute.parse_args::<LitStr>().is_ok()
}

fn unknown_method(attribute: &Attribute) -> Finding {
    let word = attribute.path().to_token_stream().to_string();
    let message = format!("a route cannot have the method `{word}`");
    let finding = Finding::error(Code::UnknownMethod, message);
    let others = "the methods are `get`, `post`, `put`, `patch`, `delete` and `head`; others go through `request` of the service's type";
    finding.meant(&word, METHODS, || others.to_owned())
}

/// The call; `None` where something is wrong with the route, which is then an error.
fn body(
    routes: &[Attribute],
    method: &TraitItemFn,
    parameters: Option<Vec<Parameter>>,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let output = check(routes, method, errors);
    let (route, parameters) = (routes.first()?, parameters?);
    let verb = route.path().get_ident()?;
    let has_bodies = parameter::check_bodies(&parameters, verb, errors);
    // Out of sight of the parameters, whatever they are called.
    let local = |name| Ident::new(name, Span::mixed_site());
    let (path, request) = (local("path"), local("request"));
    let pieces = pieces(route, &parameters, &path, errors);
    let (output, pieces) = (output?, pieces?);
    has_bodies?;
    let FnArg::Receiver(receiver) = method.sig.inputs.first()? else {
        return None;
    };
    let this = &receiver.self_token;
    let http = Ident::new(&verb.to_string().to_uppercase(), Span::mixed_site());
    // A body sets the content type only where no header has.
    let (bodies, others): (Vec<_>, Vec<_>) =
        parameters.iter().partition(|parameter| parameter.is_body());
    let steps = others
        .iter()
        .chain(&bodies)
        .map(|parameter| parameter.step(&request));
    // At the type, where the compiler says what is wrong with it.
    let answer = quote_spanned! {output.span()=>
        ::service_connect::__private::Answer::<<#output as ::service_connect::__private::RouteResult>::Value>::of(#request)
            .read_answer()
            .await?
    };
    Some(quote! {
        use ::service_connect::__private::JsonAnswer as _;
        #pieces
        let #request = #path.request(&#this.client, ::service_connect::Method::#http);
        #(#steps)*
        ::core::result::Result::Ok(#answer)
    })
}
