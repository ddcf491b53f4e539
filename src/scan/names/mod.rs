//! What a path means: which stub of `clients!()`, if it is one.
//!
//! ```text
//! use services::Api as Backend;      // … Backend::get("/") is `get` of the stub of `api`
//! ```
//!
//! Names are followed through modules, `use`, globs, aliases of types and the other crates of the workspace. What a macro
//! makes is not known here.

mod absent;
mod macros;

use std::cell::RefCell;
use std::collections::HashMap;

use super::source::Scope;
use super::walk::Read;

/// How many names may stand for one another: some stand for themselves.
const MAX_STEPS: usize = 24;

/// The names of a workspace.
pub struct Names<'a> {
    packages: Vec<Crates<'a>>,
    /// The services' indices by the names of their types.
    stubs: HashMap<String, usize>,
    /// What the path that is followed met, so that no scope is asked for a name twice; `None` also while it is asked.
    met: RefCell<HashMap<(Asked, At, String), Option<Entity>>>,
}

/// What a scope is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Asked {
    Declared,
    InGlobs,
}

/// The names of one package.
struct Crates<'a> {
    files: &'a [Read],
    /// The package can have stubs.
    uses_library: bool,
    /// The scopes of each module, by the index of the crate's root and the way from there.
    modules: HashMap<(usize, String), Vec<At>>,
    /// The roots of the libraries that it can name.
    libraries: HashMap<String, (usize, usize)>,
}

/// What is known of a package.
pub struct Known<'a> {
    pub files: &'a [Read],
    pub uses_library: bool,
    /// The libraries of the workspace by the names that they have here, and the indices of their packages.
    pub libraries: Vec<(String, usize)>,
}

/// A scope of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At {
    pub package: usize,
    pub file: usize,
    pub scope: usize,
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entity {
    Module {
        package: usize,
        root: usize,
        path: Vec<String>,
    },
    Stub(Stub),
    Other,
}

/// The type of a service, in the package in which `clients!()` stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stub {
    pub package: usize,
    pub service: usize,
}

impl<'a> Names<'a> {
    /// Those of these packages; `types` are the names of the services' types.
    pub fn of(packages: &[Known<'a>], types: Vec<String>) -> Self {
        let roots: Vec<_> = packages
            .iter()
            .map(|package| package.files.iter().position(|file| file.is_library))
            .collect();
        let crates = packages.iter().enumerate().map(|(index, package)| {
            let libraries = package.libraries.iter().filter_map(|(name, library)| {
                let root = roots.get(*library).copied().flatten()?;
                Some((name.clone(), (*library, root)))
            });
            Crates {
                files: package.files,
                uses_library: package.uses_library,
                modules: modules(index, package.files),
                libraries: libraries.collect(),
            }
        });
        Self {
            packages: crates.collect(),
            stubs: types
                .into_iter()
                .enumerate()
                .map(|(index, name)| (name, index))
                .collect(),
            met: RefCell::default(),
        }
    }

    /// The stub that a path leads to.
    pub fn stub(&self, at: At, path: &[String]) -> Option<Stub> {
        self.met.borrow_mut().clear();
        match self.resolve(at, path, MAX_STEPS)? {
            Entity::Stub(stub) => Some(stub),
            _ => None,
        }
    }

    /// The scopes of a module: it may stand in several files, or parts of one.
    fn scopes(&self, of: &Entity) -> Option<&[At]> {
        let Entity::Module {
            package,
            root,
            path,
        } = of
        else {
            return None;
        };
        let modules = &self.packages.get(*package)?.modules;
        modules.get(&(*root, path.join("::"))).map(Vec::as_slice)
    }

    fn scope(&self, at: At) -> &'a Scope {
        &self.packages[at.package].files[at.file].source.scopes[at.scope]
    }

    /// The module that a scope is in.
    fn module(&self, at: At) -> Entity {
        let file = &self.packages[at.package].files[at.file];
        let scope = &file.source.scopes[at.scope];
        Entity::Module {
            package: at.package,
            root: file.root,
            path: file.module.iter().chain(&scope.module).cloned().collect(),
        }
    }

    fn resolve(&self, at: At, path: &[String], steps: usize) -> Option<Entity> {
        let steps = steps.checked_sub(1)?;
        let (first, mut rest) = path.split_first()?;
        let mut entity = match first.as_str() {
            "crate" | "self" | "super" => self.module(at),
            _ => self.lookup(at, first, steps)?,
        };
        if let Entity::Module { path, .. } = &mut entity {
            match first.as_str() {
                "crate" => path.clear(),
                "super" => drop(path.pop()),
                _ => {}
            }
            while let Some((word, after)) = rest.split_first()
                && word == "super"
            {
                path.pop();
                rest = after;
            }
        }
        for name in rest {
            entity = self.member(&entity, name, steps)?;
        }
        Some(entity)
    }

