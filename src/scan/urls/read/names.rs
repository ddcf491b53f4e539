//! What names stand for: bindings, parameters, constants and fields.

use syn::Expr;

use super::super::model::{Call, Field, Function, Spot, bytes, last};
use super::super::template::{Expression, Part, bare, shape, variables};
use super::forks::Fork;
use super::paths::{Place, place_of};
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
            if self.each.get() && !binding.each.is_empty() {
                let pick = self.choose(Fork::Each { binding: index }, binding.each.len())?;
                return Some(self.elsewhere(&binding.each[pick], at));
            }
            let mut parts = self.elsewhere(binding.init.as_ref()?, at);
            if binding.is_mutable {
                if binding.is_changed {
                    return None;
                }
                // What is put at its end is not followed. Behind a whole host it would be taken for a path.
                let is_open = is_open(&parts);
                let more =
                    std::iter::repeat_n(Expression::unknown(at.spot), 1 + usize::from(is_open));
                parts.extend(more.map(Part::Expression));
            }
            return Some(parts);
        }
        if let Some(function) = at.spot.function {
            let parameters = &self.model.functions[function].parameters;
            let index = parameters
                .iter()
                .position(|parameter| parameter.name.as_deref() == Some(name));
            if let Some(index) = index {
                // What the function makes of it before it is read is not followed.
                if parameters[index].is_mutable {
                    return None;
                }
                return match at.arguments {
                    Some(arguments) => self.copied(arguments.get(index)?),
                    None => self.parameter(function, index, at),
                };
            }
        }
        self.constant(&[name.to_owned()], start, at)
    }

    /// What a call of a function gives it: that of one of them in each reading.
    fn parameter(&self, function: usize, index: usize, at: &At<'_>) -> Option<Vec<Part>> {
        let level = self
            .open
            .borrow()
            .iter()
            .filter(|open| **open == function)
            .count();
        let is_seen = |call: &&Call| {
            // A function that calls itself is followed once: it adds to what others give it.
            let open = self.open.borrow();
            level == 0 || call.spot.function.is_none_or(|of| !open.contains(&of))
        };
        if level > 1 {
            return None;
        }
        let calls: Vec<_> = self
            .calls_of(function)
            .into_iter()
            .filter(is_seen)
            .collect();
        let called = &self.model.functions[function];
        let of = self.known_as(called).into_iter();
        let keys = of.map(|of| (of, called.name.clone()));
        let outer = keys.filter_map(|key| self.outer.get(&key)).flatten();
        let outer: Vec<_> = outer.collect();
        // Who is given the function itself may give it anything.
        let others = usize::from(self.is_value(function));
        let fork = Fork::Calls { function, level };
        let pick = self.choose(fork, calls.len() + outer.len() + others)?;
        let Some(call) = calls.get(pick) else {
            let given = outer.get(pick - calls.len())?.get(index)?;
            self.foreign.borrow_mut().insert(given.place.clone());
            return self.copied(&given.parts);
        };
        let argument = call.arguments.get(index)?;
        let inside = At {
            spot: call.spot,
            arguments: None,
            depth: at.depth + 1,
        };
        self.open.borrow_mut().push(function);
        let parts = self.elsewhere(argument, &inside);
        self.open.borrow_mut().pop();
        Some(parts)
    }

    /// The calls of a function of the package.
    fn calls_of(&self, function: usize) -> Vec<&Call> {
        let name = &self.model.functions[function].name;
        let calls = self.model.calls.get(name).map_or(&[][..], Vec::as_slice);
        let mut called = self.called.borrow_mut();
        let called = called.entry(name.clone());
        let called = called.or_insert_with(|| calls.iter().map(|call| self.callee(call)).collect());
        let of_it = calls
            .iter()
            .zip(called)
            .filter(|(_, called)| **called == Some(function));
        of_it.map(|(call, _)| call).collect()
    }

    /// What stands before the name of a function where another package calls it.
    fn known_as(&self, function: &Function) -> Vec<String> {
        if let Some(of) = &function.self_type {
            return vec![of.clone()];
        }
        let module = self.modules(place_of(function)).pop();
        let library = self.library_of(function.file);
        module.into_iter().chain(library).collect()
    }

    /// The type, the module or the crate of a function that is called there, and is not of this package.
    pub(super) fn foreign_qualifier(&self, call: &Call) -> Option<String> {
        if self.callee(call).is_some() {
            return None;
        }
        let place = Place {
            file: call.spot.file,
            at: call.at,
        };
        match (&call.of, &call.path[..]) {
            (Some(of), _) => Some(of.clone()),
            (None, [name]) => match &self.imported(name, place)[..] {
                [(path, _)] if path.last() == Some(name) => path.iter().rev().nth(1).cloned(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a function is used without being called, as in `map(function)`.
    fn is_value(&self, function: usize) -> bool {
        let values = self.values.get_or_init(|| {
            let chains = self.model.chains.iter();
            let named = chains.filter_map(|chain| match &chain.base {
                Expr::Path(path) => {
                    self.callable(&Self::names(&path.path), chain.spot, bytes(path).start)
                }
                _ => None,
            });
            named.collect()
        });
        values.contains(&function)
    }

    /// The function of the package that is called there.
    fn callee(&self, call: &Call) -> Option<usize> {
        self.callable(&call.path, call.spot, call.at)
    }

    fn callable(&self, path: &[String], spot: Spot, at: usize) -> Option<usize> {
        let (name, before) = path.split_last()?;
        let is_local = before.is_empty() && self.model.binding(name, spot, at).is_some();
        if is_local || self.model.named(name).is_empty() {
            return None;
        }
        let file = spot.file;
        self.function_of(path, Place { file, at }, spot)
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
        let values: Vec<_> = written.iter().filter(of_it).collect();
        let fork = Fork::Values {
            of: of.clone(),
            count: values.len(),
        };
        let value = values.get(self.choose(fork, values.len())?)?;
        let at = At {
            spot: value.spot,
            arguments: None,
            depth: at.depth,
        };
        let parts = self.elsewhere(&value.value, &at);
        Some(self.held(&of, &name, parts))
    }

    /// What is written into a field, which is a default where something else may be read into it.
    pub(super) fn held(&self, of: &str, name: &str, parts: Vec<Part>) -> Vec<Part> {
        let is_read = matches!(bare(&parts), [Part::Variable(..)]);
        if is_read || !self.model.configured.contains(of) {
            return parts;
        }
        vec![Part::Variable(format!("{of}.{name}"), Some(parts))]
    }
}

/// Whether a host ends a text, so that a port may follow.
pub fn is_open(parts: &[Part]) -> bool {
    let text = shape(parts);
    let (_, rest) = text.split_once("://").unwrap_or(("", &text));
    !rest.contains(['/', ':', '?', '#']) && variables(parts).is_empty()
}
