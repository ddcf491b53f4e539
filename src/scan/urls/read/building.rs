//! Expressions that make a text, and those that only pass one on.

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, Token};

use super::super::model::{last, qualifier};
use super::branches::reads_variable;

/// Methods that give the same text, or what holds it.
pub(super) const SAME: &[&str] = &[
    "as_deref",
    "as_ref",
    "as_str",
    "borrow",
    "clone",
    "cloned",
    "context",
    "expect",
    "into",
    "into_boxed_str",
    "into_string",
    "leak",
    "map_err",
    "ok",
    "ok_or",
    "ok_or_else",
    "parse",
    "to_owned",
    "to_string",
    "trim",
    "try_into",
    "unwrap",
    "unwrap_or_default",
    "with_context",
    "wrap_err",
    "wrap_err_with",
    "into_iter",
];

/// Functions that give the same text, or what holds it: the type and the name.
const MADE_FROM: &[(&str, &str)] = &[
    ("String", "from"),
    ("Cow", "from"),
    ("Cow", "Borrowed"),
    ("Arc", "from"),
    ("Arc", "new"),
    ("Box", "from"),
    ("Box", "new"),
    ("Url", "parse"),
    ("Uri", "from_static"),
    ("Uri", "try_from"),
    ("Url", "try_from"),
    ("ToString", "to_string"),
    ("ToOwned", "to_owned"),
];

/// An expression inside what only passes its text on.
pub fn peel(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Reference(reference) => &reference.expr,
            Expr::Paren(paren) => &paren.expr,
            Expr::Group(group) => &group.expr,
            Expr::Try(tried) => &tried.expr,
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => &unary.expr,
            Expr::MethodCall(call) if SAME.contains(&call.method.to_string().as_str()) => {
                &call.receiver
            }
            Expr::Call(call) if call.args.len() == 1 && is_made_from(&call.func) => &call.args[0],
            _ => return expr,
        }
    }
}

pub(super) fn is_made_from(function: &Expr) -> bool {
    let Expr::Path(path) = function else {
        return false;
    };
    let (of, name) = (qualifier(&path.path), last(&path.path));
    match of {
        Some(of) => MADE_FROM.contains(&(of.as_str(), name.as_str())),
        None => name == "Some" || name == "Ok",
    }
}

/// Whether an expression makes a text by itself, not by what it names.
pub fn is_building(expr: &Expr) -> bool {
    match peel(expr) {
        Expr::Lit(literal) => matches!(literal.lit, Lit::Str(_)),
        Expr::Macro(mac) => {
            let name = last(&mac.mac.path);
            [
                "format",
                "concat",
                "env",
                "option_env",
                "formatcp",
                "concatcp",
            ]
            .contains(&name.as_str())
        }
        Expr::Binary(binary) => {
            matches!(binary.op, syn::BinOp::Add(_))
                && (is_building(&binary.left) || is_building(&binary.right))
        }
        Expr::MethodCall(call) if joined_pieces(call).is_some() => {
            joined_pieces(call).is_some_and(|pieces| pieces.iter().any(is_building))
        }
        Expr::MethodCall(call) => {
            let name = call.method.to_string();
            let is_default = name.starts_with("unwrap_or") || name.starts_with("map_or");
            is_default && reads_variable(&call.receiver)
                || (is_default || name == "join" || name.starts_with("trim"))
                    && is_building(&call.receiver)
        }
        other => variable_read(other).is_some(),
    }
}

/// What `["http://", host].concat()` and `.join(…)` put together.
pub(super) fn joined_pieces(call: &syn::ExprMethodCall) -> Option<Vec<Expr>> {
    if call.method != "concat" && call.method != "join" {
        return None;
    }
    match peel(&call.receiver) {
        Expr::Array(array) => Some(array.elems.iter().cloned().collect()),
        Expr::Macro(mac) if last(&mac.mac.path) == "vec" => {
            let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
            let pieces = parser.parse2(mac.mac.tokens.clone()).ok()?;
            Some(pieces.into_iter().collect())
        }
        _ => None,
    }
}

/// What names the variable of the process that is read.
pub(super) fn variable_read(expr: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let (of, name) = (qualifier(&path.path), last(&path.path));
    let is_read = matches!(name.as_str(), "var" | "var_os")
        && of.is_none_or(|of| of == "env" || of == "dotenvy");
    call.args.first().filter(|_| is_read)
}

