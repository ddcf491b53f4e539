//! From the roots of a package's crates through their modules.
//!
//! ```text
//! let walked = walk(&roots, &workspace.root);
//! ```

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use service_connect_codegen::text_file;
use service_connect_codegen::{Code, Finding, Place};

use super::file::place;
use super::lex::{Refused, tokens};
use super::modules::{Candidate, Directory};
use super::package::Roots;
use super::read::read;
use super::source::{Declaration, Included, Module, Scope, Source, What};

/// How many files may lead to one, as the compiler's limit of recursion: one is read within the other.
const MAX_ABOVE: usize = 128;

/// The sources of a package, and where they cannot be read.
#[derive(Default)]
pub struct Walked {
    pub files: Vec<Read>,
    pub unseen: Vec<Finding>,
}

/// A source that was read.
pub struct Read {
    pub name: Arc<str>,
    pub path: PathBuf,
    pub text: Arc<str>,
    pub is_test: bool,
    /// The modules that lead to it from the root of its crate.
    pub module: Vec<String>,
    /// The index of that root among the package's files.
    pub root: usize,
    pub source: Source,
    /// It is the root of the package's library.
    pub is_library: bool,
}

impl Read {
    /// Where these bytes are.
    pub fn place(&self, bytes: Range<usize>) -> Place {
        place(&self.name, &self.text, bytes)
    }
}

/// Reads the sources of a package; `root` is the directory that holds `copilot/`.
pub fn walk(roots: &Roots, root: &Path) -> Walked {
    let mut walk = Walk {
        root,
        package: &roots.directory,
        known: HashMap::new(),
        walked: Walked::default(),
    };
    for target in &roots.targets {
        let start = Start {
            candidate: Candidate {
                file: target.file.clone(),
                directory: Directory::of_root(&target.file),
            },
            module: Vec::new(),
            is_test: target.is_test,
            root: None,
            is_library: target.is_library,
        };
        walk.enter(&start, &mut Vec::new(), None);
    }
    without_own(&mut walk.walked.files);
    walk.walked
}

/// A `clients!()` that the package defines itself makes no stubs.
fn without_own(files: &mut [Read]) {
    let is_own = |name: &String| name == "clients";
    if !files
        .iter()
        .any(|file| file.source.macros.iter().any(is_own))
    {
        return;
    }
    for Source { scopes, calls, .. } in files.iter_mut().map(|file| &mut file.source) {
        let is_used = |scope: &Scope| scope.uses.iter().any(|(name, _)| is_own(name));
        if scopes.iter().any(is_used) {
            continue;
        }
        for call in calls.iter().filter(|call| call.path == ["clients"]) {
            scopes[call.scope].clients = false;
        }
    }
}

struct Walk<'a> {
    root: &'a Path,
    /// The package's directory.
    package: &'a Path,
    /// The files that were read, and where they are, if they could be.
    known: HashMap<PathBuf, Option<usize>>,
    walked: Walked,
}

/// A file that is to be read.
struct Start {
    candidate: Candidate,
    module: Vec<String>,
    is_test: bool,
    /// `None` for a root.
    root: Option<usize>,
    /// As a root, of the package's library.
    is_library: bool,
}

