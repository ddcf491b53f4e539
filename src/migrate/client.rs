//! Whether an HTTP client is one that nobody set up: what it sends with each request, ours would not.
//!
//! It is followed to where it is made, through names, parameters and fields, in all packages of the workspace.

use std::collections::{HashMap, HashSet};

use syn::Expr;

use super::words::Words;
use crate::scan::urls::{Chain, Function, Model, OpKind, Spot, Urls, bytes, last, peel};

/// What is looked at.
pub struct Clients<'a> {
    /// The URLs of all packages.
    all: &'a [&'a Urls<'a>],
    /// Whether each of them sets a client up, or one that it may have a client from.
    is_built: Vec<bool>,
    /// The words of packages that know of reqwest and were not looked into.
    unseen: HashSet<&'a str>,
    /// The arguments that are given to methods, by their names.
    given: HashMap<&'a str, Vec<Given<'a>>>,
}

/// The arguments of a call, with its package and its place.
type Given<'a> = (usize, Spot, &'a [Expr]);

/// A parameter or a field that was looked into: its package, its function or struct, and its name.
type Seen = HashSet<(usize, String, String)>;

impl<'a> Clients<'a> {
    /// Those of the packages, whose libraries have these names.
    pub fn of(all: &'a [&'a Urls<'a>], libraries: &[&str]) -> Self {
        let mut given: HashMap<_, Vec<_>> = HashMap::new();
        for (package, urls) in all.iter().enumerate() {
            for chain in &urls.model.chains {
                for op in &chain.ops {
                    if let OpKind::Method(name, arguments) = &op.kind {
                        let calls: &mut Vec<_> = given.entry(name.as_str()).or_default();
                        calls.push((package, chain.spot, &arguments[..]));
                    }
                }
            }
        }
        let unseen = all.iter().filter(|urls| !urls.model.is_parsed);
        let unseen = unseen.map(|urls| words(urls));
        let unseen = unseen.filter(|words| words.contains("reqwest"));
        Self {
            unseen: unseen.flatten().collect(),
            all,
            is_built: built(all, libraries),
            given,
        }
    }

    /// The URLs of all packages.
    pub const fn all(&self) -> &'a [&'a Urls<'a>] {
        self.all
    }

    fn model(&self, package: usize) -> &'a Model {
        &self.all[package].model
    }

    /// Whether the client that a chain of that package has before `step` is known to be bare: made by `Client::new()`, or
    /// of reqwest's type where no package sets one up and none comes from elsewhere.
    pub fn is_bare(&self, package: usize, chain: &Chain, step: usize) -> bool {
        let text = &self.all[package].files[chain.spot.file].text;
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
        let seen = &mut Seen::new();
        match fields.split_last() {
            None => self.is_client(package, &chain.base, chain.spot, seen),
            Some((field, before)) => {
                let of = self.type_of(package, &chain.base, chain.spot);
                let types = &self.model(package).types;
                let of = before.iter().try_fold(of, |of, field| {
                    let key = (of?, (*field).to_owned());
                    Some(types.get(&key).cloned())
                });
                let of = of.flatten();
                of.is_some_and(|of| self.is_field(package, of, (*field).to_owned(), seen))
            }
        }
    }

    fn is_client(&self, package: usize, expr: &Expr, spot: Spot, seen: &mut Seen) -> bool {
        let model = self.model(package);
        match peel(expr) {
            Expr::Call(call) => {
                let Expr::Path(function) = &*call.func else {
                    return false;
                };
                let mut of = function.path.clone();
                of.segments.pop();
                of.segments.pop_punct();
                let is_new = matches!(last(&function.path).as_str(), "new" | "default");
                is_new && call.args.is_empty() && model.is_client(&of, spot.file)
            }
            Expr::Field(field) => {
                let syn::Member::Named(name) = &field.member else {
                    return false;
                };
                let of = self.type_of(package, &field.base, spot);
                of.is_some_and(|of| self.is_field(package, of, name.to_string(), seen))
            }
            Expr::Path(path) => {
                let Some(name) = path.path.get_ident().map(ToString::to_string) else {
                    return false;
                };
                if let Some(index) = model.binding(&name, spot, bytes(path).start) {
                    let binding = &model.bindings[index];
                    return !binding.is_mutable
                        && binding
                            .init
                            .as_ref()
                            .is_some_and(|init| self.is_client(package, init, spot, seen));
                }
                let function = spot.function.map(|index| &model.functions[index]);
                function.is_some_and(|function| self.is_parameter(package, function, &name, seen))
            }
            _ => false,
        }
    }

    /// Whether a parameter of that name is given bare clients, by all who are seen to call the function.
    fn is_parameter(&self, package: usize, of: &Function, name: &str, seen: &mut Seen) -> bool {
        let mut parameters = of.parameters.iter();
        let is_it = |parameter: &crate::scan::urls::Parameter| {
            parameter.is_client && parameter.name.as_deref() == Some(name)
        };
        let Some(index) = parameters.position(is_it) else {
            return false;
        };
        let key = (package, format!("fn {}", of.item.start), name.to_owned());
        if self.is_built[package] || self.is_named_unseen(of.self_type.as_ref(), &of.name) {
            return false;
        }
        if !seen.insert(key) {
            return true;
        }
        let index_by_path = index + usize::from(of.has_self);
        for (package, urls) in self.all.iter().enumerate() {
            let calls = urls.model.calls.get(&of.name).into_iter().flatten();
            let mut calls = calls.filter(|call| of.self_type.is_none() || call.of == of.self_type);
            if !calls.all(|call| {
                let given = call.arguments.get(index_by_path);
                given.is_none_or(|given| self.is_client(package, given, call.spot, seen))
            }) {
                return false;
            }
        }
        let given = of.has_self.then(|| self.given.get(of.name.as_str()));
        given
            .flatten()
            .into_iter()
            .flatten()
            .all(|(package, spot, arguments)| {
                let given = arguments.get(index);
                given.is_none_or(|given| self.is_client(*package, given, *spot, seen))
            })
    }

    /// Whether a field of that name holds a bare client, as far as it is seen to be written.
    fn is_field(&self, package: usize, of: String, name: String, seen: &mut Seen) -> bool {
        let model = self.model(package);
        let key = (of, name);
        if self.is_built[package]
            || model.is_ambiguous(&key.0)
            || !model.clients.contains(&key)
            || self.is_named_unseen(None, &key.0)
        {
            return false;
        }
        let (of, name) = key;
        if !seen.insert((package, of.clone(), name.clone())) {
            return true;
        }
        let mut all = self.all.iter().enumerate();
        all.all(|(package, urls)| {
            let written = urls.model.fields.get(&name).into_iter().flatten();
            let mut written = written.filter(|field| field.of == of);
            !urls.model.changed.contains(&name)
                && written.all(|field| self.is_client(package, &field.value, field.spot, seen))
        })
    }

    /// Whether a package that was not looked into names a function or a struct, and may give it what is not seen.
    fn is_named_unseen(&self, of: Option<&String>, name: &str) -> bool {
        self.unseen.contains(name) && of.is_none_or(|of| self.unseen.contains(of.as_str()))
    }

    /// The name of the type of a name.
    fn type_of(&self, package: usize, expr: &Expr, spot: Spot) -> Option<String> {
        let Expr::Path(path) = expr else { return None };
        let model = self.model(package);
        let name = path.path.get_ident()?.to_string();
        let function = &model.functions[spot.function?];
        if name == "self" {
            return function.self_type.clone();
        }
        if model.binding(&name, spot, bytes(expr).start).is_some() {
            return None;
        }
        let mut parameters = function.parameters.iter();
        let parameter = parameters.find(|parameter| parameter.name.as_ref() == Some(&name))?;
        parameter.type_name.clone()
    }
}

