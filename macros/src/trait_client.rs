//! A trait with routes, and its client over HTTP.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use service_connect_codegen::{Catalog, Service, stubs};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, ItemTrait, LitStr, Pat, Receiver, ReceiverKind, ReturnType, Signature,
    TraitItem, TraitItemFn,
};

use crate::diagnostic::Errors;
use crate::route::{self, Part};
use crate::tokens::{generated, lint_free};

const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];

/// The trait, with futures that are `Send`, and the struct that implements it.
pub fn expand(
    mut item: ItemTrait,
    service: &Service,
    catalog: &Catalog,
    errors: &mut Errors,
) -> TokenStream {
    let mut implementations = Vec::new();
    let mut is_whole = true;
    for member in &mut item.items {
        match member {
            TraitItem::Fn(method) => implementations.extend(route_method(method, errors)),
            other => {
                let help = "move it out of the trait";
                errors.invalid(other.span(), "a trait with routes has methods only", help);
                is_whole = false;
            }
        }
    }
    let name = &item.ident;
    let client = format_ident!("{name}Client");
    let visibility = &item.vis;
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    // What the client cannot implement would be an error that follows from ours.
    let implementation = is_whole.then(|| {
        quote! {
            impl #impl_generics #name #type_generics for #client #where_clause {
                #(#implementations)*
            }
        }
    });
    let lint_free = lint_free();
    let statics = generated(&stubs::statics(service, catalog));
    let doc = format!("[`{name}`] over HTTP, by the service `{}`.", service.name);
    quote! {
        #item

        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #visibility struct #client {
            client: ::service_connect::Client,
        }

        #lint_free
        const _: () = {
            #statics

            impl #client {
                /// Calls the service where it is deployed.
                pub fn new() -> Self {
                    Self::with(::service_connect::Client::of(&SERVICE))
                }

                /// Calls through `client`, as tests do.
                pub fn with(client: ::service_connect::Client) -> Self {
                    Self { client }
                }
            }

            impl ::core::default::Default for #client {
                fn default() -> Self {
                    Self::new()
                }
            }

            #implementation
        };
    }
}

