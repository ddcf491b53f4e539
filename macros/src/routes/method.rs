//! One method of a trait: its route, and what it does over HTTP.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use service_connect_codegen::{Code, Finding};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, LitStr, Meta, Receiver, ReceiverKind, ReturnType, Signature, TraitItemFn,
    Type, TypePath, WherePredicate,
};

use super::parameter::{self, Parameter};
use super::placed::pieces;
use crate::diagnostic::Errors;

const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];

/// Turns an `async fn` with a route into one that returns a `Send` future; gives its implementation over HTTP.
/// One with a mistake is implemented all the same, so that no error follows from ours.
pub fn expand(method: &mut TraitItemFn, errors: &mut Errors) -> Option<TokenStream> {
    let routes = take(&mut method.attrs, is_route);
    // Nobody else knows what it could be, and the compiler would say so.
    let unknown = take(&mut method.attrs, |attribute| {
        routes.is_empty() && looks_like_route(attribute)
    });
    if routes.is_empty() && unknown.is_empty() && method.default.is_some() {
        send_by_itself(method);
        return None;
    }
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

/// Moves those attributes out.
pub(super) fn take(
    attributes: &mut Vec<Attribute>,
    is_one: impl Fn(&Attribute) -> bool,
) -> Vec<Attribute> {
    let (taken, left) = attributes
        .drain(..)
        .partition(|attribute| is_one(attribute));
    *attributes = left;
    taken
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
    let steps = parameters.iter().map(|parameter| parameter.step(&request));
    // At the type, where the compiler says what is wrong with it.
    let answer = quote_spanned! {output.span()=>
        ::service_connect::__private::Answer::<<#output as ::service_connect::__private::RouteResult>::Value>::of(#request).read().await?
    };
    Some(quote! {
        use ::service_connect::__private::JsonAnswer as _;
        let mut #path = ::std::string::String::new();
        #pieces
        let #request = self.client.#verb(#path);
        #(#steps)*
        ::core::result::Result::Ok(#answer)
    })
}

/// What is wrong with the method apart from its path and parameters; if nothing is, the type that it returns.
fn check<'a>(
    routes: &[Attribute],
    method: &'a TraitItemFn,
    errors: &mut Errors,
) -> Option<&'a Type> {
    let Signature {
        ident: name,
        asyncness,
        output,
        ..
    } = &method.sig;
    let mut is_right = true;
    let mut wrong = |span: Span, code, what: &str, help: &str| {
        errors.error(span, code, what, help);
        is_right = false;
    };
    if routes.is_empty() {
        wrong(
            name.span(),
            Code::MissingRoute,
            &format!("the method `{name}` has no route"),
            "write `#[get(\"/path\")]` above it, or give it a body",
        );
        // Nobody knows yet what else it has to be.
        return None;
    }
    if let Some(second) = routes.get(1) {
        wrong(
            second.path().span(),
            Code::DuplicateRoute,
            &format!("the method `{name}` has two routes"),
            "write a method for each",
        );
    }
    if asyncness.is_none() {
        wrong(
            name.span(),
            Code::NotAsync,
            &format!("the route `{name}` is not async"),
            "write `async fn`",
        );
    }
    match output {
        ReturnType::Default => wrong(
            name.span(),
            Code::MissingResult,
            &format!("the route `{name}` returns nothing"),
            "let it return `service_connect::Result<()>`, or what the answer is read as in place of `()`",
        ),
        ReturnType::Type(_, output) if !may_be_result(output) => {
            let plain = output.to_token_stream().to_string().replace(' ', "");
            wrong(
                output.span(),
                Code::MissingResult,
                &format!("the route `{name}` returns no `Result`"),
                &format!("a call can fail: let it return `service_connect::Result<{plain}>`"),
            );
        }
        ReturnType::Type(..) => {}
    }
    if method.default.is_some() {
        wrong(
            name.span(),
            Code::OwnBody,
            &format!("the route `{name}` has a body of its own"),
            "write `;` in its place, for the body is generated, or take the route away",
        );
    }
    let by_reference =
        |receiver: &Receiver| matches!(receiver.kind, ReceiverKind::Reference(_, _, None));
    let receiver = match method.sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) if by_reference(receiver) => None,
        Some(FnArg::Receiver(receiver)) => Some(receiver.span()),
        _ => Some(name.span()),
    };
    if let Some(span) = receiver {
        wrong(
            span,
            Code::MissingSelf,
            &format!("the route `{name}` does not take `&self`"),
            "write `&self` as its first parameter",
        );
    }
    match output {
        ReturnType::Type(_, output) if is_right => Some(output),
        _ => None,
    }
}

/// Whether a type is a `Result` or could be another name for one. Where it only could be, the compiler has the last word.
fn may_be_result(output: &Type) -> bool {
    let Type::Path(TypePath { path, .. }) = output else {
        return matches!(output, Type::Macro(_) | Type::Verbatim(_));
    };
    let Some(last) = path.segments.last() else {
        return false;
    };
    let name = last.ident.to_string();
    !NO_RESULTS.contains(&&*name) && !name.starts_with(char::is_lowercase)
}

/// Types that a route may read and that are no `Result` by themselves.
const NO_RESULTS: [&str; 16] = [
    "Arc",
    "BTreeMap",
    "BTreeSet",
    "Box",
    "Bytes",
    "Cow",
    "HashMap",
    "HashSet",
    "Option",
    "Rc",
    "Response",
    "String",
    "StatusCode",
    "Value",
    "Vec",
    "VecDeque",
];
