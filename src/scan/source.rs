//! What a source says, without the rest of its grammar: modules, what it includes, the names that stand in its scopes,
//! attributes, and paths that may be functions of stubs.
//!
//! ```text
//! source.scopes[0].uses       // [("Api", ["services", "Api"])]
//! ```

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::modules::{Directory, Paths};

/// What was found in one file.
#[derive(Debug, Default)]
pub struct Source {
    /// The first is that of the file.
    pub scopes: Vec<Scope>,
    pub declarations: Vec<Declaration>,
    pub attributes: Vec<Marked>,
    pub paths: Vec<Named>,
    pub calls: Vec<Call>,
    /// The names of all generic parameters.
    pub generics: Vec<String>,
    /// What `macro_rules!` defines.
    pub macros: Vec<String>,
}

/// What names mean in a module, or between braces that have items of their own.
#[derive(Debug, Default)]
pub struct Scope {
    /// The one around it, whose names are known in here; `None` for a module.
    pub around: Option<usize>,
    /// The modules that lead to it from the root of the file.
    pub module: Vec<String>,
    /// The names of items that are no modules; of a type that is another name, what it stands for.
    pub items: Vec<(String, Option<Vec<String>>)>,
    /// The modules that it declares.
    pub modules: Vec<String>,
    /// Names, and the paths that are brought in under them.
    pub uses: Vec<(String, Vec<String>)>,
    /// The paths all of whose names are brought in.
    pub globs: Vec<Vec<String>>,
    /// A macro stands among its items, and may make any.
    pub is_open: bool,
    /// `clients!()` stands in it.
    pub clients: bool,
}

/// Something of another file.
#[derive(Debug)]
pub struct Declaration {
    pub what: What,
    /// The modules in braces that it stands in.
    pub inside: Vec<String>,
    pub is_test: bool,
    pub bytes: Range<usize>,
}

#[derive(Debug)]
pub enum What {
    Module(Module),
    Include(Included),
}

/// `mod name;`
#[derive(Debug)]
pub struct Module {
    pub name: String,
    pub paths: Paths,
    pub directory: Directory,
    /// It does not stand in the tokens of a macro, which may make anything of it.
    pub is_sure: bool,
}

/// What `include!` is given.
#[derive(Debug, PartialEq, Eq)]
pub enum Included {
    /// A path from the file.
    File(String),
    /// A path from the package's directory.
    Package(String),
    /// The build script wrote it, or a macro makes it up.
    Unknown,
}

impl Included {
    /// The path, from the file or from the root of the file system.
    pub fn resolve(&self, package: &Path) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(PathBuf::from(path)),
            Self::Package(path) => Some(package.join(path.trim_start_matches('/'))),
            Self::Unknown => None,
        }
    }
}

/// An attribute with arguments that may be ours, and the item below it.
#[derive(Debug)]
pub struct Marked {
    pub path: Vec<String>,
    pub scope: usize,
    pub is_test: bool,
    /// `#[…]`, or what stands for that in a `cfg_attr`.
    pub bytes: Range<usize>,
    /// What stands in the parentheses, if there are any.
    pub arguments: Range<usize>,
    /// The item, with all of its attributes.
    pub item: Range<usize>,
}

/// A path that may be that of a stub's function.
#[derive(Debug)]
pub struct Named {
    pub path: Vec<String>,
    pub scope: usize,
    pub is_test: bool,
    /// It is all of a path, and not in the tokens of a macro.
    pub is_sure: bool,
    pub bytes: Range<usize>,
}

/// A call that may be one of our macros that take nothing.
#[derive(Debug)]
pub struct Call {
    pub path: Vec<String>,
    pub scope: usize,
    pub is_test: bool,
    pub bytes: Range<usize>,
    pub arguments: Range<usize>,
}
