//! Whether an HTTP client is one that nobody set up: what it sends with each request, ours would not.

use syn::Expr;

use super::words::Words;
use crate::scan::File;
use crate::scan::urls::{Chain, Model, OpKind, Spot, bytes, last, peel};

/// So many bindings are followed.
const MAX_DEPTH: u8 = 8;

/// What is looked at.
pub struct Client<'a> {
    pub model: &'a Model,
    pub files: &'a [File],
    /// The names in each file.
    pub words: &'a [Words],
}

impl Client<'_> {
    /// Whether the client that a chain has before `step` is known to be bare: made by `Client::new()`, or of reqwest's
    /// type in a package that sets none up.
    pub fn is_bare(&self, chain: &Chain, step: usize) -> bool {
        let text = &self.files[chain.spot.file].text;
        let mut fields = Vec::new();
        let mut end = bytes(&chain.base).end;
        for op in &chain.ops[..step] {
            match &op.kind {
                OpKind::Field => {
                    let name = text[end..op.end].trim().trim_start_matches('.');
                    fields.push(name.trim());
                }
                OpKind::Method(name, arguments)
                    if arguments.is_empty() && matches!(name.as_str(), "clone" | "as_ref") => {}
                _ => return false,
            }
            end = op.end;
        }
        match fields.split_last() {
            None => self.is_client(&chain.base, chain.spot, 0),
            Some((field, before)) => {
                let of = self.type_of(&chain.base, chain.spot);
                let of = before.iter().try_fold(of, |of, field| {
                    let key = (of?, (*field).to_owned());
                    Some(self.model.types.get(&key).cloned())
                });
                let key = of.flatten().map(|of| (of, (*field).to_owned()));
                key.is_some_and(|key| {
                    !self.model.is_ambiguous(&key.0) && self.model.clients.contains(&key)
                }) && !self.is_built()
            }
        }
    }

    fn is_client(&self, expr: &Expr, spot: Spot, depth: u8) -> bool {
        match peel(expr) {
            Expr::Call(call) => {
                let Expr::Path(function) = &*call.func else {
                    return false;
                };
                let mut of = function.path.clone();
                of.segments.pop();
                of.segments.pop_punct();
                let is_new = matches!(last(&function.path).as_str(), "new" | "default");
                is_new && call.args.is_empty() && self.model.is_client(&of, spot.file)
            }
            Expr::Path(path) if depth < MAX_DEPTH => {
                let Some(name) = path.path.get_ident().map(ToString::to_string) else {
                    return false;
                };
                if let Some(index) = self.model.binding(&name, spot, bytes(path).start) {
                    let binding = &self.model.bindings[index];
                    return !binding.is_mutable
                        && binding
                            .init
                            .as_ref()
                            .is_some_and(|init| self.is_client(init, spot, depth + 1));
                }
                let function = spot.function.map(|index| &self.model.functions[index]);
                let mut parameters = function
                    .into_iter()
                    .flat_map(|function| &function.parameters);
                parameters
                    .any(|parameter| parameter.is_client && parameter.name.as_ref() == Some(&name))
                    && !self.is_built()
            }
            _ => false,
        }
    }

    /// The name of the type of a name.
    fn type_of(&self, expr: &Expr, spot: Spot) -> Option<String> {
        let Expr::Path(path) = expr else { return None };
        let name = path.path.get_ident()?.to_string();
        let function = &self.model.functions[spot.function?];
        if name == "self" {
            return function.self_type.clone();
        }
        if self.model.binding(&name, spot, bytes(expr).start).is_some() {
            return None;
        }
        let mut parameters = function.parameters.iter();
        let parameter = parameters.find(|parameter| parameter.name.as_ref() == Some(&name))?;
        parameter.type_name.clone()
    }

    /// Whether a client is set up anywhere in the package.
    fn is_built(&self) -> bool {
        let mut files = self.words.iter().zip(self.files);
        let is_renamed = self
            .model
            .imports
            .iter()
            .any(|import| import.path == ["reqwest", "Client"] && import.name != "Client");
        is_renamed
            || files.any(|(words, file)| {
                let all = 0..file.text.len();
                let mut builders = words.places("builder", &all);
                words.has("ClientBuilder")
                    || builders.any(|at| {
                        let before = file.text[..at].trim_end().trim_end_matches(':').trim_end();
                        let is_alias = |name: &String| before.ends_with(name.as_str());
                        before.ends_with("Client") || self.model.aliases.keys().any(is_alias)
                    })
            })
    }
}
