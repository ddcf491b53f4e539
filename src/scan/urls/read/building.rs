//! Expressions that make a text, and those that only pass one on.

use syn::{Expr, Lit};

use super::super::model::{last, qualifier};

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
        Expr::MethodCall(call)
            if call.method == "join" || call.method.to_string().starts_with("unwrap_or") =>
        {
            is_building(&call.receiver)
        }
        other => variable_read(other).is_some(),
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

/// One step of [`peel`].
pub(super) fn peel_once(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Reference(reference) => Some(&reference.expr),
        Expr::Paren(paren) => Some(&paren.expr),
        Expr::Group(group) => Some(&group.expr),
        Expr::Try(tried) => Some(&tried.expr),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => Some(&unary.expr),
        Expr::Call(call) if call.args.len() == 1 && is_made_from(&call.func) => Some(&call.args[0]),
        _ => None,
    }
}
