//! URLs and hosts that the sources of a package put together by hand.
//!
//! What is written, what `format!`, `concat!`, `+` and the like make of it, and what a variable of the task holds is
//! followed through bindings, constants, fields and functions of the package, as far as its text tells. What is not
//! known stays a hole in the text, and nothing is guessed.
//!
//! ```ignore
//! let reading = Reading::of(sources.packages.iter().map(|package| &package.files[..]));
//! for urls in reading.find(&|package, url| leads(package, url)) {
//!     for url in &urls.found {
//!         println!("{}: {}", url.place, shape(&url.variants[0]));
//!     }
//! }
//! ```

mod format;
mod model;
mod places;
mod read;
mod template;
mod walk;

#[cfg(test)]
pub mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use service_connect_codegen::Place;

pub use format::captured;
use model::Holder;
pub use model::{
    Binding, Body, Bound, Chain, Context, Function, Model, OpKind, Parameter, Position, Spot,
    TextType, bytes, last, qualifier,
};
use places::{Places, given, settled, without};
use read::{Outer, Reader, Texts, is_open};
pub use read::{is_building, peel};
use template::variables;
use template::with_path;
pub use template::{Expression, Part, UNKNOWN, Values, bare, chosen, origin_end, shape, text};

use super::{File, Lines};

/// The URLs of one package.
pub struct Urls<'a> {
    pub files: &'a [File],
    pub model: Model,
    pub found: Vec<HandBuilt>,
    /// So many more are there, and nothing reads them.
    pub idle: usize,
}

/// A URL, or a host, that is put together where a call has a type that knows both.
pub struct HandBuilt {
    /// Where the expression stands.
    pub place: Place,
    pub spot: Spot,
    /// Its bytes there.
    pub span: Range<usize>,
    pub expr: syn::Expr,
    pub position: Position,
    /// Its text: one for each that it may be, where it is given in several places.
    pub variants: Vec<Vec<Part>>,
    /// What else it was read from.
    origins: HashSet<(usize, Range<usize>)>,
    /// The same in other packages: the package, the file and the bytes.
    foreign: HashSet<(usize, usize, Range<usize>)>,
    /// Where each of them is written, if that is not here but where this function is given it.
    pub given: Vec<Vec<Place>>,
    holder: Option<Holder>,
    /// What holds it may be written anew, or get more at its end.
    pub is_begun: bool,
    /// Nothing ever reads it.
    is_idle: bool,
}

impl HandBuilt {
    /// The text of a variant, with a scheme where there is none and a host and a port are meant: `connect("clicked")` is of
    /// something else.
    pub fn text(&self, variant: &[Part], values: Values<'_>) -> String {
        let text = text(variant, values);
        let is_address = self.position == Position::Connect && text.contains(':');
        if is_address && !text.contains("://") {
            return format!("tcp://{text}");
        }
        with_path(text)
    }

    /// The names of the variables in it.
    pub fn variables(&self) -> Vec<&str> {
        let variants = self.variants.iter();
        variants.flat_map(|variant| variables(variant)).collect()
    }
}

/// Names, each with the function that it stands in.
type Names = Vec<(Option<usize>, String)>;

/// The sources of all packages, before their URLs are looked for.
pub struct Reading<'a> {
    packages: Vec<(&'a [File], Model)>,
    outer: Outer,
    reads: HashSet<String>,
    used: HashSet<String>,
}

impl<'a> Reading<'a> {
    /// Reads the files of each package.
    pub fn of(packages: impl IntoIterator<Item = &'a [File]>) -> Self {
        let packages = packages.into_iter().map(|files| (files, walk::read(files)));
        let packages: Vec<_> = packages.collect();
        let mut outer = Outer::new();
        for (index, (files, model)) in packages.iter().enumerate() {
            read::outer(index, model, files, &mut outer);
        }
        let mut reading = Self {
            packages,
            outer,
            reads: HashSet::new(),
            used: HashSet::new(),
        };
        reading.see_uses();
        reading
    }

