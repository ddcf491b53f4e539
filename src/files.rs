//! Writing several files: all of them, or none.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, Result, bail};

/// A file as it is to be.
#[derive(Clone, Debug)]
pub struct Edit {
    pub path: PathBuf,
    /// What is in it now; `None` where there is no such file.
    pub old: Option<Rc<str>>,
    pub new: Rc<str>,
}

/// Writes them all. Where one cannot be written, the others stay as they were.
pub fn write(edits: &[Edit]) -> Result<()> {
    let mut staged = Vec::new();
    for edit in edits {
        let file = Staged::new(edit);
        staged.push(file.with_context(|| unwritable(&edit.path))?);
    }
    for (index, file) in staged.iter().enumerate() {
        if let Err(error) = fs::rename(&file.temporary, &file.target) {
            for (file, edit) in staged.iter().zip(edits).take(index) {
                file.undo(edit);
            }
            return Err(error).with_context(|| unwritable(&edits[index].path));
        }
    }
    Ok(())
}

fn unwritable(path: &Path) -> String {
    format!("`{}` cannot be written", path.display())
}

/// What is to be a file, beside it. It goes away if it has not become the file.
struct Staged {
    temporary: PathBuf,
    target: PathBuf,
}

impl Staged {
    fn new(edit: &Edit) -> Result<Self> {
        // What a link leads to is written, not the link.
        let target = edit.path.canonicalize();
        let target = target.unwrap_or_else(|_| edit.path.clone());
        let directory = target.parent().unwrap_or(Path::new("."));
        let permissions = match fs::metadata(&target) {
            Ok(metadata) if metadata.is_dir() => bail!("it is a directory"),
            Ok(metadata) => Some(metadata.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        // Somebody has said so, even where nothing would keep this process from it.
        let directory_is_locked = fs::metadata(directory)?.permissions().readonly();
        if directory_is_locked || permissions.as_ref().is_some_and(fs::Permissions::readonly) {
            bail!("it is read-only");
        }
        let name = target.file_name().context("it has no name")?;
        let temporary = format!(".{}.{}", name.display(), std::process::id());
        let temporary = directory.join(temporary);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)?;
        let staged = Self { temporary, target };
        fill(&mut file, &edit.new, permissions)?;
        Ok(staged)
    }

    fn undo(&self, edit: &Edit) {
        // There is nothing left to do about what goes wrong here; what is told is what went wrong first.
        let _ = match &edit.old {
            Some(old) => fs::write(&self.target, &**old),
            None => fs::remove_file(&self.target),
        };
    }
}

fn fill(file: &mut File, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    match permissions {
        Some(permissions) => file.set_permissions(permissions),
        None => Ok(()),
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // It is not there any more if all is well.
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(path: &Path, old: Option<&str>, new: &str) -> Edit {
        Edit {
            path: path.to_owned(),
            old: old.map(Rc::from),
            new: new.into(),
        }
    }

    #[test]
    fn all_are_written_or_none() {
        let directory = tempfile::tempdir().unwrap();
        let [first, second, third] =
            ["first", "second", "third"].map(|name| directory.path().join(name));
        fs::write(&first, "1").unwrap();
        // Renaming a file over it fails, though all could be staged: the very last moment.
        fs::create_dir(&third).unwrap();
        let staged = [
            edit(&first, Some("1"), "one"),
            edit(&second, None, "two"),
            edit(&third, None, "three"),
        ];
        let error = format!("{:#}", write(&staged).unwrap_err());
        assert_eq!(
            error,
            format!("`{}` cannot be written: it is a directory", third.display())
        );
        assert_eq!(fs::read_to_string(&first).unwrap(), "1");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);

        write(&staged[..2]).unwrap();
        assert_eq!(fs::read_to_string(&first).unwrap(), "one");
        assert_eq!(fs::read_to_string(&second).unwrap(), "two");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay_and_a_read_only_file_is_left_alone() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let directory = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| directory.path().join(name));
        fs::write(&file, "1").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write(&[edit(&link, Some("1"), "2")]).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "2");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );

        fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
        let error = write(&[edit(&file, Some("2"), "3")]).unwrap_err();
        assert!(format!("{error:#}").ends_with("cannot be written: it is read-only"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "2");
    }
}
