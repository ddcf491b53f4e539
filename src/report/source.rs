//! The texts that findings point into, and where a place in one ends.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use service_connect_codegen::Place;
use service_connect_codegen::copilot::Workspace;

/// The files of a workspace, each read once.
pub struct Sources<'a> {
    root: &'a Path,
    texts: HashMap<Arc<str>, Option<Rc<str>>>,
}

impl<'a> Sources<'a> {
    /// Those below the directory that holds `copilot/`, and beside it.
    pub fn new(workspace: &'a Workspace) -> Self {
        Self {
            root: &workspace.root,
            texts: HashMap::new(),
        }
    }

    /// The text that the place is in. `None` where a file as a whole is meant, and where the file was changed or removed
    /// since it was checked, so that the place is not in it.
    pub fn text(&mut self, place: &Place) -> Option<Rc<str>> {
        // A file as a whole is one that may not be readable: a pipe would be waited for, and a huge one be loaded.
        if place.line == 0 {
            return None;
        }
        let text = match self.texts.entry(place.file.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(read(&self.root.join(&*place.file)).map(Rc::from)),
        };
        let text = text.clone()?;
        text.get(place.span.clone())?;
        Some(text)
    }
}

fn read(file: &Path) -> Option<String> {
    fs::metadata(file)
        .is_ok_and(|metadata| metadata.is_file())
        .then(|| fs::read_to_string(file).ok())
        .flatten()
}

/// The span without the lines after its first: where a whole section is meant, its beginning tells enough.
pub fn first_line(text: &str, place: &Place) -> Range<usize> {
    let line = text[place.span.clone()].lines().next().unwrap_or_default();
    place.span.start..place.span.start + line.trim_end().len()
}

/// The span without the white space at its end: a YAML collection ends where the next key starts.
pub fn trimmed(text: &str, place: &Place) -> Range<usize> {
    let length = text[place.span.clone()].trim_end().len();
    place.span.start..place.span.start + length
}

/// The line and the column, both from 1 and the column in characters, of the end of `span`, which starts where `place`
/// does. It is that of the first character that does not belong to it.
pub fn end(text: &str, place: &Place, span: Range<usize>) -> (u32, u32) {
    let (mut line, mut column) = (place.line, place.column);
    for c in text[span].chars() {
        if c == '\n' {
            (line, column) = (line.saturating_add(1), 1);
        } else {
            column = column.saturating_add(1);
        }
    }
    (line, column)
}
