//! Which expression holds the text of a URL, and how.

use syn::Expr;

use crate::scan::urls::{is_building, last, peel};

/// How an expression holds its text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Owned,
    /// Whatever it is made into.
    Into,
    Borrowed,
    /// It is an argument of `Url::parse`.
    Parsed,
    /// A host and a port.
    Pair,
}

/// The text of an expression that can be replaced by another one.
pub fn target(expr: &Expr) -> Option<(&Expr, Held)> {
    match expr {
        Expr::Reference(reference) => target(&reference.expr),
        Expr::Paren(paren) => target(&paren.expr),
        Expr::Lit(_) => Some((expr, Held::Borrowed)),
        Expr::Tuple(_) => Some((expr, Held::Pair)),
        Expr::Binary(_) => Some((expr, Held::Owned)),
        Expr::Macro(mac) => {
            let is_owned = last(&mac.mac.path) == "format";
            Some((
                expr,
                if is_owned {
                    Held::Owned
                } else {
                    Held::Borrowed
                },
            ))
        }
        Expr::Try(tried) => through(expr, &tried.expr),
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "to_owned" | "to_string" | "into_string" => Some((expr, Held::Owned)),
            "into" => Some((expr, Held::Into)),
            "clone" => Some((expr, target(&call.receiver)?.1)),
            "as_str" | "as_ref" => Some((expr, Held::Borrowed)),
            "join" => None,
            _ => through(expr, &call.receiver),
        },
        Expr::Call(call) => through(expr, &call.func).or_else(|| parsed(expr)),
        Expr::Path(path) => {
            let is_constant = last(&path.path).chars().all(|c| !c.is_lowercase());
            is_constant.then_some((expr, Held::Borrowed))
        }
        _ => None,
    }
}

/// `Url::parse(text)?`, of which only the text is replaced, or `env::var("…")?`, which is replaced as a whole.
fn through<'e>(whole: &'e Expr, inner: &'e Expr) -> Option<(&'e Expr, Held)> {
    if let Some(found) = parsed(inner) {
        return Some(found);
    }
    match peel(inner) {
        Expr::MethodCall(call) => through(whole, &call.receiver),
        inner if is_building(inner) && matches!(inner, Expr::Call(_)) => Some((whole, Held::Owned)),
        _ => None,
    }
}

fn parsed(expr: &Expr) -> Option<(&Expr, Held)> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let names: Vec<_> = path
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    match &names[..] {
        [.., "Url", "parse"] => {
            let (text, held) = target(call.args.first()?)?;
            let is_borrowed = held == Held::Borrowed;
            Some((text, if is_borrowed { Held::Parsed } else { held }))
        }
        [.., "String", "from"] => Some((expr, Held::Owned)),
        _ => None,
    }
}
