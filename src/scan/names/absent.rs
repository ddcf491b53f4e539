//! What is certainly nowhere: a type that no service has (any more).

use super::{At, Entity, MAX_STEPS, Names};

/// Types and traits that are known everywhere, and what stands for one.
const PRELUDE: [&str; 36] = [
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "Vec",
];

/// A search for a name that may be nowhere.
#[derive(Default)]
struct Search {
    seen: Vec<(At, String)>,
    /// It went where `clients!()` stands.
    has_stubs: bool,
}

impl Names<'_> {
    /// Whether a path certainly leads to nothing, where the stubs are in scope: the stub that is meant is not there.
    pub fn is_gone(&self, at: At, path: &[String]) -> bool {
        let Some((name, before)) = path.split_last() else {
            return false;
        };
        self.met.borrow_mut().clear();
        let mut search = Search::default();
        let is_absent = if before.is_empty() {
            let is_known = PRELUDE.contains(&name.as_str())
                || self.packages[at.package].libraries.contains_key(name);
            !is_known && self.is_absent_around(at, name, &mut search)
        } else {
            self.is_absent_behind(at, before, name, &mut search)
        };
        is_absent && search.has_stubs
    }

    fn is_absent_around(&self, mut at: At, name: &str, search: &mut Search) -> bool {
        while let Some(scope) = self.scope(at).around {
            if !self.is_absent_in(at, name, search) {
                return false;
            }
            at.scope = scope;
        }
        self.is_absent_from(&self.module(at), name, search)
    }

    /// What a path leads to has to be a module that is known.
    fn is_absent_behind(&self, at: At, path: &[String], name: &str, search: &mut Search) -> bool {
        let of = self.resolve(at, path, MAX_STEPS);
        of.is_some_and(|of| self.is_absent_from(&of, name, search))
    }

    fn is_absent_from(&self, of: &Entity, name: &str, search: &mut Search) -> bool {
        let scopes = self.scopes(of);
        scopes.is_some_and(|scopes| {
            let mut scopes = scopes.iter();
            scopes.all(|at| self.is_absent_in(*at, name, search))
        })
    }

    fn is_absent_in(&self, at: At, name: &str, search: &mut Search) -> bool {
        let asked = (at, name.to_owned());
        if search.seen.contains(&asked) {
            return true;
        }
        search.seen.push(asked);
        let scope = self.scope(at);
        let is_stubs = scope.clients && self.packages[at.package].uses_library;
        search.has_stubs |= is_stubs;
        let is_there = scope.is_open
            || is_stubs && self.stubs.contains_key(name)
            || scope.items.iter().any(|(item, _)| item == name)
            || scope.modules.iter().any(|module| module == name);
        if is_there {
            return false;
        }
        let mut uses = scope.uses.iter().filter(|(local, _)| local == name);
        if let Some((_, path)) = uses.next() {
            return path
                .split_last()
                .is_some_and(|(last, before)| self.is_absent_behind(at, before, last, search));
        }
        let mut globs = scope.globs.iter();
        globs.all(|path| self.is_absent_behind(at, path, name, search))
    }
}
