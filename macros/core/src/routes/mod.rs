//! A trait with routes, and its client over HTTP.

mod method;
mod parameter;
mod path;
mod placed;
mod signature;
#[cfg(test)]
mod tests;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use service_connect_codegen::Code;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, ItemTrait, TraitItem, TraitItemFn, Visibility};

use crate::diagnostic::Errors;
use crate::tokens::lint_free;

/// Whether `#[word]` is an attribute of a route or of one of its parameters.
pub fn is_ours(word: &Ident) -> bool {
    let ours = method::METHODS.iter().chain(&parameter::PLACES);
    ours.into_iter().any(|known| word == known)
}

/// The trait, with futures that are `Send`, and the struct that implements it for that service, of which `statics` holds
/// what is known.
pub fn expand(
    mut item: ItemTrait,
    service: &str,
    statics: &TokenStream,
    errors: &mut Errors,
) -> TokenStream {
    let mut implementations = Vec::new();
    let mut is_whole = true;
    for member in &mut item.items {
        make_private(member, errors);
        if let TraitItem::Fn(method) = member {
            implementations.extend(method::expand(method, errors));
            continue;
        }
        errors.error(
            member.span(),
            Code::NotAMethod,
            "a trait with routes has methods only",
            "move it out of the trait",
        );
        match member {
            // With a value, it asks for nothing of the client.
            TraitItem::Const(constant) if constant.default.is_none() => {
                let value = syn::parse_quote!(::core::panic!());
                constant.default = Some((syn::token::Eq::default(), value));
            }
            TraitItem::Const(_) => {}
            _ => is_whole = false,
        }
    }
    let name = &item.ident;
    let client = format_ident!("{name}Client");
    let (visibility, unsafety) = (&item.vis, &item.unsafety);
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    // What the client cannot implement would be an error that follows from ours.
    let implementation = is_whole.then(|| {
        quote! {
            #unsafety impl #impl_generics #name #type_generics for #client #where_clause {
                #(#implementations)*
            }
        }
    });
    let lint_free = lint_free();
    let doc = format!("[`{name}`] over HTTP, by the service `{service}`.");
    quote! {
        #item

        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #visibility struct #client {
            client: ::service_connect::Client,
        }

        #lint_free
        const _: () = {
            impl #client {
                /// Calls the service where it is deployed.
                pub fn new() -> Self {
                    // In here, so that no name of the trait's means them.
                    #statics
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

/// Moves those attributes out.
fn take(attributes: &mut Vec<Attribute>, is_one: impl Fn(&Attribute) -> bool) -> Vec<Attribute> {
    let (taken, left) = attributes
        .drain(..)
        .partition(|attribute| is_one(attribute));
    *attributes = left;
    taken
}

/// A slip that the parser leaves as tokens: `pub` in front of a method.
fn make_private(member: &mut TraitItem, errors: &mut Errors) {
    let TraitItem::Verbatim(tokens) = member else {
        return;
    };
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        let mut method: TraitItemFn = input.parse()?;
        method.attrs.splice(0..0, attributes);
        Ok((visibility, method))
    };
    if let Ok((visibility, method)) = parser.parse2(tokens.clone()) {
        errors.error(
            visibility.span(),
            Code::PublicMethod,
            "a method of a trait has no `pub`",
            "take it out: the method is as visible as the trait",
        );
        *member = TraitItem::Fn(method);
    }
}