    /// A name as it is known in a scope.
    fn lookup(&self, at: At, name: &str, steps: usize) -> Option<Entity> {
        let steps = steps.checked_sub(1)?;
        let scope = self.scope(at);
        let Some(around) = scope.around else {
            let module = self.module(at);
            return self
                .member(&module, name, steps)
                .or_else(|| self.library(at.package, name));
        };
        let found = self.declared(at, name, steps);
        found
            .or_else(|| self.in_globs(at, name, steps))
            .or_else(|| {
                let around = At {
                    scope: around,
                    ..at
                };
                self.lookup(around, name, steps)
            })
    }

    /// What has that name in a module.
    fn member(&self, of: &Entity, name: &str, steps: usize) -> Option<Entity> {
        let steps = steps.checked_sub(1)?;
        let scopes = self.scopes(of)?;
        // What is written out wins over what a glob brings in.
        let mut declared = scopes.iter().map(|at| self.declared(*at, name, steps));
        declared.find_map(|found| found).or_else(|| {
            let mut in_globs = scopes.iter().map(|at| self.in_globs(*at, name, steps));
            in_globs.find_map(|found| found)
        })
    }

    /// Globs that bring in one another lead to the same scopes on many ways.
    fn once(
        &self,
        asked: Asked,
        at: At,
        name: &str,
        find: impl FnOnce() -> Option<Entity>,
    ) -> Option<Entity> {
        let key = (asked, at, name.to_owned());
        if let Some(known) = self.met.borrow().get(&key) {
            return known.clone();
        }
        self.met.borrow_mut().insert(key.clone(), None);
        let found = find();
        self.met.borrow_mut().insert(key, found.clone());
        found
    }

    fn declared(&self, at: At, name: &str, steps: usize) -> Option<Entity> {
        self.once(Asked::Declared, at, name, || {
            self.find_declared(at, name, steps)
        })
    }

    fn find_declared(&self, at: At, name: &str, steps: usize) -> Option<Entity> {
        let scope = self.scope(at);
        if let Some((_, alias)) = scope.items.iter().find(|(item, _)| item == name) {
            let meant = alias
                .as_ref()
                .and_then(|path| self.resolve(at, path, steps));
            return Some(meant.unwrap_or(Entity::Other));
        }
        if scope.modules.iter().any(|module| module == name) {
            let mut module = self.module(at);
            if let Entity::Module { path, .. } = &mut module {
                path.push(name.to_owned());
            }
            return Some(module);
        }
        let mut uses = scope.uses.iter().filter(|(local, _)| local == name);
        let (_, path) = uses.next()?;
        // A crate of the same name as what is brought in of it is no circle.
        let meant = if path.first().is_some_and(|first| first == name) && path.len() == 1 {
            self.library(at.package, name)
        } else {
            self.resolve(at, path, steps)
        };
        Some(meant.unwrap_or(Entity::Other))
    }

    fn in_globs(&self, at: At, name: &str, steps: usize) -> Option<Entity> {
        self.once(Asked::InGlobs, at, name, || {
            self.find_in_globs(at, name, steps)
        })
    }

    fn find_in_globs(&self, at: At, name: &str, steps: usize) -> Option<Entity> {
        let scope = self.scope(at);
        if scope.clients
            && self.packages[at.package].uses_library
            && let Some(service) = self.stubs.get(name)
        {
            return Some(Entity::Stub(Stub {
                package: at.package,
                service: *service,
            }));
        }
        scope.globs.iter().find_map(|path| {
            let of = if path.is_empty() {
                return None;
            } else {
                self.resolve(at, path, steps)?
            };
            self.member(&of, name, steps)
        })
    }

    fn library(&self, package: usize, name: &str) -> Option<Entity> {
        let (package, root) = *self.packages[package].libraries.get(name)?;
        Some(Entity::Module {
            package,
            root,
            path: Vec::new(),
        })
    }
}

fn modules(package: usize, files: &[Read]) -> HashMap<(usize, String), Vec<At>> {
    let mut modules: HashMap<_, Vec<_>> = HashMap::new();
    for (index, file) in files.iter().enumerate() {
        for (scope, known) in file.source.scopes.iter().enumerate() {
            if known.around.is_some() {
                continue;
            }
            let path: Vec<_> = file
                .module
                .iter()
                .chain(&known.module)
                .map(String::as_str)
                .collect();
            let at = At {
                package,
                file: index,
                scope,
            };
            modules
                .entry((file.root, path.join("::")))
                .or_default()
                .push(at);
        }
    }
    modules
}
