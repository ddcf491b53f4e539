//! What is used nowhere any more once the changes are made: it goes too, or the compiler would warn of it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

use super::edit::{Edit, lines};
use super::words::Words;
use crate::scan::urls::{Body, Model, Urls, is_building, last, peel};

/// So many expressions are looked into, one in the other.
const MAX_DEPTH: u8 = 32;

/// Something with a name.
struct Definition<'a> {
    name: &'a str,
    file: usize,
    span: Range<usize>,
    /// Where it is used: in all files if it is `None`.
    scope: Option<Range<usize>>,
}

impl Definition<'_> {
    /// Whether it is seen in a file.
    fn sees(&self, file: usize) -> bool {
        self.scope.is_none() || file == self.file
    }

    /// Whether its name uses it there.
    fn is_use(&self, file: usize, at: usize) -> bool {
        let scope = self.scope.as_ref();
        self.sees(file)
            && scope.is_none_or(|scope| scope.contains(&at))
            && (file != self.file || !self.span.contains(&at))
    }
}

/// Adds to the changes those that remove what they leave unused; none in the files that are left as they are.
pub fn remove(urls: &Urls<'_>, words: &[Words], frozen: &[bool], edits: &mut Vec<Edit>) {
    let mut definitions = definitions(urls);
    definitions.retain(|definition| !frozen[definition.file]);
    let mut uses = Uses::new(&definitions, words);
    // What had no use before is not ours to remove.
    let had: Vec<_> = uses.left.iter().map(|left| *left > 0).collect();
    let mut written: Vec<_> = edits.iter().map(|edit| Words::of(&edit.text)).collect();
    for (edit, words) in edits.iter().zip(&written) {
        uses.write(edit, words);
    }
    for edit in &*edits {
        uses.cover(edit.file, &edit.span);
    }
    let mut is_gone = vec![false; definitions.len()];
    let mut next: Vec<_> = (0..definitions.len()).collect();
    while let Some(index) = next.pop() {
        if is_gone[index] || !had[index] || uses.left[index] > 0 {
            continue;
        }
        is_gone[index] = true;
        let Definition { file, span, .. } = &definitions[index];
        let mut at = 0;
        while let Some(edit) = edits.get(at) {
            if edit.file == *file && span.start <= edit.span.start && edit.span.end <= span.end {
                next.extend(uses.unwrite(edit, &written[at]));
                edits.swap_remove(at);
                written.swap_remove(at);
            } else {
                at += 1;
            }
        }
        next.extend(uses.cover(*file, span));
        edits.push(Edit {
            file: *file,
            span: span.clone(),
            text: String::new(),
        });
        written.push(Words::of(""));
    }
    let parts = imports(urls, words, edits);
    whole_lines(urls, edits);
    edits.extend(parts);
}

/// What is removed takes the blanks and the lines around it along, together with what is removed beside it.
fn whole_lines(urls: &Urls<'_>, edits: &mut Vec<Edit>) {
    let mut gone: Vec<_> = edits.extract_if(.., |edit| edit.text.is_empty()).collect();
    gone.sort_by_key(|edit| (edit.file, edit.span.start));
    let mut joined: Vec<Edit> = Vec::new();
    for edit in gone {
        let text = &urls.files[edit.file].text;
        let is_blank = |between: Range<usize>| {
            let between = text.get(between).unwrap_or_default();
            between.chars().all(|c| matches!(c, ' ' | '\t'))
        };
        match joined.last_mut() {
            Some(last) if last.file == edit.file && is_blank(last.span.end..edit.span.start) => {
                last.span.end = last.span.end.max(edit.span.end);
            }
            _ => joined.push(edit),
        }
    }
    for edit in &mut joined {
        edit.span = lines(&urls.files[edit.file].text, edit.span.clone());
    }
    edits.extend(joined);
}