/// Turns an `async fn` with a route into one that returns a `Send` future; gives its implementation over HTTP.
/// One with a mistake is implemented all the same, so that no error follows from ours.
fn route_method(method: &mut TraitItemFn, errors: &mut Errors) -> Option<TokenStream> {
    let position = method.attrs.iter().position(is_route);
    if position.is_none() && method.default.is_some() {
        return None;
    }
    let route = position.map(|position| method.attrs.remove(position));
    let signature = method.sig.to_token_stream();
    let body = body(route.as_ref(), method, errors);
    method.default = None;
    let body = body.unwrap_or_else(|| quote!(::core::unreachable!()));
    let conditions = method
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    let implementation = quote! { #(#conditions)* #signature { #body } };

    if method.sig.asyncness.take().is_some() {
        let output = match &method.sig.output {
            ReturnType::Type(_, output) => output.to_token_stream(),
            ReturnType::Default => quote!(()),
        };
        method.sig.output = syn::parse_quote! {
            -> impl ::core::future::Future<Output = #output> + ::core::marker::Send
        };
    }
    Some(implementation)
}

fn is_route(attribute: &Attribute) -> bool {
    METHODS
        .iter()
        .any(|method| attribute.path().is_ident(method))
}

/// The call; `None` where something is wrong with the route, which is then an error.
fn body(
    route: Option<&Attribute>,
    method: &TraitItemFn,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let signature = &method.sig;
    let name = &signature.ident;
    let mut wrong = Vec::new();
    if signature.asyncness.is_none() {
        wrong.push((
            format!("the route `{name}` is not async"),
            "write `async fn`",
        ));
    }
    if matches!(signature.output, ReturnType::Default) {
        let help = "let it return `service_connect::Result<T>`";
        wrong.push((format!("the route `{name}` returns nothing"), help));
    }
    if method.default.is_some() {
        let help = "write `;` in its place: the body is generated";
        wrong.push((format!("the route `{name}` has a body of its own"), help));
    }
    if route.is_none() {
        let help = "write `#[get(\"/path\")]` above it, or give it a body";
        wrong.push((format!("the method `{name}` has no route"), help));
    }
    if let Some(second) = method.attrs.iter().find(|attribute| is_route(attribute)) {
        errors.invalid(
            second.span(),
            "the method has two routes",
            "write a method for each",
        );
        return None;
    }
    for (message, help) in &wrong {
        errors.invalid(name.span(), message, help);
    }
    let route = route?;
    let parameters = parameters(signature, errors)?;
    // Out of sight of the parameters, whatever they are called.
    let local = Ident::new("path", Span::mixed_site());
    let pieces = pieces(route, &parameters, &local, errors)?;
    let verb = route.path();
    wrong.is_empty().then(|| {
        quote! {
            let mut #local = ::std::string::String::new();
            #pieces
            ::core::result::Result::Ok(::service_connect::__private::json(self.client.#verb(#local)).await?)
        }
    })
}

/// Writes the route's path to `local`, with `parameters` in their places.
fn pieces(
    route: &Attribute,
    parameters: &[&Ident],
    local: &Ident,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let path: LitStr = match route.parse_args() {
        Ok(path) => path,
        Err(error) => {
            let verb = route.path().to_token_stream();
            let help = format!("write `#[{verb}(\"/path/{{id}}\")]`");
            errors.invalid(error.span(), "the route has no path", &help);
            return None;
        }
    };
    let parts = match route::parse(&path.value()) {
        Ok(parts) => parts,
        Err((message, help)) => {
            errors.invalid(path.span(), &message, help);
            return None;
        }
    };
    let mut is_right = true;
    let mut unused = parameters.to_vec();
    let mut pieces = TokenStream::new();
    for part in parts {
        match part {
            Part::Text(text) => pieces.extend(quote!(#local.push_str(#text);)),
            Part::Placeholder(name) => {
                let parameter = parameters.iter().find(|parameter| ***parameter == *name);
                if let Some(parameter) = parameter {
                    unused.retain(|other| other != parameter);
                    pieces.extend(quote! {
                        #local.push_str(&::service_connect::__private::segment(#name, &#parameter)?);
                    });
                } else {
                    is_right = false;
                    errors.invalid(
                        path.span(),
                        &format!("the path has `{{{name}}}` and the method no parameter `{name}`"),
                        "add the parameter, or take the placeholder out",
                    );
                }
            }
        }
    }
    for parameter in unused {
        is_right = false;
        errors.invalid(
            parameter.span(),
            &format!("the parameter `{parameter}` is not used in the path"),
            &format!(
                "write `{{{parameter}}}` where it belongs in the path; a body or a query goes through `client()` of \
                 the service's type"
            ),
        );
    }
    is_right.then_some(pieces)
}

/// The names of the parameters; `None` where one has none, or `&self` is missing.
fn parameters<'a>(signature: &'a Signature, errors: &mut Errors) -> Option<Vec<&'a Ident>> {
    let mut inputs = signature.inputs.iter();
    let receiver = inputs.next();
    let by_reference =
        |receiver: &Receiver| matches!(receiver.kind, ReceiverKind::Reference(_, _, None));
    if !matches!(receiver, Some(FnArg::Receiver(receiver)) if by_reference(receiver)) {
        let message = format!("the route `{}` does not take `&self`", signature.ident);
        errors.invalid(
            signature.ident.span(),
            &message,
            "write `&self` as its first parameter",
        );
        return None;
    }
    let mut names = Vec::new();
    for input in inputs {
        let name = match input {
            FnArg::Typed(parameter) => match &*parameter.pat {
                Pat::Ident(name) => Some(&name.ident),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        };
        let Some(name) = name else {
            errors.invalid(
                input.span(),
                "the parameter has no name",
                "give it the name of its placeholder",
            );
            return None;
        };
        names.push(name);
    }
    Some(names)
}
