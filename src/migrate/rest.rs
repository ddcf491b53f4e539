//! What follows the host in a URL, and by which way each part of it came there.

use syn::Expr;

use crate::scan::File;
use crate::scan::urls::{
    Expression, Model, Parameter, Part, Spot, UNKNOWN, Urls, Values, chosen, peel, text,
};

/// A part of what follows the host, with the way that leads to it.
pub type Rest = Vec<(Way, Part)>;

/// How a part was come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// It is what is shown, maybe at another place.
    Shown,
    /// It was given to a function as that parameter, which is shown.
    Given(Type),
    /// It is not known whether it is shown as it is.
    Hidden,
}

/// The type of a parameter, as far as it says how it is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Text,
    Other(Option<String>),
}

impl Type {
    pub fn of(parameter: &Parameter) -> Self {
        match parameter.text {
            Some(_) => Self::Text,
            None => Self::Other(parameter.type_name.clone()),
        }
    }
}

/// What comes after the first `bytes` of a URL in the function that `spot` names.
pub fn after(
    parts: &[Part],
    bytes: usize,
    urls: &Urls<'_>,
    spot: Spot,
    values: Values<'_>,
) -> Option<Rest> {
    let mut rest = Rest::new();
    let cut = Cut { urls, spot, values };
    cut.after(parts, bytes, &Way::Shown, &mut rest)?;
    Some(rest)
}

/// What cuts the beginning of a URL off.
struct Cut<'a> {
    urls: &'a Urls<'a>,
    spot: Spot,
    values: Values<'a>,
}

impl Cut<'_> {
    /// Leaves out so many bytes; `None` if there are not so many, or if they end where it is not known what stands there.
    fn after(&self, parts: &[Part], bytes: usize, way: &Way, rest: &mut Rest) -> Option<()> {
        let mut left = bytes;
        for part in parts {
            if left == 0 {
                rest.push((way.clone(), part.clone()));
                continue;
            }
            let text = text(std::slice::from_ref(part), self.values);
            if text.len() <= left {
                left -= text.len();
                continue;
            }
            match part {
                Part::Text(_) | Part::Variable(..) | Part::Origin(_) | Part::Trimmed(_) => {
                    let tail = text.get(left..)?;
                    // An expression in the rest of a variable's default is not ours to write again.
                    if tail.contains(UNKNOWN) {
                        return None;
                    }
                    rest.push((way.clone(), Part::Text(tail.to_owned())));
                }
                Part::Expression(expression) => {
                    let way = inside(expression, way, self.urls, self.spot);
                    self.after(expression.known.as_deref()?, left, &way, rest)?;
                }
                Part::Chosen(by, arms) => {
                    let arm = chosen(by, arms, self.values)?;
                    self.after(&arm.parts, left, way, rest)?;
                }
            }
            left = 0;
        }
        (left == 0).then_some(())
    }
}

/// The way to what an expression was read from, as the function that `spot` names sees it.
pub fn inside(expression: &Expression, way: &Way, urls: &Urls<'_>, spot: Spot) -> Way {
    let model = &urls.model;
    let code = syn::parse_str::<Expr>(&expression.code);
    let Ok(code) = code.as_ref().map(shown) else {
        return Way::Hidden;
    };
    let is_all = expression.spec.is_empty() && is_whole(urls.files, expression);
    if *way == Way::Hidden || !is_all {
        return Way::Hidden;
    }
    match code {
        Some(Expr::Path(path)) => {
            let Some(name) = path.path.get_ident().map(ToString::to_string) else {
                return way.clone();
            };
            let (of, at) = (expression.spot, expression.span.start);
            if model.binding(&name, of, at).is_some() {
                return way.clone();
            }
            match parameter(model, of, &name) {
                // Who calls this function has other names.
                Some(_) if of == spot => Way::Hidden,
                Some(parameter)
                    if matches!(expression.known.as_deref(), Some([Part::Expression(_)])) =>
                {
                    Way::Given(Type::of(parameter))
                }
                _ => Way::Shown,
            }
        }
        Some(Expr::Call(_) | Expr::MethodCall(_) | Expr::Macro(_) | Expr::Binary(_)) => Way::Shown,
        _ => Way::Hidden,
    }
}

/// What an expression shows: all of its text, if it is one.
fn shown(mut expr: &Expr) -> Option<&Expr> {
    let mut is_changed = false;
    loop {
        expr = match expr {
            Expr::Reference(reference) => &reference.expr,
            Expr::Paren(paren) => &paren.expr,
            Expr::Await(awaited) => {
                is_changed = true;
                &awaited.base
            }
            Expr::Try(tried) => {
                is_changed = true;
                &tried.expr
            }
            Expr::MethodCall(call) => match call.method.to_string().as_str() {
                "clone" | "to_owned" | "to_string" => &call.receiver,
                "as_ref" | "as_str" | "context" | "expect" | "into" | "map_err" | "unwrap"
                | "with_context" => {
                    is_changed = true;
                    &call.receiver
                }
                "join" | "trim_end_matches" => return None,
                _ if !std::ptr::eq(peel(expr), expr) => return None,
                _ => return Some(expr),
            },
            // The result of a function may be unpacked, and a text be handed on; not what has a name.
            Expr::Path(_) if is_changed => return None,
            _ => return Some(expr),
        }
    }
}

pub fn parameter<'m>(model: &'m Model, spot: Spot, name: &str) -> Option<&'m Parameter> {
    let function = &model.functions[spot.function?];
    let mut parameters = function.parameters.iter();
    parameters.find(|parameter| parameter.name.as_deref() == Some(name))
}

/// Whether what stands there is all that is shown of it, and no part of a larger expression.
pub fn is_whole(files: &[File], expression: &Expression) -> bool {
    let source = &files[expression.spot.file].text;
    let span = &expression.span;
    if source.get(span.clone()) != Some(&expression.code) {
        // A name in a string.
        return true;
    }
    let mut after = source[span.end..].trim_start();
    while let Some(rest) = [".clone()", ".to_owned()", ".to_string()"]
        .iter()
        .find_map(|method| after.strip_prefix(method))
    {
        after = rest.trim_start();
    }
    let before = source[..span.start].trim_end();
    let before = before.trim_end_matches(|c: char| c == '&' || c.is_whitespace());
    after.starts_with([',', ';', ')', ']', '}', '+'])
        && before.ends_with([',', ';', '(', '[', '{', '}', '=', '+', '>'])
}
