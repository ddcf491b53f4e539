//! The typed call for a URL: what to write in its place, where that compiles.

use std::collections::HashMap;

use syn::Expr;

use super::client::Clients;
use super::edit::Edit;
use super::errors::question_mark;
use super::path::{self, Path, Site};
use super::rest::Rest;
use super::stub::Types;
use super::taken::{Taken, Takes};
use super::target::{Held, target};
use super::words::Words;
use crate::context::Context;
use crate::judge::{Judge, Verdict};
use crate::scan::urls::{
    Binding, HandBuilt, OpKind, Position, Spot, Urls, bytes, is_building, peel,
};
use crate::scan::{File, Package};

/// What to do about a URL.
pub enum Proposal {
    /// To write this.
    Edits(Vec<Edit>),
    /// What the reader has to decide.
    Advice(String),
}

/// Proposes for the URLs of one package.
pub struct Proposer<'a> {
    pub context: &'a Context,
    pub package: &'a Package,
    pub urls: &'a Urls<'a>,
    pub words: &'a [Words],
    pub judge: &'a Judge<'a>,
    pub types: &'a Types,
    /// The HTTP clients of all packages, and which of them this one is.
    pub clients: (&'a Clients<'a>, usize),
    pub taken: &'a Taken<'a>,
    /// The file that `clients!()` stands in.
    pub home: Option<&'a File>,
    /// It has to do with reqwest.
    pub uses_reqwest: bool,
    /// The files that are left as they are.
    pub frozen: &'a [bool],
}

/// A result, or why there is none.
pub type Why<T> = Result<T, String>;

