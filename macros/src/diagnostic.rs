//! Findings as compile errors.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use service_connect_codegen::{Code, Finding};

/// Compile errors, each at its place in the source. All of them are reported.
#[derive(Default)]
pub struct Errors(Vec<(Span, String)>);

impl Errors {
    /// A finding about what stands at `span`.
    pub fn finding(&mut self, span: Span, finding: &Finding) {
        self.0.push((span, finding.to_string()));
    }

    /// Something that is written wrong in the source itself.
    pub fn invalid(&mut self, span: Span, message: &str, help: &str) {
        self.finding(
            span,
            &Finding::error(Code::InvalidReference, message).help(help),
        );
    }

    /// What syn says.
    pub fn syntax(&mut self, error: &syn::Error) {
        for error in error.clone() {
            self.0.push((error.span(), error.to_string()));
        }
    }

    /// As items.
    pub fn items(&self) -> TokenStream {
        let errors = self
            .0
            .iter()
            .map(|(span, message)| quote_spanned!(*span=> ::core::compile_error! { #message }));
        errors.collect()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