/// All words in the sources of a package.
fn words<'a>(urls: &'a Urls<'_>) -> HashSet<&'a str> {
    let texts = urls.files.iter().filter(|file| !file.is_test);
    let words = texts.flat_map(|file| file.text.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.collect()
}

/// For each package, whether a client is set up in it, in one that it uses or in one that uses it.
fn built(all: &[&Urls<'_>], libraries: &[&str]) -> Vec<bool> {
    let own: Vec<_> = all.iter().map(|urls| is_built(urls)).collect();
    let mut built = own.clone();
    if !own.contains(&true) {
        return built;
    }
    let words: Vec<_> = all.iter().map(|urls| words(urls)).collect();
    let uses = |user: usize, used: usize| {
        let library = libraries[used];
        user != used && !library.is_empty() && words[user].contains(library)
    };
    let mut spread = |from: usize, next: &dyn Fn(usize, usize) -> bool| {
        let mut known = HashSet::from([from]);
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            let more = (0..all.len()).filter(|to| next(at, *to) && known.insert(*to));
            open.extend(more.inspect(|to| built[*to] = true));
        }
    };
    for from in (0..all.len()).filter(|index| own[*index]) {
        spread(from, &uses);
        spread(from, &|used, user| uses(user, used));
    }
    built
}

/// Whether a client is set up anywhere in a package.
fn is_built(urls: &Urls<'_>) -> bool {
    let model = &urls.model;
    let is_renamed = model
        .imports
        .iter()
        .any(|import| import.path == ["reqwest", "Client"] && import.name != "Client");
    let mut files = urls.files.iter();
    is_renamed
        || files.any(|file| {
            if !file.text.contains("uilder") {
                return false;
            }
            let words = Words::of(&file.text);
            let all = 0..file.text.len();
            let mut builders = words.places("builder", &all);
            words.has("ClientBuilder")
                || builders.any(|at| {
                    let before = file.text[..at].trim_end().trim_end_matches(':').trim_end();
                    let is_alias = |name: &String| before.ends_with(name.as_str());
                    // Where it is not looked into, it is not known which names are other ones for it.
                    let may_be = !model.is_parsed && words.has("reqwest");
                    before.ends_with("Client") || model.aliases.keys().any(is_alias) || may_be
                })
        })
}
