//! Directories and files below the root of a workspace, whatever state they are in.

use std::fs;
use std::io::Read;
use std::sync::Arc;

use crate::code::Code;
use crate::finding::Finding;
use crate::manifest::{self, Manifest};
use crate::place::Place;
use crate::review::Override;
use crate::yaml;

use super::Workspace;

/// The size in bytes beyond which a file is not read.
const MAX_SIZE: u64 = 1 << 20;

impl Workspace {
    /// The names of the directories in `parent`, sorted; none where there is no such directory.
    pub(super) fn directories(&self, parent: &str, findings: &mut Vec<Finding>) -> Vec<String> {
        let path = self.root.join(parent);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                findings.push(unreadable(parent, &error.to_string()));
                return Vec::new();
            }
        };
        let mut names = Vec::new();
        let is_directory = |entry: &fs::DirEntry| match entry.file_type() {
            Ok(kind) if !kind.is_symlink() => kind.is_dir(),
            _ => entry.path().is_dir(),
        };
        for entry in entries.flatten().filter(is_directory) {
            match entry.file_name().into_string() {
                Ok(name) => names.push(name),
                Err(name) => {
                    let name = format!("{parent}/{}", name.display());
                    findings.push(unreadable(&name, "its name is not UTF-8"));
                }
            }
        }
        names.sort();
        names
    }

    /// What changes the resources of a service behind its manifest's back.
    pub(super) fn overrides(
        &self,
        directory: &str,
        manifest: &Manifest,
        is_listed: impl Fn(&str) -> bool,
        findings: &mut Vec<Finding>,
    ) -> Vec<Override> {
        let change = |path: Option<String>, place: Place| Override { path, place };
        let mut overrides: Vec<_> = manifest
            .overridden_paths
            .iter()
            .filter(|change| change.section.as_deref().is_none_or(&is_listed))
            .map(|rule| change(Some(rule.path.clone()), rule.place.clone()))
            .collect();
        let parent = self.root.join(format!("copilot/{directory}/overrides"));
        if fs::metadata(parent).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return overrides;
        }
        let code = format!("copilot/{directory}/overrides/cdk.json");
        if self.root.join(&code).is_file() {
            overrides.push(change(None, Place::file(code)));
        }
        let patches: Arc<str> = format!("copilot/{directory}/overrides/cfn.patches.yml").into();
        let text = self.read(&patches);
        match text.and_then(|text| yaml::parse(&patches, &text.unwrap_or_default())) {
            Ok(Some(patches)) => {
                let paths = manifest::paths(&patches).into_iter();
                overrides.extend(paths.map(|(path, place)| change(Some(path), place)));
            }
            Ok(None) => {}
            Err(finding) => findings.push(finding),
        }
        overrides
    }

    /// The text of a file below the root; `None` if there is none.
    pub(super) fn read(&self, file: &str) -> Result<Option<String>, Finding> {
        let path = self.root.join(file);
        let is_missing = |kind| {
            matches!(
                kind,
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            )
        };
        let file_error = |error: std::io::Error| unreadable(file, &error.to_string());
        let size = match fs::metadata(&path) {
            // Opening a pipe waits until something writes to it.
            Ok(metadata) if !metadata.is_file() => return Err(unreadable(file, "it is no file")),
            Ok(metadata) => metadata.len(),
            Err(error) if is_missing(error.kind()) && !path.is_symlink() => return Ok(None),
            Err(error) => return Err(file_error(error)),
        };
        // With room for all of it, it is read at once.
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(MAX_SIZE)).unwrap_or(0) + 1);
        fs::File::open(&path)
            .map_err(file_error)?
            .take(MAX_SIZE + 1)
            .read_to_end(&mut bytes)
            .map_err(file_error)?;
        if bytes.len() as u64 > MAX_SIZE {
            return Err(unreadable(file, "it is larger than 1 MiB"));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = String::from_utf8_lossy(&error.as_bytes()[..valid])
                .matches('\n')
                .count()
                + 1;
            unreadable(file, &format!("line {line} is not UTF-8")).help("save the file as UTF-8")
        })?;
        Ok(Some(text))
    }
}

fn unreadable(file: &str, why: &str) -> Finding {
    Finding::error(
        Code::UnreadableFile,
        format!("`{file}` cannot be read: {why}"),
    )
    .at(&Place::file(file))
}
