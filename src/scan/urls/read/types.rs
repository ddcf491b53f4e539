//! Of which type of the package an expression is.

use syn::Expr;

use super::super::model::{bytes, last, qualifier};
use super::building::passed_on;
use super::paths::Place;
use super::{At, MAX_DEPTH, Reader};

impl Reader<'_> {
    /// Its name; `None` if the type is another crate's, or may be.
    pub(super) fn type_of(&self, expr: &Expr, at: &At<'_>) -> Option<String> {
        if at.depth > MAX_DEPTH {
            return None;
        }
        let at = &At {
            depth: at.depth + 1,
            ..at.clone()
        };
        let start = bytes(expr).start;
        let place = Place {
            file: at.spot.file,
            at: start,
        };
        match expr {
            Expr::Path(path) if path.path.is_ident("self") => {
                let of = self.model.functions[at.spot.function?].self_type.clone()?;
                (!self.model.is_ambiguous(&of)).then_some(of)
            }
            Expr::Path(path) => {
                let names = Self::names(&path.path);
                if let [name] = &names[..] {
                    if let Some(index) = self.model.binding(name, at.spot, start) {
                        let binding = &self.model.bindings[index];
                        if let Some(path) = &binding.type_path {
                            return self.own_type(path, place, at.spot);
                        }
                        return self.type_of(binding.init.as_ref()?, at);
                    }
                    let function = at.spot.function.map(|index| &self.model.functions[index]);
                    let mut parameters = function.iter().flat_map(|function| &function.parameters);
                    let parameter =
                        parameters.find(|parameter| parameter.name.as_ref() == Some(name));
                    if let Some(parameter) = parameter {
                        let path = parameter.type_path.as_ref()?;
                        return self.own_type(path, place, at.spot);
                    }
                }
                let constant = &self.model.constants[self.constant_of(&names, place, at.spot)?];
                let at = At {
                    spot: constant.spot,
                    arguments: None,
                    depth: at.depth,
                };
                self.type_of(&constant.value, &at)
            }
            Expr::Struct(literal) => self.own_type(&Self::names(&literal.path), place, at.spot),
            Expr::Field(_) => {
                let key = self.declared(expr, at)?;
                let place = self.place_of_type(&key.0)?;
                self.own_type(self.model.type_paths.get(&key)?, place, at.spot)
            }
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                // Of another type than what it is made from.
                if matches!(name.as_str(), "into" | "parse" | "try_into") {
                    return None;
                }
                if let Some((inner, _)) = passed_on(expr) {
                    return self.type_of(inner, at);
                }
                if let Some(of) = self.type_of(&call.receiver, at) {
                    return self.output_of(self.method_of(&name, &of, true)?);
                }
                self.asked_for(call.turbofish.as_ref()?, place, at)
            }
            Expr::Call(call) => {
                if let Some((inner, _)) = passed_on(expr) {
                    return self.type_of(inner, at);
                }
                let Expr::Path(path) = &*call.func else {
                    return None;
                };
                if is_lazy(&path.path) {
                    return match call.args.first()? {
                        Expr::Closure(closure) => self.type_of(&closure.body, at),
                        _ => None,
                    };
                }
                let names = Self::names(&path.path);
                if let Some(function) = self.function_of(&names, place, at.spot) {
                    return self.output_of(function);
                }
                if let syn::PathArguments::AngleBracketed(asked) =
                    &path.path.segments.last()?.arguments
                {
                    return self.asked_for(asked, place, at);
                }
                let (name, of) = names.split_last()?;
                // What is derived gives its own type.
                let of = self.own_type(of, place, at.spot)?;
                let mut named = self.model.named(name).iter();
                let is_written =
                    named.any(|index| self.model.functions[*index].self_type.as_ref() == Some(&of));
                (!is_written).then_some(of)
            }
            _ => self.type_of(passed_on(expr)?.0, at),
        }
    }

    /// `T` of `from_env::<T>()`.
    fn asked_for(
        &self,
        asked: &syn::AngleBracketedGenericArguments,
        place: Place,
        at: &At<'_>,
    ) -> Option<String> {
        match asked.args.first() {
            Some(syn::GenericArgument::Type(syn::Type::Path(path))) if asked.args.len() == 1 => {
                self.own_type(&Self::names(&path.path), place, at.spot)
            }
            _ => None,
        }
    }

    /// The struct that a field is one of, and its name.
    pub(super) fn declared(&self, expr: &Expr, at: &At<'_>) -> Option<(String, String)> {
        let Expr::Field(field) = expr else {
            return None;
        };
        let syn::Member::Named(name) = &field.member else {
            return None;
        };
        Some((self.type_of(&field.base, at)?, name.to_string()))
    }
}

/// Whether a function makes what is read when it is first asked for.
pub(super) fn is_lazy(path: &syn::Path) -> bool {
    const LAZY: &[&str] = &["LazyLock", "Lazy", "OnceLock"];
    let of = qualifier(path);
    last(path) == "new" && of.is_some_and(|of| LAZY.contains(&of.as_str()))
}
