//! Where the members of a cargo workspace may be, as `workspace.members` says: cargo tells only those that are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use toml_edit::{DocumentMut, Item};

/// The patterns of a workspace, below its root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Globs {
    root: PathBuf,
    members: Vec<PathBuf>,
    exclude: Vec<PathBuf>,
}

impl Globs {
    /// Those of the workspace at this root; none where its `Cargo.toml` cannot be read.
    pub fn of(root: &Path) -> Self {
        let text = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
        Self::read(root, &text)
    }

    fn read(root: &Path, text: &str) -> Self {
        let document = text.parse::<DocumentMut>().unwrap_or_default();
        let workspace = document.get("workspace");
        let list = |key: &str| {
            let list = workspace.and_then(|workspace| workspace.get(key));
            let list = list.and_then(Item::as_array).into_iter().flatten();
            let paths = list.filter_map(|path| path.as_str());
            let paths = paths.map(|path| {
                let parts = Path::new(path).components();
                parts.filter(|part| *part != Component::CurDir).collect()
            });
            paths.collect::<Vec<PathBuf>>()
        };
        Self {
            root: root.to_owned(),
            members: list("members"),
            exclude: list("exclude"),
        }
    }

    /// Whether a member may be in that directory.
    pub fn is_member(&self, directory: &Path) -> bool {
        self.is_so_far(directory, |member, directory| member == directory)
    }

    /// Whether one may be in it or below it.
    pub fn leads_to_member(&self, directory: &Path) -> bool {
        self.is_so_far(directory, |member, directory| member >= directory)
    }

    fn is_so_far(&self, directory: &Path, is_long: impl Fn(usize, usize) -> bool) -> bool {
        let Ok(below) = directory.strip_prefix(&self.root) else {
            return false;
        };
        if below.as_os_str().is_empty() || self.is_excluded(below) {
            return false;
        }
        self.members.iter().any(|member| {
            let parts = || member.iter().zip(below);
            is_long(member.iter().count(), below.iter().count())
                && parts().all(|(pattern, name)| match (pattern.to_str(), name.to_str()) {
                    (Some(pattern), Some(name)) => matches(pattern, name),
                    _ => false,
                })
        })
    }

    fn is_excluded(&self, below: &Path) -> bool {
        self.exclude
            .iter()
            .any(|exclude| below.starts_with(exclude))
    }

    /// The directories in which one may be or come: those that are there, and are not `left_out`.
    pub fn directories(&self, is_left_out: impl Fn(&Path) -> bool) -> BTreeSet<PathBuf> {
        let mut found = BTreeSet::new();
        let mut left = vec![self.root.clone()];
        while let Some(directory) = left.pop() {
            for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
                let path = entry.path();
                let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_directory && self.leads_to_member(&path) && !is_left_out(&path) {
                    left.push(path);
                }
            }
            found.insert(directory);
        }
        found
    }
}

/// Whether a name is of a pattern, of which only `*` and `?` are known: not those with a set. A hidden one is of none.
fn matches(pattern: &str, name: &str) -> bool {
    fn rest(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            ([b'*', after @ ..], _) => (0..=name.len()).any(|from| rest(after, &name[from..])),
            ([b'?', after @ ..], [_, name @ ..]) => rest(after, name),
            ([c, after @ ..], [d, name @ ..]) => c == d && rest(after, name),
            _ => false,
        }
    }
    let is_hidden = name.starts_with('.') && !pattern.starts_with('.');
    !is_hidden && rest(pattern.as_bytes(), name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_where_patterns_say() {
        let text = "[workspace]\nmembers = [\"apps/*\", \"./libs/x-?/y\", \"tool\"]\nexclude = [\"apps/old\"]\n";
        let globs = Globs::read(Path::new("/w"), text);
        for (path, leads, is) in [
            ("/w", false, false),
            ("/w/apps", true, false),
            ("/w/apps/api", true, true),
            ("/w/apps/api/src", false, false),
            ("/w/apps/old", false, false),
            ("/w/apps/.git", false, false),
            ("/w/libs/x-1", true, false),
            ("/w/libs/x-1/y", true, true),
            ("/w/libs/x-12", false, false),
            ("/w/tool", true, true),
            ("/w/tools", false, false),
            ("/x/tool", false, false),
        ] {
            let path = Path::new(path);
            let found = (globs.leads_to_member(path), globs.is_member(path));
            assert_eq!(found, (leads, is), "{}", path.display());
        }
        assert_eq!(Globs::read(Path::new("/w"), "[").members.len(), 0);
    }
}