fn definitions<'a>(urls: &'a Urls<'_>) -> Vec<Definition<'a>> {
    let model = &urls.model;
    let bindings = model.bindings.iter().filter_map(|binding| {
        let span = binding.statement.clone()?;
        let is_pure = binding
            .init
            .as_ref()
            .is_some_and(|init| is_pure(init, model, 0));
        is_pure.then_some(Definition {
            name: &binding.name,
            file: binding.spot.file,
            span,
            scope: Some(binding.visible.clone()),
        })
    });
    let constants = model
        .constants
        .iter()
        .filter(|constant| !constant.is_public);
    let constants = constants.map(|constant| Definition {
        name: &constant.name,
        file: constant.spot.file,
        span: constant.item.clone(),
        scope: None,
    });
    let functions = model.functions.iter();
    let functions = functions
        .filter(|function| !function.is_public && function.self_type.is_none())
        .map(|function| Definition {
            name: &function.name,
            file: function.file,
            span: function.item.clone(),
            scope: None,
        });
    bindings.chain(constants).chain(functions).collect()
}

/// Whether it can be left out without changing what happens, apart from how it fails.
fn is_pure(expr: &Expr, model: &Model, depth: u8) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    let pure = |expr: &Expr| is_pure(expr, model, depth + 1);
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(field) => pure(&field.base),
        Expr::Reference(reference) => pure(&reference.expr),
        Expr::Paren(paren) => pure(&paren.expr),
        Expr::Group(group) => pure(&group.expr),
        Expr::Try(tried) => pure(&tried.expr),
        Expr::Unary(unary) => pure(&unary.expr),
        Expr::Cast(cast) => pure(&cast.expr),
        Expr::Closure(closure) => pure(&closure.body),
        Expr::Assign(named) => pure(&named.right),
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::Add(_)) => {
            pure(&binary.left) && pure(&binary.right)
        }
        Expr::Block(block) => match &block.block.stmts[..] {
            [syn::Stmt::Expr(value, None)] => pure(value),
            _ => false,
        },
        Expr::Macro(mac) if is_building(expr) => {
            let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
            let arguments = parser.parse2(mac.mac.tokens.clone());
            arguments.is_ok_and(|arguments| arguments.iter().all(pure))
        }
        Expr::MethodCall(call) => {
            let is_passed_on = !std::ptr::eq(peel(expr), expr);
            let is_text = call.method == "join" || call.method.to_string().starts_with("unwrap_or");
            // What only says how it fails may go.
            (is_passed_on || is_text && call.args.iter().all(pure)) && pure(&call.receiver)
        }
        Expr::Call(call) if is_building(expr) || !std::ptr::eq(peel(expr), expr) => {
            call.args.iter().all(pure)
        }
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else {
                return false;
            };
            let name = last(&path.path);
            let is_new = matches!(name.as_str(), "new" | "default")
                && path
                    .path
                    .segments
                    .iter()
                    .any(|segment| segment.ident == "Client");
            let is_own = || {
                let function = path
                    .path
                    .get_ident()
                    .and(model.function(&name, None, false));
                let function = function.map(|index| &model.functions[index]);
                function.is_some_and(|function| {
                    function.body == Body::Value && function.value.as_ref().is_some_and(pure)
                })
            };
            call.args.is_empty() && (is_new || is_own())
        }
        _ => false,
    }
}

/// How often each definition is used.
struct Uses<'a> {
    words: &'a [Words],
    definitions: &'a [Definition<'a>],
    /// The definitions of each name.
    of: HashMap<&'a str, Vec<usize>>,
    /// The uses that are left of each.
    left: Vec<usize>,
    /// The names that changes take away, by file and index.
    covered: HashSet<(usize, usize)>,
}

