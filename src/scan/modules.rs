//! Where the file of a module is, as the compiler looks for it.
//!
//! ```text
//! let place = Directory::of_root(Path::new("src/main.rs"));
//! place.candidates("api")         // src/api.rs, src/api/mod.rs
//! ```

use std::path::{Path, PathBuf};

use syn::LitStr;

/// Where the modules of a file or of a module in braces are looked for.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    /// The name of the file that has no directory of its own: the modules of `api.rs` are in `api/`.
    below: Option<String>,
}

/// A file that may be that of a module.
pub struct Candidate {
    pub file: PathBuf,
    /// Where the modules in it are.
    pub directory: Directory,
}

impl Directory {
    /// That of a crate's root, a `mod.rs`, a file that `#[path]` or `include!` names.
    pub fn of_root(file: &Path) -> Self {
        Self {
            path: file.parent().unwrap_or(file).to_owned(),
            below: None,
        }
    }

    /// The two files that the compiler looks for.
    pub fn candidates(&self, module: &str) -> [Candidate; 2] {
        let directory = self.own();
        let inner = directory.join(module).join("mod.rs");
        [
            Candidate {
                file: directory.join(format!("{module}.rs")),
                directory: Self {
                    path: directory,
                    below: Some(module.to_owned()),
                },
            },
            Candidate {
                directory: Self::of_root(&inner),
                file: inner,
            },
        ]
    }

    /// What `#[path = "…"]` names.
    pub fn named(&self, path: &str) -> Candidate {
        let file = self.path.join(path);
        Candidate {
            directory: Self::of_root(&file),
            file,
        }
    }

    /// That of the module in braces, which `#[path]` may name.
    pub fn inside(&self, module: &str, paths: &Paths) -> Self {
        let path = match paths.named.first() {
            Some(path) => self.path.join(path),
            None => self.own().join(module),
        };
        Self { path, below: None }
    }

    fn own(&self) -> PathBuf {
        match &self.below {
            Some(name) => self.path.join(name),
            None => self.path.clone(),
        }
    }
}

/// The paths that the attributes of a module name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// Those that are written out.
    pub named: Vec<String>,
    /// One of them counts in every build.
    pub always: bool,
    /// There is one that is not written out.
    pub unknown: bool,
}

impl Paths {
    /// Adds a path, if it is a literal.
    pub fn add(&mut self, path: Option<LitStr>, always: bool) {
        self.always |= always;
        match path {
            Some(path) => self.named.push(path.value()),
            None => self.unknown = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Directory, Paths};
    use crate::scan::conditions::{Attribute, Conditions};

    fn files(directory: &Directory, module: &str) -> [PathBuf; 2] {
        directory.candidates(module).map(|candidate| candidate.file)
    }

    #[test]
    fn a_module_is_looked_for_as_the_compiler_does() {
        let both = |one: &str, other: &str| [one, other].map(PathBuf::from);
        let root = Directory::of_root(Path::new("src/main.rs"));
        assert_eq!(files(&root, "a"), both("src/a.rs", "src/a/mod.rs"));

        let [flat, nested] = root.candidates("a").map(|candidate| candidate.directory);
        for directory in [&flat, &nested] {
            assert_eq!(files(directory, "b"), both("src/a/b.rs", "src/a/b/mod.rs"));
            let inline = directory.inside("in", &Paths::default());
            assert_eq!(
                files(&inline, "b"),
                both("src/a/in/b.rs", "src/a/in/b/mod.rs")
            );
        }
        // The directory is that of the file which says it, whatever that is called.
        assert_eq!(flat.named("x.rs").file, Path::new("src/x.rs"));
        assert_eq!(nested.named("x.rs").file, Path::new("src/a/x.rs"));
        let named = root.named("other/x.rs").directory;
        assert_eq!(
            files(&named, "b"),
            both("src/other/b.rs", "src/other/b/mod.rs")
        );
    }

    type Attributes = &'static [(&'static str, &'static str, &'static str)];

    #[test]
    fn attributes_name_paths() {
        let paths = |named: &[&str], always, unknown| Paths {
            named: named.iter().map(|path| (*path).to_owned()).collect(),
            always,
            unknown,
        };
        let table: [(Attributes, Paths); 6] = [
            (&[], paths(&[], false, false)),
            (&[("path", "", "\"a.rs\"")], paths(&["a.rs"], true, false)),
            (
                &[
                    ("cfg_attr", "unix, path = \"a.rs\"", ""),
                    ("cfg_attr", "not(unix), allow(unused), path = \"b.rs\"", ""),
                ],
                paths(&["a.rs", "b.rs"], false, false),
            ),
            (
                &[("cfg_attr", "true, path = \"a.rs\"", "")],
                paths(&["a.rs"], false, false),
            ),
            (
                &[("path", "", "concat!(\"a\", \".rs\")")],
                paths(&[], true, true),
            ),
            (&[("doc", "", "\"a.rs\"")], paths(&[], false, false)),
        ];
        for (attributes, expected) in table {
            let mut conditions = Conditions::default();
            for (name, arguments, value) in attributes {
                conditions.add(&Attribute {
                    name,
                    arguments,
                    value,
                });
            }
            assert_eq!(conditions.paths, expected, "{attributes:?}");
        }
    }
}
