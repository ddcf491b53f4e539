//! Names in functions.

use std::ops::Range;

use syn::visit::{self, Visit};
use syn::{Expr, Pat};

use super::super::model::{Binding, Bound, Candidate, Context, Position, bytes, type_names};
use super::super::read::is_building;
use super::{Walker, plain};

impl Walker<'_> {
    /// Names of which no value is known.
    pub(super) fn bind_all(&mut self, pattern: &Pat, visible: &Range<usize>) {
        struct Names(Vec<(syn::Ident, bool)>, Vec<syn::Ident>);
        impl Visit<'_> for Names {
            fn visit_field_pat(&mut self, field: &syn::FieldPat) {
                if let syn::Member::Named(name) = &field.member {
                    self.1.push(name.clone());
                }
                visit::visit_field_pat(self, field);
            }

            fn visit_pat_ident(&mut self, pattern: &syn::PatIdent) {
                self.0
                    .push((pattern.ident.clone(), pattern.mutability.is_some()));
                visit::visit_pat_ident(self, pattern);
            }
        }
        let mut names = Names(Vec::new(), Vec::new());
        names.visit_pat(pattern);
        let function = self.function;
        self.model
            .reads
            .extend(names.1.iter().map(|name| (function, plain(name))));
        for (name, is_mutable) in names.0 {
            let index = self.bind(&name, visible.clone(), None, None);
            self.model.bindings[index].is_mutable = is_mutable;
        }
    }

    pub(super) fn bind(
        &mut self,
        name: &syn::Ident,
        visible: Range<usize>,
        init: Option<Expr>,
        statement: Option<Range<usize>>,
    ) -> usize {
        let (spot, at) = (self.spot(), bytes(name).start);
        self.model.bind(Binding {
            name: plain(name),
            at,
            spot,
            visible,
            init,
            each: Vec::new(),
            statement,
            is_mutable: false,
            is_typed: false,
            type_path: None,
            is_changed: false,
        })
    }

    /// A pattern that an expression is matched with; `Ok(x)` of it is `x`.
    pub(super) fn matched(&mut self, pattern: &Pat, expr: &Expr, visible: &Range<usize>) -> Bound {
        let bound = Bound::of(pattern);
        let is_value = matches!(bound.around.as_deref(), Some("Ok" | "Some"));
        let first = self.model.bindings.len();
        self.bind_all(pattern, visible);
        if is_value
            && !bound.is_other
            && let [binding] = &mut self.model.bindings[first..]
        {
            binding.init = Some(expr.clone());
        }
        bound
    }

    /// `let (host, port) = ("api", 80);`
    fn each_of_tuple(&mut self, pattern: &Pat, value: &Expr, first: usize) {
        let (Pat::Tuple(pattern), Expr::Tuple(values)) = (pattern, value) else {
            return;
        };
        let are_names = pattern
            .elems
            .iter()
            .all(|name| matches!(name, Pat::Ident(_)));
        if !are_names || pattern.elems.len() != values.elems.len() {
            return;
        }
        let bindings = self.model.bindings[first..].iter_mut();
        for (binding, value) in bindings.zip(&values.elems) {
            binding.init = Some(value.clone());
        }
    }

    pub(super) fn local(&mut self, local: &syn::Local) {
        let statement = bytes(local);
        let visible = statement.end..self.block_end();
        let Some(init) = &local.init else {
            self.bind_all(&local.pat, &visible);
            return;
        };
        let is_typed = matches!(local.pat, Pat::Type(_));
        let pattern = match &local.pat {
            Pat::Type(typed) => &*typed.pat,
            pattern => pattern,
        };
        let (bound, position) = match pattern {
            Pat::Ident(ident) if ident.subpat.is_none() => {
                let is_mutable = ident.mutability.is_some();
                let value = Some((*init.expr).clone());
                let statement = Some(statement);
                let index = self.bind(&ident.ident, visible.clone(), value, statement);
                self.model.bindings[index].is_typed = is_typed;
                if let Pat::Type(typed) = &local.pat {
                    self.model.bindings[index].type_path = type_names(&typed.ty);
                }
                self.model.bindings[index].is_mutable = is_mutable;
                (Bound::of(&local.pat), Position::Let(index))
            }
            pattern => {
                let first = self.model.bindings.len();
                let bound = self.matched(pattern, &init.expr, &visible);
                self.each_of_tuple(pattern, &init.expr, first);
                (bound, Position::Value)
            }
        };
        // A text that is changed later is judged as far as it goes, and its pieces are none.
        let is_mutable = matches!(pattern, Pat::Ident(ident) if ident.mutability.is_some());
        let is_begun = is_mutable && is_building(&init.expr);
        if is_begun && self.prose == 0 {
            self.model.candidates.push(Candidate {
                spot: self.spot(),
                expr: (*init.expr).clone(),
                span: bytes(&*init.expr),
                position: Position::Value,
                holder: None,
                is_begun,
            });
        }
        self.prose += usize::from(is_begun);
        self.at(&init.expr, Context::Bound(vec![(bound, visible)]), position);
        self.prose -= usize::from(is_begun);
        if let Some((_, diverge)) = &init.diverge {
            self.visit_expr(diverge);
        }
    }
}