impl<'a> Uses<'a> {
    /// Before all changes.
    fn new(definitions: &'a [Definition<'a>], words: &'a [Words]) -> Self {
        let mut of: HashMap<_, Vec<_>> = HashMap::new();
        let mut left = Vec::new();
        for (index, definition) in definitions.iter().enumerate() {
            of.entry(definition.name).or_default().push(index);
            let files = words.iter().enumerate();
            let files = files.filter(|(file, _)| definition.sees(*file));
            let counts = files.map(|(file, words)| {
                let range = definition.scope.clone().unwrap_or(0..usize::MAX);
                let places = words.places(definition.name, &range);
                places.filter(|at| definition.is_use(file, *at)).count()
            });
            left.push(counts.sum());
        }
        Self {
            words,
            definitions,
            of,
            left,
            covered: HashSet::new(),
        }
    }

    fn named(&self, name: &str) -> &[usize] {
        self.of.get(name).map_or(&[], Vec::as_slice)
    }

    /// Takes away what stands there; tells what has no uses then.
    fn cover(&mut self, file: usize, span: &Range<usize>) -> Vec<usize> {
        let mut unused = Vec::new();
        for word in self.words[file].within(span) {
            if !self.covered.insert((file, word)) {
                continue;
            }
            let (name, at) = self.words[file].get(word);
            for index in self.named(name).to_vec() {
                if self.definitions[index].is_use(file, at) {
                    self.left[index] -= 1;
                    unused.extend((self.left[index] == 0).then_some(index));
                }
            }
        }
        unused
    }

    /// The definitions that a change uses, once for each time.
    fn in_edit(&self, edit: &Edit, words: &Words) -> Vec<usize> {
        let all = words.within(&(0..edit.text.len()));
        let names = all.flat_map(|word| self.named(words.get(word).0));
        let seen = names.filter(|index| {
            let definition = &self.definitions[**index];
            let scope = definition.scope.as_ref();
            definition.sees(edit.file) && scope.is_none_or(|scope| scope.contains(&edit.span.start))
        });
        seen.copied().collect()
    }

    fn write(&mut self, edit: &Edit, words: &Words) {
        for index in self.in_edit(edit, words) {
            self.left[index] += 1;
        }
    }

    fn unwrite(&mut self, edit: &Edit, words: &Words) -> Vec<usize> {
        let used = self.in_edit(edit, words);
        for index in &used {
            self.left[*index] -= 1;
        }
        used
    }
}

/// Imports of names that were used and are not any more: removes those of which nothing stays, and gives what is to be
/// removed from others.
fn imports(urls: &Urls<'_>, words: &[Words], edits: &mut Vec<Edit>) -> Vec<Edit> {
    let mut parts = Vec::new();
    let model = &urls.model;
    let mut gone: Vec<usize> = Vec::new();
    let written: Vec<_> = edits.iter().map(|edit| Words::of(&edit.text)).collect();
    for (index, import) in model.imports.iter().enumerate() {
        let file = import.file;
        if !model.uses[import.of].is_private {
            continue;
        }
        let text = &urls.files[file].text;
        let in_use = |at: usize| {
            model
                .uses
                .iter()
                .any(|other| other.file == file && other.item.contains(&at))
        };
        let all = 0..text.len();
        let before: Vec<_> = words[file]
            .places(&import.name, &all)
            .filter(|at| !in_use(*at))
            .collect();
        let own = || edits.iter().filter(|edit| edit.file == file);
        let is_edited = |at: &usize| own().any(|edit| edit.span.contains(at));
        let mut of_file = edits.iter().zip(&written);
        let written = of_file.any(|(edit, words)| edit.file == file && words.has(&import.name));
        if !before.is_empty() && !written && before.iter().all(is_edited) {
            gone.push(index);
        }
    }
    for (index, used) in model.uses.iter().enumerate() {
        let of_it: Vec<_> = gone
            .iter()
            .map(|gone| &model.imports[*gone])
            .filter(|import| import.of == index)
            .collect();
        let file = used.file;
        let text = &urls.files[file].text;
        if of_it.len() == used.names {
            if !of_it.is_empty() {
                edits.push(Edit {
                    file,
                    span: used.item.clone(),
                    text: String::new(),
                });
            }
            continue;
        }
        for import in of_it {
            parts.push(Edit {
                file,
                span: with_comma(text, import.span.clone()),
                text: String::new(),
            });
        }
    }
    parts
}

/// With the comma after a name, or the one before it where it is the last.
fn with_comma(text: &str, span: Range<usize>) -> Range<usize> {
    let rest = &text[span.end..];
    let trimmed = rest.trim_start();
    if let Some(after) = trimmed.strip_prefix(',') {
        let blank = after.len() - after.trim_start().len();
        return span.start..text.len() - after.len() + blank;
    }
    match text[..span.start].trim_end().strip_suffix(',') {
        Some(before) => before.len()..span.end,
        None => span,
    }
}
