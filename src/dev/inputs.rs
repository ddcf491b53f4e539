//! The files that a build is made of, and the directories in which they are.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::Metadata;
use cargo_metadata::camino::Utf8Path;

use super::globs::Globs;

/// What is in directories of builds, as cargo marks its own.
const CACHE: &str = "CACHEDIR.TAG";

const MANIFEST: &str = "Cargo.toml";

/// Files beside the root of a cargo workspace that decide what is built.
const SHARED: [&str; 4] = [
    MANIFEST,
    "Cargo.lock",
    "rust-toolchain",
    "rust-toolchain.toml",
];

/// Where cargo's settings of a workspace are, below its root.
const SETTINGS: &str = ".cargo";

/// What is built from, and told apart from what is written beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The directories of packages.
    packages: BTreeSet<PathBuf>,
    /// The cargo workspace's.
    root: PathBuf,
    copilot: PathBuf,
    target: PathBuf,
    /// Where more packages may come.
    globs: Globs,
    /// The directories of packages that are there already.
    known: BTreeSet<PathBuf>,
    /// Files wherever they are, which the compiler said that it read.
    files: BTreeSet<PathBuf>,
    /// Directories that build scripts named: all that is below them.
    trees: BTreeSet<PathBuf>,
}

impl Inputs {
    /// Those of the packages in these directories, with the packages of the workspace that they depend on.
    pub fn of<'a>(
        metadata: &Metadata,
        packages: impl IntoIterator<Item = &'a Path>,
        copilot: &Path,
    ) -> Self {
        let mut below: HashMap<&Path, Vec<&Path>> = HashMap::new();
        for package in &metadata.packages {
            if let Some(directory) = package.manifest_path.parent() {
                let paths = package.dependencies.iter();
                let paths = paths.filter_map(|dependency| dependency.path.as_deref());
                let paths = paths.map(Utf8Path::as_std_path).collect();
                below.insert(directory.as_std_path(), paths);
            }
        }
        let root = real(metadata.workspace_root.as_std_path());
        let known = below.keys().map(|directory| real(directory));
        let known: BTreeSet<_> = known.collect();
        let mut found = BTreeSet::new();
        let mut left: Vec<&Path> = packages.into_iter().collect();
        while let Some(directory) = left.pop() {
            if found.insert(real(directory)) {
                left.extend(below.get(directory).into_iter().flatten());
            }
        }
        Self {
            packages: found,
            globs: Globs::of(&root),
            // cargo reads those of all, and they say which run as services.
            files: known.iter().map(|package| package.join(MANIFEST)).collect(),
            known,
            root,
            copilot: real(copilot),
            target: real(metadata.target_directory.as_std_path()),
            trees: BTreeSet::new(),
        }
    }

    /// With the members that the workspace may have now, whether or not cargo can make something of them.
    pub fn read_globs(&mut self) {
        self.globs = Globs::of(&self.root);
    }

    /// With what else the compiler read for an executable, as the file beside that says.
    pub fn add_read(&mut self, executable: &Path) {
        let text = fs::read_to_string(executable.with_extension("d")).unwrap_or_default();
        let files = text.lines().flat_map(prerequisites).map(PathBuf::from);
        let files = files.map(|file| real(&file));
        let others = files.filter(|file| !file.starts_with(&self.target));
        let (trees, files): (Vec<_>, Vec<_>) = others.partition(|file| file.is_dir());
        self.trees.extend(trees);
        self.files.extend(files);
    }

    /// With what was read for a build before, while it is not known what this one reads.
    pub fn keep_read(&mut self, before: &Self) {
        self.files.extend(before.files.iter().cloned());
        self.trees.extend(before.trees.iter().cloned());
    }

    /// Whether that file is known to be read for a build.
    pub fn is_read(&self, file: &Path) -> bool {
        // What else is beside the root does not matter.
        self.files.contains(file) || file.parent() == Some(&self.root)
    }

    /// Whether it is where builds write.
    pub fn is_built(&self, path: &Path) -> bool {
        path.starts_with(&self.target)
    }

    /// The lock of the cargo workspace.
    pub fn lock(&self) -> PathBuf {
        self.root.join("Cargo.lock")
    }

    /// Whether a change there changes what is built or how it runs.
    pub fn matters(&self, path: &Path) -> bool {
        if self.files.contains(path) {
            return true;
        }
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.unwrap_or_default();
        if name.ends_with('~') || path.starts_with(&self.target) {
            return false;
        }
        if let Ok(below) = path.strip_prefix(&self.copilot) {
            return name == ".workspace" || !is_hidden(below);
        }
        if path.parent() == Some(&self.root) && SHARED.contains(&name) {
            return true;
        }
        if let Ok(below) = path.strip_prefix(self.root.join(SETTINGS)) {
            // It may be that the directory came with it.
            return ["", "config.toml", "config"]
                .map(Path::new)
                .contains(&below);
        }
        let is_code = path.extension().is_some_and(|end| end == "rs") || name == MANIFEST;
        path.ancestors().any(|above| {
            let below = path.strip_prefix(above).unwrap_or(path);
            let counts = self.trees.contains(above)
                || self.is_package(above) && (is_code || below.starts_with("src"));
            counts && !is_hidden(below)
        })
    }

    /// Whether what is in that directory is built, or may be once it is a package.
    fn is_package(&self, directory: &Path) -> bool {
        self.packages.contains(directory) || self.is_new(directory)
    }

    fn is_new(&self, directory: &Path) -> bool {
        self.globs.is_member(directory) && !self.known.contains(directory)
    }

    /// Whether a package may be in that directory or below it, once it is one.
    pub fn leads_to_package(&self, directory: &Path) -> bool {
        self.globs.leads_to_member(directory)
    }

    /// All directories in which there may be such a file, with those that may not be there, and those above them, in which
    /// it is seen that they come and go.
    pub fn directories(&self) -> BTreeSet<PathBuf> {
        let mut directories = BTreeSet::from([self.root.clone(), self.root.join(SETTINGS)]);
        let files = self.files.iter().filter_map(|file| file.parent());
        let named = self.packages.iter().chain(&self.trees);
        let named = named.chain([&self.copilot]).map(PathBuf::as_path);
        for directory in files.chain(named).collect::<BTreeSet<_>>() {
            directories.insert(directory.to_owned());
            let mut at = directory;
            while at != self.root
                && let Some(above) = at.parent()
            {
                directories.insert(above.to_owned());
                // What is around the workspace is of interest only as far as there is nothing below.
                if !above.starts_with(&self.root) && at.is_dir() {
                    break;
                }
                at = above;
            }
        }
        // What is another package is a package's own affair, and nothing to a build script.
        let is_other = |directory: &Path| directory.join(MANIFEST).exists();
        let may_be = self
            .globs
            .directories(|directory| self.is_left_out(directory));
        let new = may_be
            .iter()
            .filter(|directory| self.is_new(directory) && is_other(directory));
        let packages = self.packages.iter().chain([&self.copilot]).chain(new);
        self.walk(packages, &mut directories, is_other);
        self.walk(&self.trees, &mut directories, |_| false);
        directories.extend(may_be);
        directories
    }

    /// The files in these directories that are there.
    pub fn files<'a>(
        &self,
        directories: impl IntoIterator<Item = &'a PathBuf>,
    ) -> impl Iterator<Item = PathBuf> {
        let entries = directories.into_iter().flat_map(fs::read_dir).flatten();
        entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            Some(entry.path()).filter(|path| !is_directory && self.matters(path))
        })
    }

    /// Adds directories with all below them from which something may be built.
    fn walk<'a>(
        &self,
        from: impl IntoIterator<Item = &'a PathBuf>,
        found: &mut BTreeSet<PathBuf>,
        is_other: impl Fn(&Path) -> bool,
    ) {
        let mut left: Vec<PathBuf> = from.into_iter().cloned().collect();
        while let Some(directory) = left.pop() {
            let entries = fs::read_dir(&directory).into_iter().flatten().flatten();
            for entry in entries {
                // Links lead to what is elsewhere, or around in a circle.
                let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let path = entry.path();
                if is_directory && !self.is_left_out(&path) && !is_other(&path) {
                    left.push(path);
                }
            }
            found.insert(directory);
        }
    }

    /// Whether nothing is built from what is in that directory: what is hidden, installed or built.
    fn is_left_out(&self, directory: &Path) -> bool {
        let name = directory.file_name().unwrap_or_default();
        is_hidden(Path::new(name))
            || name == "node_modules"
            || directory == self.target
            || directory.join(CACHE).exists()
    }
}

