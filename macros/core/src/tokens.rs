//! Generated code as tokens.

use proc_macro2::TokenStream;
use quote::quote;

/// What keeps the user's lints out of generated code.
pub fn lint_free() -> TokenStream {
    quote!(#[allow(warnings, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)])
}

/// Code of codegen's as tokens.
pub fn generated(code: &str) -> TokenStream {
    code.parse().unwrap_or_else(|error: proc_macro2::LexError| {
        let message =
            format!("service-connect generated code that is none ({error}): please report it");
        quote!(::core::compile_error! { #message })
    })
}
