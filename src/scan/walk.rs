//! From the roots of a package's crates through their modules.
//!
//! ```text
//! walk(&mut found, &workspace.root, &mut unseen);
//! ```

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use service_connect_codegen::text_file;
use service_connect_codegen::{Code, Finding, Place};

use super::declarations::{Declaration, Include, Module, What, declarations};
use super::file::{self, File};
use super::modules::{Candidate, Directory};
use super::package::Found;

/// Reads the sources of a package. Where that cannot be done is added to `unseen`.
pub fn walk(found: &mut Found, root: &Path, unseen: &mut Vec<Finding>) {
    let mut walk = Walk {
        root,
        package: &found.package.directory,
        known: HashMap::new(),
        files: Vec::new(),
        uses_library: found.uses_library,
        clients: None,
        unseen,
    };
    for target in &found.targets {
        walk.enter(
            &Source {
                candidate: Candidate {
                    file: target.file.clone(),
                    directory: Directory::of_root(&target.file),
                },
                module: Vec::new(),
                is_test: target.is_test,
                is_expression: false,
                root: None,
            },
            &mut Vec::new(),
            None,
        );
    }
    found.package.files = walk.files;
    found.package.clients = walk.clients;
}

struct Walk<'a> {
    /// The directory that holds `copilot/`.
    root: &'a Path,
    /// The package's.
    package: &'a Path,
    /// The files that were read, and where they are in `files`, if they could be.
    known: HashMap<PathBuf, Option<usize>>,
    files: Vec<File>,
    uses_library: bool,
    clients: Option<Vec<String>>,
    unseen: &'a mut Vec<Finding>,
}

/// A file that is to be read.
struct Source {
    candidate: Candidate,
    module: Vec<String>,
    is_test: bool,
    is_expression: bool,
    /// The index of its crate's root; `None` for a root.
    root: Option<usize>,
}

impl Walk<'_> {
    /// Reads a file and those of its modules; `above` are the files that lead to it, `from` where the last one names it.
    fn enter(&mut self, source: &Source, above: &mut Vec<PathBuf>, from: Option<&Place>) {
        let path = &source.candidate.file;
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        if above.contains(&path) {
            let shown = text_file::relative(&path, self.root);
            return self.not_seen(from, format!("it leads back to `{shown}`"));
        }
        if let Some(known) = self.known.get(&path) {
            // What a build has too is no part of tests alone.
            if let Some(file) = known.and_then(|index| self.files.get_mut(index)) {
                file.is_test &= source.is_test;
            }
            return;
        }
        let name: Arc<str> = text_file::relative(&path, self.root).into();
        let index = self.read(&name, &path, source);
        self.known.insert(path.clone(), index);
        let Some(index) = index else {
            return;
        };
        let declarations = declarations(&self.files[index].syntax, &source.candidate.directory);
        above.push(path);
        for declaration in declarations {
            self.follow(&declaration, index, above);
        }
        above.pop();
    }

    /// The file as one of the package's.
    fn read(&mut self, name: &Arc<str>, path: &Path, source: &Source) -> Option<usize> {
        let text = match text_file::read(path, name) {
            Ok(Some(text)) => text,
            Ok(None) => {
                self.not_seen(Some(&Place::file(name.clone())), "there is no such file");
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
        let parsed = file::parse(&text).or_else(|refused| {
            if source.is_expression {
                file::parse_expression(&text)
            } else {
                Err(refused)
            }
        });
        let syntax = match parsed {
            Ok(syntax) => syntax,
            Err(refused) => {
                let place = file::place(name, &text, refused.bytes);
                self.not_seen(Some(&place), format!("it does not parse: {}", refused.why));
                return None;
            }
        };
        let index = self.files.len();
        self.files.push(File {
            name: name.clone(),
            path: path.to_owned(),
            text,
            syntax,
            is_test: source.is_test,
            module: source.module.clone(),
            root: source.root.unwrap_or(index),
        });
        Some(index)
    }

    fn follow(&mut self, declaration: &Declaration, index: usize, above: &mut Vec<PathBuf>) {
        let file = &self.files[index];
        let place = file.place_of(declaration.bytes.clone());
        let inside = file.module.iter().chain(&declaration.inside).cloned();
        let mut inside: Vec<_> = inside.collect();
        let mut is_expression = false;
        let candidates = match &declaration.what {
            What::Clients if self.uses_library => {
                self.clients.get_or_insert(inside);
                return;
            }
            What::Clients => return,
            What::Module(module) => {
                inside.push(module.name.clone());
                self.files_of(module, &place)
            }
            What::Include(included) => {
                is_expression = included.is_expression;
                self.included(included, &file.path.clone(), &place)
            }
        };
        let file = &self.files[index];
        let (is_test, root) = (file.is_test || declaration.is_test, file.root);
        for candidate in candidates {
            let source = Source {
                candidate,
                module: inside.clone(),
                is_test,
                is_expression,
                root: Some(root),
            };
            self.enter(&source, above, Some(&place));
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
        if paths.conditional {
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
    fn included(&mut self, included: &Include, from: &Path, place: &Place) -> Vec<Candidate> {
        let Some(path) = included.path.resolve(self.package) else {
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
        let message = format!("Rust that was not looked at: {}", why.into());
        let finding = Finding::note(Code::UnseenSource, message);
        let finding = place.map_or(finding.clone(), |place| finding.at(place));
        // Two packages may have one file.
        if !self.unseen.contains(&finding) {
            self.unseen.push(finding);
        }
    }
}