    /// What is used by functions that are used themselves.
    fn see_uses(&mut self) {
        let models = || self.packages.iter().map(|(_, model)| model);
        let all = |is_alive: &dyn Fn(&Model, Option<usize>) -> bool| -> (HashSet<String>, HashSet<String>) {
            let of = |pick: fn(&Model) -> &Names| {
                let named = models().flat_map(|model| {
                    let alive = pick(model).iter().filter(|(function, _)| is_alive(model, *function));
                    alive.map(|(_, name)| name.clone())
                });
                named.collect()
            };
            (of(|model| &model.used), of(|model| &model.reads))
        };
        let (mut used, _) = all(&|_, _| true);
        loop {
            let fewer = all(&|model, function| {
                function.is_none_or(|index| is_used(&model.functions[index], &used))
            });
            if fewer.0.len() == used.len() {
                (self.used, self.reads) = fewer;
                break;
            }
            used = fewer.0;
        }
    }

    /// All that `leads` takes for the URL of a service, in each package, each once and where it is used.
    pub fn find(self, leads: &dyn Fn(usize, &HandBuilt) -> bool) -> Vec<Urls<'a>> {
        let mut unread = HashMap::new();
        let found = self
            .packages
            .iter()
            .enumerate()
            .map(|(package, (_, model))| {
                let found = self.in_package(package).into_iter();
                let mut found: Vec<_> = found.filter(|url| leads(package, url)).collect();
                for url in &mut found {
                    url.is_idle = self.is_idle(model, url, &mut unread);
                }
                found
            });
        let mut found: Vec<_> = found.collect();
        let places: Vec<_> = found.iter().map(|found| Places::of(found)).collect();
        let given = |(package, urls): (usize, &Vec<HandBuilt>)| -> Vec<_> {
            let urls = urls.iter();
            urls.map(|url| given(package, url, &found, &places))
                .collect()
        };
        let given: Vec<_> = found.iter().enumerate().map(given).collect();
        for (url, given) in found.iter_mut().flatten().zip(given.into_iter().flatten()) {
            url.given = given;
        }
        let mut found: Vec<_> = found.into_iter().map(settled).collect();
        let kept = found.iter().flatten().filter(|url| !url.is_idle);
        let foreign: HashSet<_> = kept.flat_map(|url| url.foreign.clone()).collect();
        for (package, urls) in found.iter_mut().enumerate() {
            let places = Places::of(urls);
            let here = foreign.iter().filter(|(other, ..)| *other == package);
            let origins: HashSet<_> = here
                .flat_map(|(_, file, origin)| places.within(urls, *file, origin))
                .collect();
            without(urls, &origins);
        }
        let packages = self.packages.into_iter().zip(found);
        packages
            .map(|((files, model), mut found)| {
                let all = found.len();
                found.retain(|url| !url.is_idle);
                Urls {
                    files,
                    model,
                    idle: all - found.len(),
                    found,
                }
            })
            .collect()
    }

    fn in_package(&self, package: usize) -> Vec<HandBuilt> {
        let (files, model) = &self.packages[package];
        let mut lines = HashMap::new();
        let reader = Reader::new(model, files, &self.outer);
        let candidates = model.candidates.iter().filter_map(|candidate| {
            let mut texts = reader.texts_of(candidate);
            // Its port may be still to come.
            if candidate.is_begun && texts.variants.iter().any(|text| is_open(text)) {
                return None;
            }
            // What a loop goes through matters for a host alone: all else is the same URL.
            if texts.variants.iter().any(|text| has_hole_in_host(text)) {
                texts = reader.texts_of_each(candidate);
            }
            let Texts {
                variants,
                origins,
                foreign,
            } = texts;
            let file = &files[candidate.spot.file];
            let lines = lines.entry(candidate.spot.file);
            let lines = lines.or_insert_with(|| Lines::of(&file.text));
            Some(HandBuilt {
                place: lines.place(&file.name, &file.text, candidate.span.clone()),
                spot: candidate.spot,
                span: candidate.span.clone(),
                expr: candidate.expr.clone(),
                position: candidate.position,
                variants,
                origins,
                foreign,
                given: Vec::new(),
                holder: candidate.holder.clone(),
                is_begun: candidate.is_begun,
                is_idle: false,
            })
        });
        candidates.filter(begins_a_url).collect()
    }

    /// Whether nothing ever reads it: the compiler says so, or only tests do. What is known of holders is kept, because
    /// for each of them all packages are asked, and many URLs have the same one.
    fn is_idle(&self, model: &Model, url: &HandBuilt, unread: &mut HashMap<Holder, bool>) -> bool {
        let function = url.spot.function.map(|index| &model.functions[index]);
        if function.is_some_and(|function| !is_used(function, &self.used)) {
            return true;
        }
        url.holder.as_ref().is_some_and(|holder| {
            unread.get(holder).copied().unwrap_or_else(|| {
                let is_unread = self.is_unread_holder(holder);
                unread.insert(holder.clone(), is_unread);
                is_unread
            })
        })
    }

    /// Whether nothing ever reads what is held there.
    fn is_unread_holder(&self, holder: &Holder) -> bool {
        match holder {
            Holder::Field(of, name) => self.is_unread(of, name),
            Holder::Constant(name) => !self.used.contains(name),
            Holder::Argument(of, name, index) => {
                let mut packages = self.packages.iter();
                packages.any(|(_, model)| self.is_only_stored(model, of.as_deref(), name, *index))
            }
        }
    }

    /// Whether a struct of the workspace has a field that nothing reads.
    fn is_unread(&self, of: &str, name: &str) -> bool {
        let key = (of.to_owned(), name.to_owned());
        let mut packages = self.packages.iter();
        packages.any(|(_, model)| model.types.contains_key(&key)) && !self.reads.contains(name)
    }

    /// Whether a function only puts an argument into a field that nothing reads.
    fn is_only_stored(&self, model: &Model, of: Option<&str>, name: &str, index: usize) -> bool {
        let Some(function) = model.function(name, of, false) else {
            return false;
        };
        let parameter = model.functions[function].parameters.get(index);
        let Some(parameter) = parameter.and_then(|parameter| parameter.name.as_deref()) else {
            return false;
        };
        let is_it = |expr: &syn::Expr| matches!(peel(expr), syn::Expr::Path(path) if path.path.is_ident(parameter));
        let fields = model
            .fields
            .iter()
            .flat_map(|(name, all)| all.iter().map(move |field| (name, field)));
        let stored = fields.filter(|(name, field)| {
            field.spot.function == Some(function)
                && is_it(&field.value)
                && self.is_unread(&field.of, name)
        });
        let chains = model.chains.iter();
        let used =
            chains.filter(|chain| chain.spot.function == Some(function) && is_it(&chain.base));
        let (stored, used) = (stored.count(), used.count());
        stored > 0 && stored == used
    }
}

/// What is `pub` may be called from elsewhere, or soon.
fn is_used(function: &model::Function, used: &HashSet<String>) -> bool {
    function.is_called || function.is_public || used.contains(&function.name)
}

fn has_hole_in_host(text: &[Part]) -> bool {
    let text = shape(text);
    text.contains("://") && text[..origin_end(&text)].contains(UNKNOWN)
}

/// Whether it is a URL from its first letter on, and no prose with one in it.
fn begins_a_url(url: &HandBuilt) -> bool {
    url.variants.iter().all(|variant| {
        let text = url.text(variant, &|name| Some(format!("${{{name}}}")));
        let text = text.trim();
        // A client escapes the blanks of a path; elsewhere they are those of a sentence.
        let whole = match url.position {
            Position::Request(..) => &text[..origin_end(text)],
            _ => text,
        };
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.${}_".contains(c);
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        !text.is_empty()
            && !whole.contains(char::is_whitespace)
            && scheme.is_none_or(|scheme| {
                let is_unknown = scheme.strip_prefix(UNKNOWN).is_some_and(str::is_empty);
                is_unknown || scheme.chars().all(is_scheme)
            })
    })
}
