//! What names stand for: bindings, parameters, constants and fields.

use syn::Expr;

use super::super::model::{Field, bytes, last, qualifier};
use super::super::template::{Expression, Part, shape};
use super::building::peel;
use super::{At, Reader};

impl Reader<'_> {
    pub(super) fn named(&self, path: &syn::Path, expr: &Expr, at: &At<'_>) -> Option<Vec<Part>> {
        let name = last(path);
        if path.segments.len() == 1 {
            let start = bytes(expr).start;
            return self.local(&name, start, at);
        }
        self.constant(&name, at)
    }

    /// A name as a function sees it at `start`.
    pub(super) fn local(&self, name: &str, start: usize, at: &At<'_>) -> Option<Vec<Part>> {
        if let Some(index) = self.model.binding(name, at.spot, start) {
            let binding = &self.model.bindings[index];
            let mut parts = self.elsewhere(binding.init.as_ref()?, at);
            if binding.is_mutable {
                // What is added to it is not followed.
                parts.push(Part::Expression(Expression {
                    spot: at.spot,
                    span: 0..0,
                    code: String::new(),
                    spec: String::new(),
                    known: None,
                }));
            }
            return Some(parts);
        }
        if let Some(function) = at.spot.function {
            let parameters = &self.model.functions[function].parameters;
            let index = parameters
                .iter()
                .position(|parameter| parameter.name.as_deref() == Some(name));
            if let Some(index) = index {
                return match at.arguments {
                    Some(arguments) => arguments.get(index).cloned(),
                    None => self.parameter(function, index, at),
                };
            }
        }
        self.constant(name, at)
    }

    /// What all calls of a function of the package give it.
    pub(super) fn parameter(
        &self,
        function: usize,
        index: usize,
        at: &At<'_>,
    ) -> Option<Vec<Part>> {
        let function = &self.model.functions[function];
        let calls = self.model.calls.get(&function.name);
        let calls = calls
            .into_iter()
            .flatten()
            .filter(|call| match &function.self_type {
                Some(name) => call.of.as_ref() == Some(name),
                None => true,
            });
        let arguments = calls.map(|call| {
            let at = At {
                spot: call.spot,
                arguments: None,
                depth: at.depth + 1,
            };
            Some(self.elsewhere(call.arguments.get(index)?, &at))
        });
        let key = (function.self_type.clone(), function.name.clone());
        let outer = self.outer.get(&key).into_iter().flatten();
        let outer = outer.map(|arguments| {
            let given = arguments.get(index)?;
            self.foreign.borrow_mut().push(given.place.clone());
            Some(given.parts.clone())
        });
        self.picked(arguments.chain(outer))
    }

    /// One of the texts that they give; nothing if that of one is not known.
    pub(super) fn picked(&self, all: impl Iterator<Item = Option<Vec<Part>>>) -> Option<Vec<Part>> {
        let mut known: Vec<Vec<Part>> = Vec::new();
        for parts in all {
            let parts = parts?;
            if known.iter().all(|other| shape(other) != shape(&parts)) {
                known.push(parts);
            }
        }
        let last = known.len().checked_sub(1)?;
        self.variants.set(self.variants.get().max(known.len()));
        Some(known.swap_remove(self.pick.min(last)))
    }

    pub(super) fn constant(&self, name: &str, at: &At<'_>) -> Option<Vec<Part>> {
        let constant = self.model.constant(name, at.spot.file)?;
        let at = At {
            spot: constant.spot,
            arguments: None,
            depth: at.depth,
        };
        Some(self.elsewhere(&constant.value, &at))
    }

    /// What is written into a field: of the struct that it is one of, where that is known.
    pub(super) fn field(&self, expr: &Expr, at: &At<'_>) -> Option<Vec<Part>> {
        let Expr::Field(field) = expr else {
            return None;
        };
        let syn::Member::Named(name) = &field.member else {
            return None;
        };
        let name = name.to_string();
        if self.model.changed.contains(&name) {
            return None;
        }
        let written = self.model.fields.get(&name)?;
        let of = self.type_of(&field.base, at);
        if of.as_ref().is_some_and(|of| self.model.is_ambiguous(of)) {
            return None;
        }
        let of_it = |field: &&Field| of.as_ref().is_none_or(|of| field.of == *of);
        let values = written.iter().filter(of_it).map(|field| {
            let at = At {
                spot: field.spot,
                arguments: None,
                depth: at.depth,
            };
            Some(self.elsewhere(&field.value, &at))
        });
        self.picked(values)
    }

    /// The name of an expression's type.
    pub(super) fn type_of(&self, expr: &Expr, at: &At<'_>) -> Option<String> {
        match peel(expr) {
            Expr::Path(path) if path.path.segments.len() == 1 => {
                let name = last(&path.path);
                let function = &self.model.functions[at.spot.function?];
                if name == "self" {
                    return function.self_type.clone();
                }
                let start = bytes(expr).start;
                if let Some(index) = self.model.binding(&name, at.spot, start) {
                    return match peel(self.model.bindings[index].init.as_ref()?) {
                        Expr::Call(call) => match &*call.func {
                            Expr::Path(path) => self.own(qualifier(&path.path), at),
                            _ => None,
                        },
                        Expr::Struct(literal) => self.own(Some(last(&literal.path)), at),
                        _ => None,
                    };
                }
                let mut parameters = function.parameters.iter();
                parameters
                    .find(|parameter| parameter.name.as_ref() == Some(&name))?
                    .type_name
                    .clone()
            }
            Expr::Field(field) => {
                let of = self.type_of(&field.base, at)?;
                let syn::Member::Named(name) = &field.member else {
                    return None;
                };
                let types = &self.model.types;
                types.get(&(of, name.to_string())).cloned()
            }
            _ => None,
        }
    }

    /// `Self` by its name.
    pub(super) fn own(&self, of: Option<String>, at: &At<'_>) -> Option<String> {
        if of.as_deref() != Some("Self") {
            return of;
        }
        self.model.functions[at.spot.function?].self_type.clone()
    }
}
