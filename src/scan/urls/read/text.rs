//! Whether an expression is text by its type: `+` adds numbers as well.

use syn::{Expr, Lit};

use super::super::model::{bytes, last, text_type};
use super::building::{passed_on, variable_read};
use super::paths::Place;
use super::{At, MAX_DEPTH, Reader, is_sum};

impl Reader<'_> {
    /// Whether it is sure to be.
    pub(super) fn is_text(&self, expr: &Expr, at: &At<'_>) -> bool {
        let deeper = At {
            depth: at.depth + 1,
            ..at.clone()
        };
        if at.depth > MAX_DEPTH || !self.step() {
            return false;
        }
        if variable_read(expr).is_some() {
            return true;
        }
        match expr {
            Expr::Lit(literal) => matches!(literal.lit, Lit::Str(_)),
            Expr::Macro(mac) => matches!(
                last(&mac.mac.path).as_str(),
                "format" | "concat" | "formatcp" | "concatcp" | "env"
            ),
            Expr::Binary(binary) if is_sum(expr) => {
                self.is_text(&binary.left, at) || self.is_text(&binary.right, at)
            }
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                match name.as_str() {
                    "to_string" | "as_str" => true,
                    name if name.starts_with("unwrap_or") || name.starts_with("trim") => {
                        self.is_text(&call.receiver, &deeper)
                    }
                    // Of another type than what it is made from.
                    "parse" | "into" | "try_into" => false,
                    _ => self.is_passed_text(expr, &deeper),
                }
            }
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else {
                    return false;
                };
                let place = Place {
                    file: at.spot.file,
                    at: bytes(path).start,
                };
                let output = self.function_of(&Self::names(&path.path), place, at.spot);
                let output = output.and_then(|index| self.model.functions[index].output.as_ref());
                output.and_then(text_type).is_some() || self.is_passed_text(expr, &deeper)
            }
            Expr::Path(path) if path.path.segments.len() == 1 => {
                let name = last(&path.path);
                let start = bytes(expr).start;
                if let Some(index) = self.model.binding(&name, at.spot, start) {
                    let init = self.model.bindings[index].init.as_ref();
                    return init.is_some_and(|init| self.is_text(init, &deeper));
                }
                let function = at.spot.function.map(|index| &self.model.functions[index]);
                let mut parameters = function
                    .into_iter()
                    .flat_map(|function| &function.parameters);
                parameters.any(|parameter| {
                    parameter.name.as_ref() == Some(&name) && parameter.text.is_some()
                })
            }
            Expr::Field(_) => {
                let declared = self.declared(expr, at);
                let name = declared.and_then(|key| self.model.types.get(&key));
                name.is_some_and(|name| name == "String" || name == "str")
            }
            _ => self.is_passed_text(expr, &deeper),
        }
    }

    fn is_passed_text(&self, expr: &Expr, at: &At<'_>) -> bool {
        passed_on(expr).is_some_and(|(inner, _)| self.is_text(inner, at))
    }
}
