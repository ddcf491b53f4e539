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

    /// The attribute stands on something else.
    pub fn not_on(&mut self, span: Span) {
        self.error(
            span,
            Code::InvalidItem,
            "`#[service_client]` belongs on a unit struct or a trait",
            "write `struct Calls;`, or a trait with routes, below it",
        );
    }

    /// A macro that takes nothing is given that.
    pub fn no_input(&mut self, input: &TokenStream) {
        if let Some(token) = input.clone().into_iter().next() {
            self.error(
                token.span(),
                Code::UnexpectedInput,
                "the macro takes no arguments",
                "write nothing between the parentheses",
            );
        }
    }

    /// Each with its place.
    pub fn into_findings(self) -> Vec<(Span, Finding)> {
        self.0
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
