//! What the type of a service is called where a URL stands.

use std::collections::HashMap;

use service_connect_codegen::{Application, DuplicateNames, Service, type_names};

use super::propose::{Proposer, Why};
use crate::scan::urls::HandBuilt;

/// What is known of the types of all services.
pub struct Types {
    names: HashMap<String, String>,
    pub duplicates: DuplicateNames,
}

impl Types {
    /// Those of an application.
    pub fn of_all(application: &Application) -> Self {
        let names = || {
            application
                .services
                .iter()
                .map(|service| service.name.as_str())
        };
        let types = names().zip(type_names(names()));
        let names_of = types.map(|(name, of)| (name.to_owned(), of));
        Self {
            names: names_of.collect(),
            duplicates: DuplicateNames::find(application),
        }
    }

    fn of(&self, service: &Service) -> String {
        self.names.get(&service.name).cloned().unwrap_or_default()
    }
}

/// The first of the modules that a library does not show to others, as far as the text of its root tells.
fn private<'m>(root: &str, modules: &'m [String]) -> Option<&'m str> {
    let (first, inner) = modules.split_first()?;
    let words: Vec<_> = root
        .split_whitespace()
        .flat_map(|word| word.split_inclusive([';', '{']))
        .map(|word| word.trim_end_matches([';', '{']))
        .collect();
    let is_public = words.windows(3).any(|words| words == ["pub", "mod", first]);
    if is_public {
        inner.first().map(String::as_str)
    } else {
        Some(first)
    }
}

impl Proposer<'_> {
    /// What to call the stub of a service where the URL stands.
    pub(super) fn stub(&self, service: &Service, url: &HandBuilt) -> Why<String> {
        let name = self.types.of(service);
        let model = &self.urls.model;
        let file = &self.urls.files[url.spot.file];
        let import = model
            .imports
            .iter()
            .find(|import| import.file == url.spot.file && import.name == name);
        match import {
            Some(import)
                if import.path.len() > 1
                    && matches!(import.path[0].as_str(), "crate" | "self" | "super") =>
            {
                return Ok(name);
            }
            Some(import) => {
                return Err(format!(
                    "`{name}` is `{}` here, and would be the type of the service too: import that by another name",
                    import.path.join("::")
                ));
            }
            None => {}
        }
        let home = self.home;
        let modules = self.package.clients.clone().unwrap_or_default();
        let here = self.module(url);
        let root = home.map_or(file.root, |home| home.root);
        let is_home = |index: usize| {
            let file = &self.urls.files[index];
            file.root == root && file.module == modules
        };
        let mut items = model.items.iter();
        let mut imports = model.imports.iter();
        if items.any(|(file, item)| *item == name && is_home(*file))
            || imports.any(|import| import.name == name && is_home(import.file))
        {
            return Err(format!(
                "there is a `{name}` already where `clients!()` stands or will stand, and it would win: write \
                 `mod services {{ service_connect::clients!(); }}` there, and run this again"
            ));
        }
        match home {
            Some(home) if home.root != file.root => {
                let root = &self.urls.files[home.root];
                if !root.path.ends_with("lib.rs") {
                    return Err("`clients!()` stands in another crate of this package: move it to the library".to_owned());
                }
                if let Some(private) = private(&root.text, &modules) {
                    return Err(format!(
                        "`clients!()` stands in `mod {private}` of the library, which is not known to be public: write \
                         `pub mod {private}` in `{}`, or move it there",
                        root.name
                    ));
                }
                let library = self.package.library.clone();
                Ok([vec![library], modules, vec![name]].concat().join("::"))
            }
            _ if here == modules => Ok(name),
            _ => Ok([vec!["crate".to_owned()], modules, vec![name]]
                .concat()
                .join("::")),
        }
    }

    /// The module that a URL stands in.
    pub(super) fn module(&self, url: &HandBuilt) -> Vec<String> {
        let mut path = self.urls.files[url.spot.file].module.clone();
        let modules = self.urls.model.modules.iter();
        let around = modules
            .filter(|(file, range, _)| *file == url.spot.file && range.contains(&url.span.start));
        path.extend(around.map(|(_, _, name)| name.clone()));
        path
    }
}

#[cfg(test)]
mod tests {
    use super::private;

    #[test]
    fn a_module_of_a_library_is_public_where_its_root_says_so() {
        let modules = ["services".to_owned(), "inner".to_owned()];
        for (root, path, expected) in [
            ("", 0, None),
            ("pub mod services;", 1, None),
            ("use a::b;\npub mod services{}", 1, None),
            ("mod services {", 1, Some("services")),
            ("pub(crate) mod services;", 1, Some("services")),
            ("pub mod services;", 2, Some("inner")),
        ] {
            assert_eq!(private(root, &modules[..path]), expected, "{root}");
        }
    }
}
