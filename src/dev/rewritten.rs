//! What builds write into what they are built from.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

/// During so many builds in a row a file has to change: a user saves one during two of them.
pub const TIMES: u32 = 3;

/// During how many builds in a row files have changed.
#[derive(Debug, Default)]
pub struct Rewritten {
    times: HashMap<PathBuf, u32>,
}

/// What has changed during a build.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stale {
    /// For which it is to be built again.
    pub others: BTreeSet<PathBuf>,
    /// What is taken for written by builds from now on.
    pub rewritten: BTreeSet<PathBuf>,
}

impl Rewritten {
    /// Sorts what has changed during a build. A file that builds write is built again for nothing, and for ever; one that did
    /// not change during this build is none.
    pub fn after_build(&mut self, changed: BTreeSet<PathBuf>) -> Stale {
        self.times.retain(|path, _| changed.contains(path));
        let mut stale = Stale::default();
        for path in changed {
            let times = self.times.entry(path.clone()).or_default();
            *times += 1;
            if *times < TIMES {
                stale.others.insert(path);
            } else if *times == TIMES {
                stale.rewritten.insert(path);
            }
        }
        stale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_during_each_build_is_written_by_it() {
        let set = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<BTreeSet<_>>();
        let mut rewritten = Rewritten::default();
        for (changed, others, newly) in [
            (&["built", "main"][..], &["built", "main"][..], &[][..]),
            (&["built"], &["built"], &[]),
            (&["built", "main"], &["main"], &["built"]),
            (&["built", "main"], &["main"], &[]),
            (&[], &[], &[]),
            (&["built"], &["built"], &[]),
        ] {
            let expected = Stale {
                others: set(others),
                rewritten: set(newly),
            };
            assert_eq!(rewritten.after_build(set(changed)), expected, "{changed:?}");
        }
    }
}