impl Walk<'_> {
    /// Reads a file and those of its modules; `above` are the files that lead to it, `from` where the last one names it.
    fn enter(&mut self, start: &Start, above: &mut Vec<PathBuf>, from: Option<&Place>) {
        let path = plain(&start.candidate.file);
        if above.contains(&path) {
            let shown = text_file::relative(&path, self.root);
            return self.not_seen(from, format!("it leads back to `{shown}`"));
        }
        if let Some(known) = self.known.get(&path) {
            // What a build has too is no part of tests alone.
            if let Some(file) = known.and_then(|index| self.walked.files.get_mut(index)) {
                file.is_test &= start.is_test;
            }
            return;
        }
        if above.len() >= MAX_ABOVE {
            return self.not_seen(from, format!("more than {MAX_ABOVE} files lead to it"));
        }
        let index = self.read(&path, start);
        self.known.insert(path.clone(), index);
        let Some(index) = index else {
            return;
        };
        let declarations = std::mem::take(&mut self.walked.files[index].source.declarations);
        above.push(path);
        for declaration in &declarations {
            self.follow(declaration, index, above);
        }
        above.pop();
    }

    /// The file as one of the package's.
    fn read(&mut self, path: &Path, start: &Start) -> Option<usize> {
        let name: Arc<str> = text_file::relative(path, self.root).into();
        let text: Arc<str> = match text_file::read(path, &name) {
            Ok(Some(text)) => text.into(),
            Ok(None) => {
                self.not_seen(Some(&Place::file(name)), "there is no such file");
                return None;
            }
            Err(finding) => {
                let why = finding.message;
                let why = why
                    .split_once("cannot be read: ")
                    .map_or(&*why, |(_, why)| why);
                self.not_seen(finding.place.as_ref(), why);
                return None;
            }
        };
        let source = match tokens(&text) {
            Ok(tokens) => read(&text, &tokens, start.candidate.directory.clone()),
            Err(refused) => {
                self.walked.unseen.push(unparsed(&name, &text, &refused));
                return None;
            }
        };
        let files = &mut self.walked.files;
        let index = files.len();
        files.push(Read {
            name,
            path: path.to_owned(),
            text,
            is_test: start.is_test,
            module: start.module.clone(),
            root: start.root.unwrap_or(index),
            source,
            is_library: start.root.is_none() && start.is_library,
        });
        Some(index)
    }

    fn follow(&mut self, declaration: &Declaration, index: usize, above: &mut Vec<PathBuf>) {
        let file = &self.walked.files[index];
        let place = file.place(declaration.bytes.clone());
        let inside = file.module.iter().chain(&declaration.inside).cloned();
        let mut inside: Vec<_> = inside.collect();
        let candidates = match &declaration.what {
            What::Module(module) => {
                inside.push(module.name.clone());
                self.files_of(module, &place)
            }
            What::Include(included) => self.included(included, &file.path.clone(), &place),
        };
        let file = &self.walked.files[index];
        let (is_test, root) = (file.is_test || declaration.is_test, file.root);
        for candidate in candidates {
            let start = Start {
                candidate,
                module: inside.clone(),
                is_test,
                root: Some(root),
                is_library: false,
            };
            self.enter(&start, above, Some(&place));
        }
    }

    /// The files of a module: several where it depends on a condition.
    fn files_of(&mut self, module: &Module, place: &Place) -> Vec<Candidate> {
        let Module {
            name,
            paths,
            directory,
            ..
        } = module;
        let named = paths.named.iter().map(|path| directory.named(path));
        let (mut files, missing): (Vec<_>, Vec<_>) =
            named.partition(|candidate| candidate.file.is_file());
        let mut missing: Vec<_> = missing
            .into_iter()
            .map(|candidate| candidate.file)
            .collect();
        if !paths.always {
            let candidates = directory.candidates(name);
            let names = candidates
                .each_ref()
                .map(|candidate| candidate.file.clone());
            let mut candidates = candidates.into_iter();
            match candidates.find(|candidate| candidate.file.is_file()) {
                Some(candidate) => files.push(candidate),
                // Something else has to be there.
                None if paths.named.is_empty() && !paths.unknown && module.is_sure => {
                    missing.extend(names);
                }
                None => {}
            }
        }
        if paths.unknown {
            self.not_seen(
                Some(place),
                format!("the path of `{name}` is not written out"),
            );
        }
        if !missing.is_empty() {
            let shown = missing
                .iter()
                .map(|file| format!("`{}`", text_file::relative(file, self.root)));
            let shown = shown.collect::<Vec<_>>().join(" or ");
            self.not_seen(Some(place), format!("there is no {shown}"));
        }
        files
    }

    /// What is included in the file `from`.
    fn included(&mut self, included: &Included, from: &Path, place: &Place) -> Vec<Candidate> {
        let Some(path) = included.resolve(self.package) else {
            self.not_seen(
                Some(place),
                "the path of what is included is not written out",
            );
            return Vec::new();
        };
        let file = from.parent().unwrap_or(from).join(path);
        if !file.is_file() {
            let shown = text_file::relative(&file, self.root);
            self.not_seen(Some(place), format!("there is no `{shown}`"));
            return Vec::new();
        }
        let directory = Directory::of_root(&file);
        vec![Candidate { file, directory }]
    }

    fn not_seen(&mut self, place: Option<&Place>, why: impl Into<String>) {
        let finding = unseen(place, &why.into());
        if !self.walked.unseen.contains(&finding) {
            self.walked.unseen.push(finding);
        }
    }
}

/// Why something was not looked at.
pub fn unseen(place: Option<&Place>, why: &str) -> Finding {
    let finding = Finding::note(
        Code::UnseenSource,
        format!("Rust that was not looked at: {why}"),
    );
    match place {
        Some(place) => finding.at(place),
        None => finding,
    }
}

/// The same of what does not parse.
pub fn unparsed(name: &Arc<str>, text: &str, refused: &Refused) -> Finding {
    let place = place(name, text, refused.bytes.clone());
    unseen(Some(&place), &format!("it does not parse: {}", refused.why))
}

/// One spelling for one file, whatever dots lead to it.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}