/// Whether the name of the file or of a directory above it begins with a dot.
fn is_hidden(below: &Path) -> bool {
    let mut names = below.iter().filter_map(|name| name.to_str());
    names.any(|name| name.starts_with('.'))
}

/// One spelling for one file.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The files of a rule as `make` has it, in which `\ ` is a blank.
fn prerequisites(line: &str) -> Vec<String> {
    let Some((_, files)) = line.split_once(": ") else {
        return Vec::new();
    };
    let mut all = vec![String::new()];
    let mut characters = files.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, all.last_mut()) {
            (' ', _) => all.push(String::new()),
            ('\\', Some(last)) if characters.peek() == Some(&' ') => {
                last.extend(characters.next());
            }
            (c, Some(last)) => last.push(c),
            (_, None) => {}
        }
    }
    all.retain(|file| !file.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_names_files() {
        let line = "/t/debug/api: /a/src/main.rs /a b/it\\ is.txt";
        assert_eq!(prerequisites(line), ["/a/src/main.rs", "/a", "b/it is.txt"]);
        assert_eq!(prerequisites(""), [""; 0]);
    }

    #[test]
    fn what_is_built_from_is_told_apart_from_what_is_written_beside_it() {
        let inputs = Inputs {
            packages: BTreeSet::from(["/w/api".into(), "/w".into()]),
            root: "/w".into(),
            copilot: "/w/copilot".into(),
            target: "/w/target".into(),
            globs: Globs::default(),
            known: BTreeSet::new(),
            files: BTreeSet::from(["/w/api/migrations/1.sql".into(), "/x/.page".into()]),
            trees: BTreeSet::from(["/w/api/proto".into(), "/w/api/.sqlx".into()]),
        };
        for (path, matters) in [
            ("/w/api/src/main.rs", true),
            ("/w/api/src/page.html", true),
            ("/w/api/src/new", true),
            ("/w/api/tests/calls.rs", true),
            ("/w/api/build.rs", true),
            ("/w/api/Cargo.toml", true),
            ("/w/api/migrations/1.sql", true),
            ("/x/.page", true),
            ("/w/api/proto", true),
            ("/w/api/proto/v1/orders.proto", true),
            ("/w/api/.sqlx/query.json", true),
            ("/w/api/proto/.orders.proto.swp", false),
            ("/w/api/protocol", false),
            ("/w/Cargo.lock", true),
            ("/w/copilot/api/manifest.yml", true),
            ("/w/copilot/.workspace", true),
            ("/w/.cargo", true),
            ("/w/.cargo/config.toml", true),
            ("/w/.cargo/registry/x.rs", false),
            ("/w/api/.cargo/config.toml", false),
            ("/w/api/data.sqlite", false),
            ("/w/api/src/.main.rs.swp", false),
            ("/w/api/src/main.rs~", false),
            ("/w/api/.git/x.rs", false),
            ("/w/target/debug/build/x/out/y.rs", false),
            ("/w/copilot/.api.swp", false),
            ("/w/README.md", false),
            ("/y/src/main.rs", false),
        ] {
            assert_eq!(inputs.matters(Path::new(path)), matters, "{path}");
        }
    }
}
