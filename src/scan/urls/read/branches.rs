//! Texts that differ with a variable of the task: `match`, `if` and defaults.

use syn::{Expr, Pat};

use super::super::model::last;
use super::super::template::{Arm, Part, bare};
use super::building::{literal, variable_read};
use super::{At, Reader};

/// What a pattern takes.
enum Taken {
    /// These texts.
    Texts(Vec<String>),
    /// What is set, by a name.
    Set,
    /// What is not set.
    Unset,
    Any,
}

impl Reader<'_> {
    /// A `match` of a variable with texts, or with whether it is set.
    pub(super) fn matched(&self, matched: &syn::ExprMatch, at: &At<'_>) -> Option<Vec<Part>> {
        let by = self.variable(&matched.expr, at)?;
        let arms = matched
            .arms
            .iter()
            .map(|arm| Some((taken(&arm.pat)?, &*arm.body)));
        let arms: Vec<_> = arms.collect::<Option<_>>()?;
        if let [(Taken::Set, set), (Taken::Unset | Taken::Any, unset)]
        | [(Taken::Unset, unset), (Taken::Set | Taken::Any, set)] = &arms[..]
        {
            return self.defaulted(&by, set, unset, at);
        }
        let arms = arms.into_iter().filter_map(|(taken, body)| {
            let names = match taken {
                Taken::Texts(names) => names,
                Taken::Set | Taken::Any => Vec::new(),
                Taken::Unset => return None,
            };
            let parts = self.read(body, at);
            Some(Arm { names, parts })
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
                Taken::Set => {
                    let by = self.variable(&binding.expr, at)?;
                    self.defaulted(&by, then, otherwise, at)
                }
                _ => None,
            },
            Expr::Binary(compared) => {
                let is_same = matches!(compared.op, syn::BinOp::Eq(_));
                if !is_same && !matches!(compared.op, syn::BinOp::Ne(_)) {
                    return None;
                }
                let by = self.variable(&compared.left, at)?;
                let names = vec![literal(&compared.right)?];
                let (same, other) = if is_same {
                    (then, &**otherwise)
                } else {
                    (&**otherwise, then)
                };
                let arms = [(names, same), (Vec::new(), other)].map(|(names, body)| Arm {
                    names,
                    parts: self.read(body, at),
                });
                Some(vec![Part::Chosen(by, arms.into())])
            }
            _ => None,
        }
    }

    /// `unwrap_or(default)` and the like of what is read.
    pub(super) fn or_default(&self, read: &Expr, default: &Expr, at: &At<'_>) -> Option<Vec<Part>> {
        let mut by = self.variable(read, at)?;
        let default = self.read(body(default), at);
        set_default(&mut by, default).then_some(by)
    }

    /// A variable, or what stands in its place where it is not set.
    fn defaulted(&self, by: &[Part], set: &Expr, unset: &Expr, at: &At<'_>) -> Option<Vec<Part>> {
        let read = self.read(set, at);
        let mut by = (bare(&read) == by).then(|| by.to_vec())?;
        let default = self.read(unset, at);
        set_default(&mut by, default).then_some(by)
    }

    fn variable(&self, expr: &Expr, at: &At<'_>) -> Option<Vec<Part>> {
        let read = self.read(expr, at);
        match bare(&read) {
            by @ [Part::Variable(..)] => Some(by.to_vec()),
            _ => None,
        }
    }
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

fn taken(pattern: &Pat) -> Option<Taken> {
    Some(match pattern {
        Pat::Lit(text) => {
            let expr = Expr::Lit(text.clone());
            Taken::Texts(vec![literal(&expr)?])
        }
        Pat::Or(or) => {
            let mut all = Vec::new();
            for case in &or.cases {
                match taken(case)? {
                    Taken::Texts(names) => all.extend(names),
                    _ => return None,
                }
            }
            Taken::Texts(all)
        }
        Pat::TupleStruct(tuple) if tuple.elems.len() == 1 => {
            match (last(&tuple.path).as_str(), taken(&tuple.elems[0])?) {
                ("Ok" | "Some", Taken::Any) => Taken::Set,
                ("Ok" | "Some", inner) => inner,
                ("Err", Taken::Any) => Taken::Unset,
                _ => return None,
            }
        }
        Pat::Ident(ident) if ident.ident == "None" => Taken::Unset,
        // A name in capitals is a constant's.
        Pat::Ident(ident)
            if ident.subpat.is_none() && ident.ident.to_string().contains(char::is_lowercase) =>
        {
            Taken::Any
        }
        Pat::Wild(_) => Taken::Any,
        _ => return None,
    })
}

/// Whether an expression is made of a variable of the process that it begins with.
pub fn reads_variable(expr: &Expr) -> bool {
    match super::peel(expr) {
        Expr::MethodCall(call) => reads_variable(&call.receiver),
        inner => variable_read(inner).is_some(),
    }
}
