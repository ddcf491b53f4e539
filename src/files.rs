//! Writing several files: all of them, or none.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, Result, bail};

/// A file as it is to be.
#[derive(Clone, Debug)]
pub struct Edit {
    pub path: PathBuf,
    pub old: Old,
    pub new: Rc<str>,
}

/// What may be in the place of a file.
#[derive(Clone, Debug)]
pub enum Old {
    /// Whatever it is: nothing of it is kept.
    Any,
    /// What was read, and nothing else; `None` where there was no such file.
    Known(Option<Rc<str>>),
}

impl Old {
    fn is(&self, there: Option<&[u8]>) -> bool {
        match self {
            Self::Any => true,
            Self::Known(known) => known.as_ref().map(|known| known.as_bytes()) == there,
        }
    }
}

/// Writes them all. Where one cannot be written, the others stay as they were.
pub fn write(edits: &[Edit]) -> Result<()> {
    let mut staged: Vec<Staged<'_>> = Vec::new();
    let mut known = HashMap::new();
    for edit in edits {
        let mut stage = || {
            let target = target(&edit.path)?;
            match known.get(&target) {
                None => staged.push(Staged::new(edit, target.clone())?),
                // Several links may lead to one file.
                Some(new) if *new == &edit.new => {}
                Some(_) => bail!("it is the same file as another one, which is to be different"),
            }
            known.insert(target, &edit.new);
            Ok(())
        };
        stage().with_context(|| unwritable(&edit.path))?;
    }
    for (index, file) in staged.iter().enumerate() {
        if let Err(error) = fs::rename(&file.temporary, &file.target) {
            staged[..index].iter().for_each(Staged::undo);
            return Err(error).with_context(|| unwritable(file.path));
        }
    }
    Ok(())
}

/// The file that a path leads to: what a link leads to is written, not the link, even if it is not there yet.
fn target(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        known => return known,
    }
    let mut target = path.to_owned();
    while let Ok(next) = fs::read_link(&target) {
        target = directory(&target).join(next);
    }
    // One file has one name here, by whatever links it was found.
    let directory = directory(&target).canonicalize()?;
    Ok(match target.file_name() {
        Some(name) => directory.join(name),
        None => directory,
    })
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

fn unwritable(path: &Path) -> String {
    format!("`{}` cannot be written", path.display())
}

/// What is to be a file, beside it. It goes away if it has not become the file.
struct Staged<'a> {
    /// As it is asked for.
    path: &'a Path,
    temporary: PathBuf,
    target: PathBuf,
    /// What is in it now, be it text or not; `None` where there is no such file.
    old: Option<Vec<u8>>,
}

impl<'a> Staged<'a> {
    fn new(edit: &'a Edit, target: PathBuf) -> Result<Self> {
        let directory = directory(&target);
        let known = match fs::metadata(&target) {
            Ok(metadata) if metadata.is_dir() => bail!("it is a directory"),
            // Opening a pipe waits until something comes out of it.
            Ok(metadata) if !metadata.is_file() => bail!("it is no file"),
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        // Somebody has said so, even where nothing would keep this process from it.
        let directory_is_locked = fs::metadata(directory)?.permissions().readonly();
        let is_locked = |known: &fs::Metadata| known.permissions().readonly();
        if directory_is_locked || known.as_ref().is_some_and(is_locked) {
            bail!("it is read-only");
        }
        let old = known.as_ref().map(|_| fs::read(&target)).transpose()?;
        if !edit.old.is(old.as_deref()) {
            bail!("somebody has changed it since it was read: try again");
        }
        let name = target.file_name().context("it has no name")?;
        let temporary = format!(".{}.{}", name.display(), std::process::id());
        let temporary = directory.join(temporary);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)?;
        let staged = Self {
            path: &edit.path,
            temporary,
            target,
            old,
        };
        fill(&mut file, &edit.new, known.as_ref())?;
        Ok(staged)
    }

    fn undo(&self) {
        // There is nothing left to do about what goes wrong here; what is told is what went wrong first.
        let _ = match &self.old {
            Some(old) => fs::write(&self.target, old),
            None => fs::remove_file(&self.target),
        };
    }
}

fn fill(file: &mut File, text: &str, known: Option<&fs::Metadata>) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    let Some(known) = known else {
        return Ok(());
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        // Not everybody may give a file away; before the permissions, of which this takes some.
        let _ = fchown(&*file, Some(known.uid()), Some(known.gid()));
    }
    file.set_permissions(known.permissions())
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // It is not there any more if all is well.
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(path: &Path, new: &str) -> Edit {
        Edit {
            path: path.to_owned(),
            old: Old::Any,
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
            edit(&first, "one"),
            edit(&second, "two"),
            edit(&third, "three"),
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

    #[test]
    fn what_has_changed_meanwhile_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let [first, second] = ["first", "second"].map(|name| directory.path().join(name));
        for (old, there) in [(Some("2"), Some("3")), (None, Some("")), (Some("2"), None)] {
            fs::write(&first, "1").unwrap();
            let _ = fs::remove_file(&second);
            if let Some(there) = there {
                fs::write(&second, there).unwrap();
            }
            let known = |old: Option<&str>| Old::Known(old.map(Into::into));
            let edits =
                [(&first, Some("1"), "one"), (&second, old, "two")].map(|(path, old, new)| Edit {
                    old: known(old),
                    ..edit(path, new)
                });
            let error = format!("{:#}", write(&edits).unwrap_err());
            assert!(error.contains("second` cannot be written: somebody has changed it"));
            assert_eq!(fs::read_to_string(&first).unwrap(), "1");
            assert_eq!(fs::read_to_string(&second).ok().as_deref(), there);
        }
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay_and_a_read_only_file_is_left_alone() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
        let directory = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| directory.path().join(name));
        fs::write(&file, "1").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        // Only root may give a file away.
        let owner =
            chown(&file, Some(12), Some(34)).map_or(fs::metadata(&file).unwrap().uid(), |()| 12);
        write(&[edit(&link, "2")]).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().uid(), owner);
        assert_eq!(fs::read_to_string(&file).unwrap(), "2");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );

        fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
        let error = write(&[edit(&file, "3")]).unwrap_err();
        assert!(format!("{error:#}").ends_with("cannot be written: it is read-only"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "2");
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_one_file_even_before_it_is_there() {
        use std::os::unix::fs::symlink;
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let [file, first, second] = ["shared/file", "first", "second"].map(path);
        fs::create_dir(path("shared")).unwrap();
        symlink("shared/file", &first).unwrap();
        // By another name of the directory.
        symlink(path("shared"), path("alias")).unwrap();
        symlink("alias/file", &second).unwrap();
        for text in ["1", "2"] {
            write(&[edit(&first, text), edit(&second, text)]).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
            assert!(first.is_symlink() && second.is_symlink());
        }
        let error = write(&[edit(&first, "3"), edit(&second, "4")]).unwrap_err();
        assert!(
            format!("{error:#}")
                .ends_with("it is the same file as another one, which is to be different")
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "2");
        assert_eq!(fs::read_dir(path("shared")).unwrap().count(), 1);

        symlink("circle", path("circle")).unwrap();
        assert!(write(&[edit(&path("circle"), "5")]).is_err());
    }

    #[test]
    fn what_is_no_text_is_there_again_after_a_failure() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, b"\xff1").unwrap();
        let edit = edit(&file, "2");
        let staged = Staged::new(&edit, file.clone()).unwrap();
        fs::rename(&staged.temporary, &file).unwrap();
        staged.undo();
        assert_eq!(fs::read(&file).unwrap(), b"\xff1");
    }
}
