//! Texts that differ with a variable of the task: `match`, `if` and defaults.

use syn::{Expr, Pat};

use super::super::model::last;
use super::super::template::{Arm, Expression, Of, Part, bare};
use super::building::{literal, variable_read};
use super::{At, Reader};

impl Reader<'_> {
    /// A `match` of a variable with texts, or with whether it is set.
    pub(super) fn matched(&self, matched: &syn::ExprMatch, at: &At<'_>) -> Option<Vec<Part>> {
        let by = self.variable(&matched.expr, at)?;
        let arms = matched.arms.iter().map(|arm| match &arm.pat {
            Pat::Guard(guard) => Some((taken(&guard.pat)?, None)),
            pattern => Some((taken(pattern)?, Some(&*arm.body))),
        });
        let arms: Vec<_> = arms.collect::<Option<_>>()?;
        if let [(Of::Any, Some(set)), (Of::Unset | Of::All, Some(unset))]
        | [(Of::Unset, Some(unset)), (Of::Any | Of::All, Some(set))] = &arms[..]
        {
            return Some(self.defaulted(by, set, unset, at));
        }
        // What else has to be so is not followed.
        let arms = arms.into_iter().map(|(of, body)| Arm {
            of,
            parts: body.map_or_else(|| unknown(at), |body| self.read(body, at)),
        });
        Some(vec![Part::Chosen(by, arms.collect())])
    }

    /// The same with `if`.
    pub(super) fn conditional(&self, branch: &syn::ExprIf, at: &At<'_>) -> Option<Vec<Part>> {
        let (_, otherwise) = branch.else_branch.as_ref()?;
        let syn::Stmt::Expr(then, None) = branch.then_branch.stmts.last()? else {
            return None;
        };
        match &*branch.cond {
            Expr::Let(binding) => match taken(&binding.pat)? {
                Of::Any => {
                    let by = self.variable(&binding.expr, at)?;
                    Some(self.defaulted(by, then, otherwise, at))
                }
                _ => None,
            },
            Expr::Binary(compared) => {
                let is_same = matches!(compared.op, syn::BinOp::Eq(_));
                if !is_same && !matches!(compared.op, syn::BinOp::Ne(_)) {
                    return None;
                }
                let by = self.variable(&compared.left, at)?;
                let name = Of::These(vec![literal(&compared.right)?]);
                let (same, other) = if is_same {
                    (then, &**otherwise)
                } else {
                    (&**otherwise, then)
                };
                let arms = [(name, same), (Of::All, other)].map(|(of, body)| Arm {
                    of,
                    parts: self.read(body, at),
                });
                Some(vec![Part::Chosen(by, arms.into())])
            }
            _ => None,
        }
    }

    /// `unwrap_or(default)` and the like of what is read.
    pub(super) fn or_default(&self, read: &Expr, default: &Expr, at: &At<'_>) -> Option<Vec<Part>> {
        let Some(mut by) = self.variable(read, at) else {
            return self.beside(read, default, at);
        };
        let default = self.read(body(default), at);
        set_default(&mut by, default).then_some(by)
    }

    /// A default where it is not known what is made of a variable that is set.
    pub(super) fn beside(&self, read: &Expr, default: &Expr, at: &At<'_>) -> Option<Vec<Part>> {
        let by = self.variable(first(read)?, at)?;
        let default = self.read(body(default), at);
        let arms = [(Of::Any, unknown(at)), (Of::Unset, default)];
        let arms = arms.map(|(of, parts)| Arm { of, parts });
        Some(vec![Part::Chosen(by, arms.into())])
    }

    /// What is made of a variable, or what stands in its place where it is not set.
    fn defaulted(&self, by: Vec<Part>, set: &Expr, unset: &Expr, at: &At<'_>) -> Vec<Part> {
        let read = self.read(set, at);
        let default = self.read(unset, at);
        let mut known = by.clone();
        if bare(&read) == by && set_default(&mut known, default.clone()) {
            return known;
        }
        let arms = [(Of::Any, read), (Of::Unset, default)];
        vec![Part::Chosen(
            by,
            arms.map(|(of, parts)| Arm { of, parts }).into(),
        )]
    }

    fn variable(&self, expr: &Expr, at: &At<'_>) -> Option<Vec<Part>> {
        let read = self.read(expr, at);
        match bare(&read) {
            by @ [Part::Variable(..)] => Some(by.to_vec()),
            _ => None,
        }
    }
}

fn unknown(at: &At<'_>) -> Vec<Part> {
    vec![Part::Expression(Expression::unknown(at.spot))]
}

/// Puts it in the place of what is not set; that of the last variable of `or_else`.
fn set_default(parts: &mut [Part], default: Vec<Part>) -> bool {
    match parts {
        [Part::Variable(_, Some(inner))] => set_default(inner, default),
        [Part::Variable(_, known)] => {
            *known = Some(default);
            true
        }
        [Part::Expression(expression)] => {
            let known = expression.known.as_mut();
            known.is_some_and(|known| set_default(known, default))
        }
        _ => false,
    }
}

/// What a closure gives, or an expression itself.
pub(super) fn body(expr: &Expr) -> &Expr {
    match expr {
        Expr::Closure(closure) => &closure.body,
        other => other,
    }
}

/// Whether what `map` is given leaves a text as it is.
pub(super) fn is_identity(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => {
            let name = last(&path.path);
            ["from", "into", "to_owned", "to_string"].contains(&name.as_str())
        }
        Expr::Closure(closure) => match (closure.inputs.first(), super::peel(&closure.body)) {
            (Some(Pat::Ident(input)), Expr::Path(path)) => path.path.is_ident(&input.ident),
            _ => false,
        },
        _ => false,
    }
}

/// Whether it is known what a pattern takes.
pub fn is_taken(pattern: &Pat) -> bool {
    match pattern {
        Pat::Guard(guard) => taken(&guard.pat).is_some(),
        pattern => taken(pattern).is_some(),
    }
}

/// What a pattern takes.
fn taken(pattern: &Pat) -> Option<Of> {
    Some(match pattern {
        Pat::Lit(text) => {
            let expr = Expr::Lit(text.clone());
            Of::These(vec![literal(&expr)?])
        }
        Pat::Or(or) => {
            let mut all = Vec::new();
            for case in &or.cases {
                match taken(case)? {
                    Of::These(names) => all.extend(names),
                    _ => return None,
                }
            }
            Of::These(all)
        }
        Pat::TupleStruct(tuple) if tuple.elems.len() == 1 => {
            match (last(&tuple.path).as_str(), taken(&tuple.elems[0])?) {
                ("Ok" | "Some", Of::All) => Of::Any,
                ("Ok" | "Some", inner) => inner,
                ("Err", Of::All) => Of::Unset,
                _ => return None,
            }
        }
        Pat::Ident(ident) if ident.ident == "None" => Of::Unset,
        // A name in capitals is a constant's.
        Pat::Ident(ident)
            if ident.subpat.is_none() && ident.ident.to_string().contains(char::is_lowercase) =>
        {
            Of::All
        }
        Pat::Wild(_) => Of::All,
        _ => return None,
    })
}

/// Whether an expression is made of a variable of the process that it begins with.
pub fn reads_variable(expr: &Expr) -> bool {
    first(expr).is_some()
}

/// The reading of a variable that an expression begins with.
fn first(expr: &Expr) -> Option<&Expr> {
    match super::peel(expr) {
        Expr::MethodCall(call) => first(&call.receiver),
        inner => variable_read(inner).map(|_| inner),
    }
}
