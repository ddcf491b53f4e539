//! The names of files, as seen from where the reader is.

use std::path::{Component, Path, PathBuf};

use service_connect_codegen::Place;
use service_connect_codegen::copilot::Workspace;

/// The directory from which tools that read reports name files: the top level of the git repository around the workspace,
/// or the directory that holds `copilot/` where there is no repository.
pub struct Repository<'a> {
    workspace: &'a Path,
    top: &'a Path,
}

/// Where a file is.
pub enum Location {
    /// In the repository: the parts of the path from its root.
    Inside(Vec<String>),
    /// Elsewhere: the parts of the path from the root of the file system.
    Outside(Vec<String>),
}

impl<'a> Repository<'a> {
    /// The one around `workspace`.
    pub fn around(workspace: &'a Workspace) -> Self {
        let workspace = &workspace.root;
        // `.git` is a file in worktrees and submodules.
        let top = workspace
            .ancestors()
            .find(|directory| directory.join(".git").exists());
        Self {
            workspace,
            top: top.unwrap_or(workspace),
        }
    }

    /// The file of that place, as people write it.
    pub fn name(&self, place: &Place) -> String {
        match self.locate(place) {
            Location::Inside(parts) => parts.join("/"),
            Location::Outside(parts) => format!("/{}", parts.join("/")),
        }
    }

    /// Where the file of that place is.
    pub fn locate(&self, place: &Place) -> Location {
        let mut file = self.workspace.to_owned();
        for part in place.file.split('/') {
            // Links are resolved already: a parent is the directory above.
            match part {
                ".." => {
                    file.pop();
                }
                part => file.push(part),
            }
        }
        match file.strip_prefix(self.top) {
            Ok(inside) => Location::Inside(parts(inside)),
            Err(_) => Location::Outside(parts(&file)),
        }
    }
}

fn parts(path: &Path) -> Vec<String> {
    path.components()
        .filter(|part| !matches!(part, Component::RootDir))
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect()
}

/// `file` as seen from `directory`; both are absolute.
pub fn relative(file: &Path, directory: &Path) -> PathBuf {
    let common = file
        .components()
        .zip(directory.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = directory
        .components()
        .skip(common)
        .map(|_| Component::ParentDir);
    up.chain(file.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_as_seen_from_the_working_directory() {
        let file = Path::new("/shop/copilot/api/manifest.yml");
        let seen = |directory| relative(file, Path::new(directory));
        assert_eq!(seen("/shop"), Path::new("copilot/api/manifest.yml"));
        assert_eq!(
            seen("/shop/services/web"),
            Path::new("../../copilot/api/manifest.yml")
        );
    }

    #[test]
    fn a_file_outside_of_the_repository_is_named_from_the_root() {
        let repository = Repository {
            workspace: Path::new("/home/me/shop/deploy"),
            top: Path::new("/home/me/shop"),
        };
        let located = |file: &str| match repository.locate(&Place::file(file)) {
            Location::Inside(parts) => parts.join("/"),
            Location::Outside(parts) => format!("/{}", parts.join("/")),
        };
        assert_eq!(located("copilot/.workspace"), "deploy/copilot/.workspace");
        assert_eq!(located("../Cargo.toml"), "Cargo.toml");
        assert_eq!(located("../../Cargo.toml"), "/home/me/Cargo.toml");
    }
}
