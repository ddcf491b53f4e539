//! Which item of the package a path names, as its modules and imports tell. What another crate may have is none.

use super::super::model::{Function, Spot, type_names};
use super::Reader;

/// So many imports are followed, one after the other.
const MAX_IMPORTS: u8 = 8;

/// A name in a module.
struct Item {
    /// The root of the crate.
    root: usize,
    modules: Vec<String>,
    name: String,
}

/// Where a path stands, for what it means.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub file: usize,
    pub at: usize,
}

impl Reader<'_> {
    /// The names of a path, a type without its parameters.
    pub(super) fn names(path: &syn::Path) -> Vec<String> {
        let segments = path.segments.iter();
        segments.map(|segment| segment.ident.to_string()).collect()
    }

    /// The modules that something stands in.
    pub(super) fn modules(&self, place: Place) -> Vec<String> {
        let mut modules = self.files[place.file].module.clone();
        let inner = self.model.modules.iter();
        // Outer ones come first.
        let inner = inner.filter(|(file, span, _)| *file == place.file && span.contains(&place.at));
        modules.extend(inner.map(|(_, _, name)| name.clone()));
        modules
    }

    fn is_module(&self, modules: &[String]) -> bool {
        let mut files = self.files.iter();
        files.any(|file| file.module.starts_with(modules))
            || self.model.modules.iter().any(|(file, span, name)| {
                let place = Place {
                    file: *file,
                    at: span.start,
                };
                modules.last() == Some(name) && self.modules(place) == modules
            })
    }

    /// The root of the package's library, if that is what it is called.
    fn library(&self, name: &str) -> Option<usize> {
        let mut files = 0..self.files.len();
        let file = files.find(|file| self.library_of(*file).as_deref() == Some(name))?;
        Some(self.files[file].root)
    }

    /// What the library is called that a file belongs to: as the directory of the package.
    pub(super) fn library_of(&self, file: usize) -> Option<String> {
        let root = &self.files[self.files[file].root].name;
        let directory = root.strip_suffix("/src/lib.rs")?;
        let name = directory.rsplit('/').next()?;
        Some(name.replace('-', "_"))
    }

    /// What imports there bring a name in.
    pub(super) fn imported(&self, name: &str, place: Place) -> Vec<(&[String], Place)> {
        let modules = self.modules(place);
        let imports = self.model.imports.iter();
        let imports = imports.filter(|import| {
            let stands = Place {
                file: import.file,
                at: import.span.start,
            };
            import.name == name
                && import.path.first().is_some_and(|first| first != name)
                && import.file == place.file
                && self.modules(stands) == modules
        });
        let all = imports.map(|import| {
            let at = import.span.start;
            let file = import.file;
            (&import.path[..], Place { file, at })
        });
        all.collect()
    }

    fn resolved(&self, path: &[String], place: Place, depth: u8) -> Option<Item> {
        if depth > MAX_IMPORTS {
            return None;
        }
        let (first, rest) = path.split_first()?;
        let mut root = self.files[place.file].root;
        let mut modules = self.modules(place);
        let mut rest = rest;
        match first.as_str() {
            "crate" => modules.clear(),
            "self" => {}
            "super" => {
                modules.pop()?;
            }
            name => match &self.imported(name, place)[..] {
                [(imported, at)] => {
                    let whole: Vec<_> = imported.iter().chain(rest).cloned().collect();
                    return self.resolved(&whole, *at, depth + 1);
                }
                [_, _, ..] => return None,
                [] if rest.is_empty() => rest = path,
                [] => {
                    modules.push(name.to_owned());
                    if !self.is_module(&modules) {
                        root = self.library(name)?;
                        modules.clear();
                    }
                }
            },
        }
        while let Some((above, below)) = rest.split_first()
            && above == "super"
        {
            modules.pop()?;
            rest = below;
        }
        let (name, between) = rest.split_last()?;
        modules.extend(between.iter().cloned());
        Some(Item {
            root,
            modules,
            name: name.clone(),
        })
    }

    /// The one item that `all` has there, be it brought in by a `pub use` or a glob.
    fn find(
        &self,
        path: &[String],
        place: Place,
        depth: u8,
        all: &dyn Fn(&str) -> Vec<(usize, Place)>,
    ) -> Option<usize> {
        let item = self.resolved(path, place, depth)?;
        let is_there = |stands: Place| {
            let is_root = self.files[stands.file].root == item.root || !item.modules.is_empty();
            is_root && self.modules(stands) == item.modules
        };
        let mut here = all(&item.name).into_iter();
        let mut here = here.by_ref().filter(|(_, stands)| is_there(*stands));
        if let Some((found, _)) = here.next() {
            return here.next().is_none().then_some(found);
        }
        let imports = self.model.imports.iter().filter(|import| {
            import.name == item.name && import.path.first().is_some_and(|first| *first != item.name)
        });
        let imports = imports.map(|import| {
            let at = import.span.start;
            let file = import.file;
            (import.path.clone(), Place { file, at })
        });
        let globs = self.model.globs.iter().map(|(file, at, path)| {
            let path = path.iter().chain([&item.name]).cloned();
            let (file, at) = (*file, *at);
            (path.collect(), Place { file, at })
        });
        let through = imports.chain(globs).filter(|(_, stands)| is_there(*stands));
        let mut found = through.filter_map(|(path, stands)| {
            (depth < MAX_IMPORTS)
                .then(|| self.find(&path, stands, depth + 1, all))
                .flatten()
        });
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    /// The name of a type of the package.
    pub(super) fn own_type(&self, path: &[String], place: Place, spot: Spot) -> Option<String> {
        if let [name] = path
            && name == "Self"
        {
            return self.model.functions[spot.function?].self_type.clone();
        }
        let all = |name: &str| {
            let items = self.model.items.iter().enumerate();
            let named = items.filter(|(_, (_, item))| item == name);
            let places = named.map(|(index, (file, _))| {
                let (file, at) = (*file, self.model.items_at[index]);
                (index, Place { file, at })
            });
            places.collect()
        };
        let index = self.find(path, place, 0, &all)?;
        let (_, name) = &self.model.items[index];
        (!self.model.is_ambiguous(name)).then(|| name.clone())
    }

    /// A constant of a module, or of a type.
    pub(super) fn constant_of(&self, path: &[String], place: Place, spot: Spot) -> Option<usize> {
        let (name, before) = path.split_last()?;
        let constants = || self.model.constants.iter().enumerate();
        if before.last().is_some_and(|of| is_type(of)) {
            let of = self.own_type(before, place, spot)?;
            let mut of_it = constants().filter(|(_, constant)| {
                constant.name == *name && constant.of.as_ref() == Some(&of)
            });
            let (index, _) = of_it.next()?;
            return of_it.next().is_none().then_some(index);
        }
        let all = |name: &str| {
            let free =
                constants().filter(|(_, constant)| constant.name == name && constant.of.is_none());
            let places = free.map(|(index, constant)| {
                let (file, at) = (constant.spot.file, constant.item.start);
                (index, Place { file, at })
            });
            places.collect()
        };
        self.find(path, place, 0, &all)
    }

    /// A function of a module, or of a type.
    pub(super) fn function_of(&self, path: &[String], place: Place, spot: Spot) -> Option<usize> {
        let (name, before) = path.split_last()?;
        if before.last().is_some_and(|of| is_type(of)) {
            let of = self.own_type(before, place, spot)?;
            return self.method_of(name, &of, false);
        }
        let all = |name: &str| {
            let named = self.model.named(name).iter().copied();
            let free = named.filter(|index| {
                let function = &self.model.functions[*index];
                function.self_type.is_none() && !function.has_self
            });
            let places = free.map(|index| (index, place_of(&self.model.functions[index])));
            places.collect()
        };
        self.find(path, place, 0, &all)
    }

    /// The one function of that name that a type has.
    pub(super) fn method_of(&self, name: &str, of: &str, has_self: bool) -> Option<usize> {
        let mut named = self.model.named(name).iter().copied().filter(|index| {
            let function = &self.model.functions[*index];
            function.has_self == has_self && function.self_type.as_deref() == Some(of)
        });
        let index = named.next()?;
        named.next().is_none().then_some(index)
    }

    /// The type of the package that a function gives, or gives in a `Result`.
    pub(super) fn output_of(&self, function: usize) -> Option<String> {
        let function = &self.model.functions[function];
        let mut output = function.output.as_ref()?;
        while let syn::Type::Path(path) = output
            && let Some(segment) = path.path.segments.last()
            && segment.ident == "Result"
            && let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
            && let Some(syn::GenericArgument::Type(inner)) = arguments.args.first()
        {
            output = inner;
        }
        let path = type_names(output)?;
        if path == ["Self"] {
            return function.self_type.clone();
        }
        let spot = Spot {
            file: function.file,
            function: None,
        };
        self.own_type(&path, place_of(function), spot)
    }

    /// Where an item of that name is, of which there is one.
    pub(super) fn place_of_type(&self, name: &str) -> Option<Place> {
        let index = self.model.items.iter().position(|(_, item)| item == name)?;
        let (file, at) = (self.model.items[index].0, self.model.items_at[index]);
        Some(Place { file, at })
    }
}

pub(super) fn place_of(function: &Function) -> Place {
    Place {
        file: function.file,
        at: function.item.start,
    }
}

/// By the convention for types; `Self` is one.
fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}
