//! Which paths are macros of the library.

use super::{At, Entity, MAX_STEPS, Names};

impl Names<'_> {
    /// Whether a path is that macro of the library: `use service_connect::service_client as client`, and what modules and
    /// libraries of the workspace pass on. Another crate's macro of that name is not.
    pub fn is_macro(&self, at: At, path: &[String], name: &str) -> bool {
        self.met.borrow_mut().clear();
        self.is_passed_on(at, path, name, MAX_STEPS)
    }

    fn is_passed_on(&self, at: At, path: &[String], name: &str, steps: usize) -> bool {
        let (Some(steps), [first, rest @ ..]) = (steps.checked_sub(1), path) else {
            return false;
        };
        let mut scope = Some(at.scope);
        while let Some(index) = scope {
            let at = At { scope: index, ..at };
            let known = self.scope(at);
            let mut uses = known.uses.iter().filter(|(local, _)| local == first);
            match uses.next() {
                // A crate by its own name.
                Some((_, used)) if used.len() == 1 && used[0] == *first => break,
                Some((_, used)) => {
                    let path = [&used[..], rest].concat();
                    return self.is_passed_on(at, &path, name, steps);
                }
                None => scope = known.around,
            }
        }
        let Some((last, of)) = rest.split_last().map(|(last, of)| (last, of.len() + 1)) else {
            let files = self.packages[at.package].files;
            return first == name && !files.iter().any(|file| file.source.macros.contains(first));
        };
        if first == "service_connect" {
            return last == name;
        }
        let module = self.resolve(at, &path[..of], steps);
        let Some(Entity::Module {
            package,
            root,
            path,
        }) = module
        else {
            return false;
        };
        let scopes = self.packages[package].modules.get(&(root, path.join("::")));
        scopes.into_iter().flatten().any(|at| {
            let known = self.scope(*at);
            if known.uses.iter().any(|(local, _)| local == last) {
                return self.is_passed_on(*at, std::slice::from_ref(last), name, steps);
            }
            // All of something may bring it.
            last == name && !known.globs.is_empty()
        })
    }
}
