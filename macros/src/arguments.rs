//! `#[service_client("api", discovery, environments = ["test"])]`

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprArray, Ident, Lit, LitStr, Token};

use crate::diagnostic::Errors;

/// What stands in the attribute.
pub struct Arguments {
    /// The service's name; `None` where it is not written as it has to be, which is then an error already.
    pub service: Option<LitStr>,
    /// Whether discovery will do.
    pub discovery: bool,
    /// The environments to check.
    pub environments: Option<Vec<LitStr>>,
}

impl Arguments {
    /// Reads them; what is wrong goes to `errors`.
    pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut arguments = Self {
            service: None,
            discovery: false,
            environments: None,
        };
        let parser = |input: ParseStream<'_>| {
            arguments.parse_service(input, errors)?;
            while !input.is_empty() {
                input.parse::<Token![,]>()?;
                if !input.is_empty() {
                    arguments.parse_option(input, errors)?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.syntax(&error);
        }
        arguments
    }

    fn parse_service(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if input.is_empty() {
            errors.invalid(
                Span::call_site(),
                "the attribute names no service",
                "write `#[service_client(\"<service>\")]`",
            );
            return Ok(());
        }
        match input.parse::<Expr>()? {
            Expr::Lit(literal) => match literal.lit {
                Lit::Str(name) => self.service = Some(name),
                other => errors.invalid(other.span(), "the service has to be a string", "write its name in quotes"),
            },
            other => errors.invalid(
                syn::spanned::Spanned::span(&other),
                "the service has to be a string literal",
                "the check needs the name where it stands: a constant or a variable is not known to it",
            ),
        }
        Ok(())
    }

    fn parse_option(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let name: Ident = input.parse()?;
        let form = if name == "discovery" {
            self.discovery = true;
            (input.is_empty() || input.peek(Token![,])).then_some(())
        } else if name == "environments" {
            self.environments = environments(input);
            self.environments.as_ref().map(drop)
        } else {
            None
        };
        if form.is_none() {
            errors.invalid(
                name.span(),
                &format!("the argument `{name}` is not understood"),
                "the arguments after the service are `discovery` and `environments = [\"…\"]`",
            );
            // What belongs to it is not worth an error of its own.
            while !input.is_empty() && !input.peek(Token![,]) {
                input.parse::<proc_macro2::TokenTree>()?;
            }
        }
        Ok(())
    }
}

/// `= ["test", "prod"]`, of which there is at least one.
fn environments(input: ParseStream<'_>) -> Option<Vec<LitStr>> {
    input.parse::<Token![=]>().ok()?;
    let list: ExprArray = input.parse().ok()?;
    let names = list.elems.into_iter().map(|element| match element {
        Expr::Lit(syn::ExprLit {
            lit: Lit::Str(name),
            ..
        }) => Some(name),
        _ => None,
    });
    names
        .collect::<Option<Vec<_>>>()
        .filter(|names| !names.is_empty())
}
