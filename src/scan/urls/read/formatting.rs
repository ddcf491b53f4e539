//! `format!` and `concat!`.

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

use super::super::format::{Argument, Piece, pieces};
use super::super::model::{bytes, last};
use super::super::template::{Expression, Part};
use super::building::literal;
use super::{At, Reader};

impl Reader<'_> {
    pub(super) fn in_macro(&self, mac: &syn::Macro, at: &At<'_>) -> Option<Vec<Part>> {
        let name = last(&mac.path);
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        let arguments = parser.parse2(mac.tokens.clone()).ok()?;
        match name.as_str() {
            "format" | "format_args" | "formatcp" => self.formatted(&arguments, at),
            "concat" | "concatcp" => {
                let arguments = arguments
                    .iter()
                    .flat_map(|argument| self.read(argument, at));
                Some(arguments.collect())
            }
            // `env!` holds what the shell of the build had, which no manifest sets.
            _ => None,
        }
    }

    pub(super) fn formatted(
        &self,
        arguments: &Punctuated<Expr, Token![,]>,
        at: &At<'_>,
    ) -> Option<Vec<Part>> {
        let first = arguments.first()?;
        let format = literal(first)?;
        let mut named = Vec::new();
        let mut positional = Vec::new();
        for argument in arguments.iter().skip(1) {
            match argument {
                Expr::Assign(assign) => match &*assign.left {
                    Expr::Path(path) => named.push((last(&path.path), &*assign.right)),
                    _ => return None,
                },
                argument => positional.push(argument),
            }
        }
        let mut next = 0;
        let mut parts = Vec::new();
        for piece in pieces(&format)? {
            let (argument, spec) = match piece {
                Piece::Text(text) => {
                    parts.push(Part::Text(text));
                    continue;
                }
                Piece::Hole { argument, spec } => (argument, spec),
            };
            // `{:width$}` and `{:.*}` take arguments of their own.
            if spec.contains(['$', '*']) {
                return None;
            }
            let expr = match argument {
                Argument::Next => {
                    next += 1;
                    *positional.get(next - 1)?
                }
                Argument::At(index) => positional.get(index).copied()?,
                Argument::Named(name) => {
                    let given = named.iter().find(|(given, _)| *given == name);
                    if let Some((_, expr)) = given {
                        expr
                    } else {
                        parts.push(self.captured(&name, &spec, first, at));
                        continue;
                    }
                }
            };
            parts.push(self.shown(expr, &spec, at));
        }
        Some(parts)
    }

    /// An argument, kept as it is written, with what is known of it.
    pub(super) fn shown(&self, expr: &Expr, spec: &str, at: &At<'_>) -> Part {
        let known = match &*self.read(expr, at) {
            [Part::Expression(expression)] if expression.known.is_none() => None,
            known => Some(known.to_vec()),
        };
        Part::Expression(Expression {
            spot: at.spot,
            span: bytes(expr),
            code: self.code(expr, at),
            spec: spec.to_owned(),
            known,
        })
    }

    /// `{name}` in the string itself.
    pub(super) fn captured(&self, name: &str, spec: &str, format: &Expr, at: &At<'_>) -> Part {
        let start = bytes(format).start;
        Part::Expression(Expression {
            spot: at.spot,
            span: bytes(format),
            code: name.to_owned(),
            spec: spec.to_owned(),
            known: self.local(name, start, at),
        })
    }
}