impl Proposer<'_> {
    /// One for each URL.
    pub fn all(&self, verdicts: &[Verdict]) -> Vec<Proposal> {
        let mut by_binding: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, url) in self.urls.found.iter().enumerate() {
            if let Some(binding) = self.binding(url) {
                by_binding.entry(binding).or_default().push(index);
            }
        }
        let found = self.urls.found.iter().zip(verdicts);
        found
            .map(|(url, verdict)| {
                let uses = self
                    .binding(url)
                    .and_then(|binding| Some((binding, by_binding.get(&binding)?)));
                self.one(url, verdict, uses)
                    .map_or_else(Proposal::Advice, Proposal::Edits)
            })
            .collect()
    }

    /// The binding that holds all of a URL, if it can be written anew.
    fn binding(&self, url: &HandBuilt) -> Option<usize> {
        let Expr::Path(path) = peel(&url.expr) else {
            return None;
        };
        let name = path.path.get_ident()?.to_string();
        let index = self.urls.model.binding(&name, url.spot, url.span.start)?;
        let binding = &self.urls.model.bindings[index];
        let can_be_written = binding.statement.is_some()
            && !binding.is_mutable
            && !binding.is_typed
            && binding.init.as_ref().is_some_and(is_building);
        can_be_written.then_some(index)
    }

    fn one(
        &self,
        url: &HandBuilt,
        verdict: &Verdict,
        uses: Option<(usize, &Vec<usize>)>,
    ) -> Why<Vec<Edit>> {
        if let Some(unclear) = &verdict.unclear {
            return Err(format!("it is left as it is: {unclear}"));
        }
        let Some(name) = &verdict.service else {
            return Err("no service is called by that name, so nothing is proposed".to_owned());
        };
        let service = self
            .context
            .service(name)
            .map_err(|error| error.to_string())?;
        self.same_scheme(service, url)?;
        self.callable(service)?;
        if self.frozen[url.spot.file] {
            return Err("its source belongs to several packages or modules, stands behind a symbolic link, or has a carriage return that ends no line, which no patch \
                        keeps".to_owned());
        }
        if self.urls.files[url.spot.file].name.starts_with("../") {
            return Err("it stands outside of the directory that holds `copilot/`, where a patch is applied".to_owned());
        }
        if url.is_begun {
            return Err("it may be changed after this, so nothing is proposed".to_owned());
        }
        let stub = self.stub(service, url)?;
        let rest = self.rest(url)?;
        if let Some((binding, uses)) = uses {
            return self.bound(url, binding, uses, &stub, &rest);
        }
        if self.is_http(url) {
            match self.typed(url) {
                Ok(()) => {
                    let path = path::code(&rest, &self.site(url.spot, &url.expr))?;
                    return Ok(vec![self.call(url, &stub, &path_or_root(path))?]);
                }
                Err(why) => {
                    return self
                        .elsewhere(&url.expr, None, url, &stub, &rest)
                        .map_err(|other| both(&stub, &why, &other));
                }
            }
        }
        self.elsewhere(&url.expr, None, url, &stub, &rest)
            .map_err(|why| format!("no `{stub}::authority()?` is proposed, because {why}"))
    }

    /// A URL that a `let` holds: its path alone if all that uses it makes a request, else the URL of the type.
    fn bound(
        &self,
        url: &HandBuilt,
        binding: usize,
        uses: &[usize],
        stub: &str,
        rest: &Rest,
    ) -> Why<Vec<Edit>> {
        let binding = &self.urls.model.bindings[binding];
        let Some(init) = &binding.init else {
            return Err("it has no value yet".to_owned());
        };
        let places = self.words[binding.spot.file].places(&binding.name, &binding.visible);
        let uses: Vec<_> = uses.iter().map(|index| &self.urls.found[*index]).collect();
        let typed: Why<Vec<()>> = if places.count() == uses.len() {
            uses.iter().map(|url| self.typed(url)).collect()
        } else {
            Err(format!("`{}` is used for more than requests", binding.name))
        };
        match typed {
            Ok(_) if self.is_http(url) => {
                let path = path::code(rest, &self.site(binding.spot, init))?;
                let Path::Code(mut path) = path else {
                    let root = path_or_root(path);
                    return uses
                        .iter()
                        .map(|used| self.call(used, stub, &root))
                        .collect();
                };
                let words = &self.words[binding.spot.file];
                let is_reference = !path.starts_with(['"']) && !path.starts_with("format!(");
                if is_reference && self.taken.is_taken_along(binding, words) {
                    path = format!("format!(\"{{}}\", {})", path.trim_start_matches('&'));
                }
                let mut edits = vec![Edit {
                    file: binding.spot.file,
                    span: bytes(init),
                    text: path,
                }];
                for used in uses {
                    let is_moved = matches!(used.expr, Expr::Path(_));
                    let reference = if is_moved { "" } else { "&" };
                    let argument = format!("{reference}{}", binding.name);
                    edits.push(self.call(used, stub, &argument)?);
                }
                Ok(edits)
            }
            Ok(_) => self.elsewhere(init, Some(binding), url, stub, rest),
            Err(why) => self
                .elsewhere(init, Some(binding), url, stub, rest)
                .map_err(|other| both(stub, &why, &other)),
        }
    }

    /// The URL, or the host and the port, from the type: where it stands, or in the `let` that holds it.
    fn elsewhere(
        &self,
        expr: &Expr,
        binding: Option<&Binding>,
        url: &HandBuilt,
        stub: &str,
        rest: &Rest,
    ) -> Why<Vec<Edit>> {
        let spot = url.spot;
        let binding = match url.position {
            Position::Let(index) if binding.is_none() => Some(&self.urls.model.bindings[index]),
            _ => binding,
        };
        let words = &self.words[spot.file];
        let is_default = binding.map_or_else(
            || self.taken.is_default(spot, expr),
            |binding| self.taken.is_default_of(binding, words),
        );
        if is_default {
            return Err("it is a default, and `?` would fail where it is not used".to_owned());
        }
        let (target, held) = target(expr).ok_or("it is made of more than one text")?;
        let span = bytes(target);
        let is_within =
            |range: &std::ops::Range<usize>| range.start <= span.start && span.end <= range.end;
        let mut closures = self.urls.model.closures.iter();
        if closures.any(|(file, range)| *file == spot.file && is_within(range)) {
            return Err("it stands in a closure or an `async` block".to_owned());
        }
        question_mark(&self.urls.model, spot)?;
        let path = path::code(rest, &self.site(spot, expr))?;
        let text = if self.is_http(url) {
            match path {
                Path::Empty => format!("{stub}::base_url()?"),
                Path::Code(path) => format!("{stub}::url({path})?"),
            }
        } else {
            let scheme = self.scheme(url);
            match (scheme, path) {
                (None, _) => format!("{stub}::authority()?"),
                (Some(scheme), Path::Empty) => {
                    format!("format!(\"{scheme}://{{}}\", {stub}::authority()?)")
                }
                (Some(scheme), Path::Code(path)) if path.starts_with('"') => {
                    let path = path[1..path.len() - 1]
                        .replace('{', "{{")
                        .replace('}', "}}");
                    format!("format!(\"{scheme}://{{}}{path}\", {stub}::authority()?)")
                }
                (Some(scheme), Path::Code(path)) => {
                    format!("format!(\"{scheme}://{{}}{{}}\", {stub}::authority()?, {path})")
                }
            }
        };
        let takes = match held {
            Held::Owned | Held::Into => Takes::Owned,
            Held::Parsed => Takes::Borrowed,
            Held::Pair => match self.taken.takes(spot, expr, self.clients.0.all())? {
                // It takes a name and a port as one text too.
                Takes::Borrowed => Takes::Owned,
                Takes::Owned => return Err("a host and a port are wanted here".to_owned()),
            },
            Held::Borrowed => self.borrowed(expr, binding, url)?,
        };
        let text = match takes {
            Takes::Owned if held == Held::Into => format!("{text}.into()"),
            Takes::Owned => text,
            Takes::Borrowed => format!("&{text}"),
        };
        Ok(vec![Edit {
            file: spot.file,
            span,
            text,
        }])
    }

    /// How a text of ours has to be written in the place of a `&'static str`.
    fn borrowed(&self, expr: &Expr, binding: Option<&Binding>, url: &HandBuilt) -> Why<Takes> {
        let all = self.clients.0.all();
        if let Some(binding) = binding {
            if binding.is_typed || binding.is_mutable {
                return Err(format!("`{}` may want a `&'static str`", binding.name));
            }
            let words = &self.words[binding.spot.file];
            self.taken.all_of(binding, words, all)?;
            return Ok(Takes::Borrowed);
        }
        match url.position {
            // Its future keeps the URL, for longer than a `&` would last in `join!`.
            Position::Request(chain, None) if !self.is_awaited(chain) => Ok(Takes::Owned),
            Position::Request(..) => Ok(Takes::Borrowed),
            Position::Field | Position::Constant | Position::Value | Position::Let(_) => {
                Err("a `&str` is wanted here".to_owned())
            }
            Position::Argument | Position::Connect => self.taken.takes(url.spot, expr, all),
        }
    }

    /// The change that makes a request a typed one.
    fn call(&self, url: &HandBuilt, stub: &str, path: &str) -> Why<Edit> {
        let Position::Request(chain, step) = url.position else {
            return Err("it is not the URL of a request".to_owned());
        };
        let chain = &self.urls.model.chains[chain];
        let (span, text) = match step {
            None => (bytes(&chain.base), format!("{stub}::get({path})")),
            Some(step) => {
                let op = &chain.ops[step];
                let OpKind::Method(name, arguments) = &op.kind else {
                    return Err("it is no request".to_owned());
                };
                let call = if name == "request" {
                    let method = arguments.first().map(bytes).unwrap_or_default();
                    let source = &self.urls.files[url.spot.file].text;
                    format!("{stub}::request({}, {path})", &source[method])
                } else {
                    format!("{stub}::{name}({path})")
                };
                (chain.span.start..op.end, call)
            }
        };
        Ok(Edit {
            file: url.spot.file,
            span,
            text,
        })
    }

    /// Where a path is written in the place of an expression.
    fn site(&self, spot: Spot, expr: &Expr) -> Site<'_> {
        Site {
            urls: self.urls,
            words: self.words,
            spot,
            span: bytes(expr),
        }
    }
}

/// Why there is neither a typed call nor a URL of the type.
fn both(stub: &str, call: &str, url: &str) -> String {
    if call == url {
        format!("nothing is proposed, because {call}")
    } else {
        format!(
            "no call of `{stub}` is proposed, because {call}; and no `{stub}::url(…)?`, because {url}"
        )
    }
}

fn path_or_root(path: Path) -> String {
    match path {
        Path::Empty => "\"/\"".to_owned(),
        Path::Code(code) => code,
    }
}
