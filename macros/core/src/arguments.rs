//! `#[service_client("api", discovery, environments = ["test"])]`

use proc_macro2::{Span, TokenStream, TokenTree};
use service_connect_codegen::{Code, Finding};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, ExprArray, ExprLit, Ident, Lit, LitStr, Token};

use crate::diagnostic::Errors;

const DISCOVERY: &str = "discovery";
const ENVIRONMENTS: &str = "environments";
const FORM: &str = "the arguments after the service are `discovery` and `environments = [\"…\"]`, each after a comma";

/// What stands in the attribute.
#[derive(Default)]
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
        let mut arguments = Self::default();
        let parser = |input: ParseStream<'_>| {
            arguments.parse_service(input, errors)?;
            let mut known = Vec::new();
            while !input.is_empty() {
                input.parse::<Token![,]>()?;
                if !input.is_empty() {
                    arguments.parse_option(input, &mut known, errors)?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            let message = format!("the arguments cannot be read: {error}");
            errors.error(error.span(), Code::InvalidArgument, message, FORM);
        }
        arguments
    }

    fn parse_service(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if input.is_empty() {
            errors.error(
                Span::call_site(),
                Code::MissingService,
                "the attribute names no service",
                "write `#[service_client(\"<service>\")]` with the `name` of its manifest",
            );
            return Ok(());
        }
        let expression = input.parse::<Expr>()?;
        if let Expr::Lit(ExprLit {
            lit: Lit::Str(name),
            ..
        }) = expression
        {
            self.service = Some(name);
            return Ok(());
        }
        let help = if matches!(expression, Expr::Lit(_)) {
            "write its name in quotes"
        } else {
            "write its name here, in quotes: what a constant or a variable holds is not known when the crate is compiled"
        };
        errors.error(
            expression.span(),
            Code::ServiceLiteral,
            "the service has to be a string literal",
            help,
        );
        Ok(())
    }

    fn parse_option(
        &mut self,
        input: ParseStream<'_>,
        known: &mut Vec<Ident>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        if input.peek(LitStr) {
            let second: LitStr = input.parse()?;
            errors.error(
                second.span(),
                Code::InvalidArgument,
                "an attribute is about one service",
                "write one of its own for each",
            );
            return Ok(());
        }
        let name: Ident = input.parse()?;
        let mut invalid = |message: String, help: &str| {
            errors.error(name.span(), Code::InvalidArgument, message, help);
        };
        if known.contains(&name) {
            invalid(format!("`{name}` is there already"), "write it once");
            skip_argument(input)?;
        } else if name == DISCOVERY {
            self.discovery = true;
            if !input.is_empty() && !input.peek(Token![,]) {
                invalid(
                    "`discovery` takes no value".to_owned(),
                    "write `discovery` alone",
                );
            }
        } else if name == ENVIRONMENTS {
            self.environments = environments(input);
            let is_whole = input.is_empty() || input.peek(Token![,]);
            if self.environments.is_none() || !is_whole {
                invalid(
                    "`environments` has to be a list of at least one string".to_owned(),
                    "write `environments = [\"test\"]`",
                );
            }
        } else {
            let finding = Finding::error(
                Code::UnknownArgument,
                format!("the attribute has no argument `{name}`"),
            );
            let word = name.to_string();
            let finding = finding.meant(&word, [DISCOVERY, ENVIRONMENTS], || FORM.to_owned());
            errors.finding(name.span(), finding);
        }
        known.push(name);
        skip_argument(input)
    }
}

/// What belongs to an argument that is not understood is not worth an error of its own.
fn skip_argument(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// `= ["test", "prod"]`, of which there is at least one.
fn environments(input: ParseStream<'_>) -> Option<Vec<LitStr>> {
    input.parse::<Token![=]>().ok()?;
    let list: ExprArray = input.parse().ok()?;
    let names = list.elems.into_iter().map(|element| match element {
        Expr::Lit(ExprLit {
            lit: Lit::Str(name),
            ..
        }) => Some(name),
        _ => None,
    });
    names
        .collect::<Option<Vec<_>>>()
        .filter(|names| !names.is_empty())
}

#[cfg(test)]
mod tests {
    use service_connect_codegen::Code;

    use super::Arguments;
    use crate::diagnostic::Errors;

    const LIST: &str = "`environments` has to be a list of at least one string";

    #[test]
    fn every_mistake_is_found_and_nothing_else() {
        let table: &[(&str, &[(Code, &str)])] = &[
            (r#""api""#, &[]),
            (r#""api", discovery, environments = ["a", "b",],"#, &[]),
            (
                "",
                &[(Code::MissingService, "the attribute names no service")],
            ),
            (
                "API",
                &[(
                    Code::ServiceLiteral,
                    "the service has to be a string literal",
                )],
            ),
            (
                "5",
                &[(
                    Code::ServiceLiteral,
                    "the service has to be a string literal",
                )],
            ),
            (
                r#""api", timeout = 5, discovry"#,
                &[
                    (
                        Code::UnknownArgument,
                        "the attribute has no argument `timeout`",
                    ),
                    (
                        Code::UnknownArgument,
                        "the attribute has no argument `discovry`",
                    ),
                ],
            ),
            (
                r#""api", discovery = true"#,
                &[(Code::InvalidArgument, "`discovery` takes no value")],
            ),
            (
                r#""api", discovery, discovery"#,
                &[(Code::InvalidArgument, "`discovery` is there already")],
            ),
            (r#""api", environments"#, &[(Code::InvalidArgument, LIST)]),
            (
                r#""api", environments = ["a"] "b""#,
                &[(Code::InvalidArgument, LIST)],
            ),
            (
                r#""api", environments = ["a"] discovery"#,
                &[(Code::InvalidArgument, LIST)],
            ),
            (
                r#""api", environments = "a""#,
                &[(Code::InvalidArgument, LIST)],
            ),
            (
                r#""api", environments = []"#,
                &[(Code::InvalidArgument, LIST)],
            ),
            (
                r#""api", environments = [TEST]"#,
                &[(Code::InvalidArgument, LIST)],
            ),
            (
                r#""api", "mail""#,
                &[(Code::InvalidArgument, "an attribute is about one service")],
            ),
            (
                r#""api" discovery"#,
                &[(
                    Code::InvalidArgument,
                    "the arguments cannot be read: expected `,`",
                )],
            ),
        ];
        for (text, expected) in table {
            let mut errors = Errors::default();
            Arguments::parse(text.parse().expect("these are tokens"), &mut errors);
            let findings = errors.findings();
            let found: Vec<_> = findings
                .iter()
                .map(|finding| (finding.code, finding.message.as_str()))
                .collect();
            assert_eq!(found, *expected, "{text}");
            assert!(
                findings.iter().all(|finding| finding.help.is_some()),
                "{text}"
            );
        }
    }
}