pub(super) fn literal(expr: &Expr) -> Option<String> {
    let Expr::Lit(literal) = peel(expr) else {
        return None;
    };
    Some(match &literal.lit {
        Lit::Str(text) => text.value(),
        Lit::Char(c) => c.value().to_string(),
        Lit::Int(number) => number.base10_digits().to_owned(),
        Lit::Bool(value) => value.value.to_string(),
        _ => return None,
    })
}

/// How an expression passes on the text of the one inside it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    /// It is shown as that one is.
    Same,
    /// The text is the same, and that one is not what is shown: it may be a `Result` or a future.
    Held,
    /// Without the blanks around it.
    Trimmed,
}

/// What an expression passes on.
pub(super) fn passed_on(expr: &Expr) -> Option<(&Expr, Passing)> {
    Some(match expr {
        Expr::Reference(reference) => (&reference.expr, Passing::Same),
        Expr::Paren(paren) => (&paren.expr, Passing::Same),
        Expr::Group(group) => (&group.expr, Passing::Same),
        Expr::Try(tried) => (&tried.expr, Passing::Held),
        Expr::Await(awaited) => (&awaited.base, Passing::Held),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
            (&unary.expr, Passing::Held)
        }
        Expr::MethodCall(call) => {
            let name = call.method.to_string();
            let passing = match name.as_str() {
                "as_str" | "clone" | "to_owned" | "to_string" => Passing::Same,
                "trim" => Passing::Trimmed,
                name if SAME.contains(&name) => Passing::Held,
                _ => return None,
            };
            (&call.receiver, passing)
        }
        Expr::Call(call) if call.args.len() == 1 && is_made_from(&call.func) => {
            (&call.args[0], Passing::Held)
        }
        _ => return None,
    })
}

/// Whether what stands around an expression decides which type it is of, so that it cannot stand elsewhere.
pub(super) fn is_inferred(expr: &Expr) -> bool {
    const INFERRED: &[&str] = &[
        "as_ref", "borrow", "collect", "into", "parse", "product", "sum", "try_into",
    ];
    match expr {
        Expr::MethodCall(call) => {
            let is_open = call.turbofish.is_none();
            is_open && INFERRED.contains(&call.method.to_string().as_str())
                || is_inferred(&call.receiver)
        }
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => ["Some", "Ok", "default"].contains(&last(&path.path).as_str()),
            _ => false,
        },
        Expr::Block(_) | Expr::If(_) | Expr::Match(_) | Expr::Loop(_) | Expr::Unsafe(_) => true,
        Expr::Cast(cast) => is_inferred(&cast.expr),
        Expr::Unary(unary) => is_inferred(&unary.expr),
        other => passed_on(other).is_some_and(|(inner, _)| is_inferred(inner)),
    }
}

/// Whether a type of numbers has all that a port may be.
pub(super) fn holds_a_port(ty: &syn::Type) -> bool {
    const WIDE: &[&str] = &[
        "i32", "i64", "i128", "isize", "u16", "u32", "u64", "u128", "usize",
    ];
    matches!(ty, syn::Type::Path(path) if WIDE.contains(&last(&path.path).as_str()))
}

/// Whether an expression may be evaluated more than once, or not at all.
pub(super) fn is_pure(expr: &Expr) -> bool {
    const PURE: &[&str] = &[
        "as_ref",
        "as_str",
        "clone",
        "len",
        "to_owned",
        "to_string",
        "trim",
    ];
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(field) => is_pure(&field.base),
        Expr::Reference(reference) => reference.mutability.is_none() && is_pure(&reference.expr),
        Expr::Paren(paren) => is_pure(&paren.expr),
        Expr::Group(group) => is_pure(&group.expr),
        Expr::Unary(unary) => is_pure(&unary.expr),
        Expr::Cast(cast) => is_pure(&cast.expr),
        Expr::Binary(binary) => is_pure(&binary.left) && is_pure(&binary.right),
        Expr::MethodCall(call) => {
            PURE.contains(&call.method.to_string().as_str())
                && call.args.is_empty()
                && is_pure(&call.receiver)
        }
        _ => false,
    }
}

/// Whether `parse` and then `to_string` give a text again.
pub(super) fn is_parsed_as_it_is(text: &str) -> bool {
    let is_number = text
        .parse::<u64>()
        .is_ok_and(|number| number.to_string() == text);
    let is_word = text.starts_with(|c: char| c.is_alphabetic() || "/$".contains(c));
    is_number || is_word && !text.contains(char::is_whitespace)
}
