//! What names stand for: bindings, parameters, constants and fields.

use syn::Expr;

use super::super::model::{Call, Field, bytes, last};
use super::super::template::{Expression, Part, shape};
use super::paths::Place;
use super::{At, Reader};

impl Reader<'_> {
    pub(super) fn named(&self, path: &syn::Path, expr: &Expr, at: &At<'_>) -> Option<Vec<Part>> {
        let name = last(path);
        if path.segments.len() == 1 {
            let start = bytes(expr).start;
            return self.local(&name, start, at);
        }
        self.constant(&Self::names(path), bytes(expr).start, at)
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
        self.constant(&[name.to_owned()], start, at)
    }

    /// What all calls of a function of the package give it.
    pub(super) fn parameter(
        &self,
        function: usize,
        index: usize,
        at: &At<'_>,
    ) -> Option<Vec<Part>> {
        let called = function;
        let function = &self.model.functions[function];
        let calls = self.model.calls.get(&function.name);
        let calls = calls
            .into_iter()
            .flatten()
            .filter(|call| self.called(call) == Some(called));
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

    /// The function of the package that is called there.
    fn called(&self, call: &Call) -> Option<usize> {
        if let [name] = &call.path[..]
            && self.model.binding(name, call.spot, call.at).is_some()
        {
            return None;
        }
        let place = Place {
            file: call.spot.file,
            at: call.at,
        };
        self.function_of(&call.path, place, call.spot)
    }

    fn constant(&self, path: &[String], start: usize, at: &At<'_>) -> Option<Vec<Part>> {
        let place = Place {
            file: at.spot.file,
            at: start,
        };
        let constant = &self.model.constants[self.constant_of(path, place, at.spot)?];
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
        let of = self.type_of(&field.base, at)?;
        let of_it = |field: &&Field| field.of == of;
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
}
