//! Directories and files below the root of a workspace, whatever state they are in.

use std::fs;
use std::sync::Arc;

use crate::finding::Finding;
use crate::manifest::{self, Manifest};
use crate::place::Place;
use crate::review::Override;
use crate::text_file::{self, unreadable};
use crate::yaml;

use super::Workspace;

impl Workspace {
    /// The names of the directories in `parent`, sorted; none where there is no such directory.
    pub(crate) fn directories(&self, parent: &str, findings: &mut Vec<Finding>) -> Vec<String> {
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
    pub(crate) fn read(&self, file: &str) -> Result<Option<String>, Finding> {
        text_file::read(&self.root.join(file), file)
    }
}
