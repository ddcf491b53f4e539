//! Findings as compile errors.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use service_connect_codegen::{Code, Finding};

/// Findings, each at its place in the source. All of them are reported.
#[derive(Default)]
pub struct Errors(Vec<(Span, Finding)>);

impl Errors {
    /// A finding about what stands at `span`.
    pub fn finding(&mut self, span: Span, finding: Finding) {
        self.0.push((span, finding));
    }

    /// Something that is written wrong in the source itself.
    pub fn error(
        &mut self,
        span: Span,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.finding(span, Finding::error(code, message).help(help));
    }

    /// As items.
    pub fn items(&self) -> TokenStream {
        let errors = self.0.iter().map(|(span, finding)| {
            let message = finding.to_string();
            quote_spanned!(*span=> ::core::compile_error! { #message })
        });
        errors.collect()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The findings without their places.
    #[cfg(test)]
    pub fn findings(&self) -> Vec<&Finding> {
        self.0.iter().map(|(_, finding)| finding).collect()
    }
}
