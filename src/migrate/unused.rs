//! What is used nowhere any more once the changes are made: it goes too, or the compiler would warn of it.

use std::ops::Range;

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

use super::edit::{Edit, lines};
use super::words::Words;
use crate::scan::urls::{Model, Urls, is_building, last, peel};

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

/// Adds to the changes those that remove what they leave unused.
pub fn remove(urls: &Urls<'_>, words: &[Words], edits: &mut Vec<Edit>) {
    let mut definitions = definitions(urls);
    loop {
        let written: Vec<_> = edits.iter().map(|edit| Words::of(&edit.text)).collect();
        let gone = definitions.iter().position(|definition| {
            let uses = Uses {
                urls,
                words,
                definition,
            };
            uses.before() > 0 && uses.after(edits, &written) == 0
        });
        let Some(gone) = gone else { break };
        let Definition { file, span, .. } = definitions.swap_remove(gone);
        let span = lines(&urls.files[file].text, span);
        edits.retain(|edit| {
            edit.file != file || edit.span.start < span.start || span.end < edit.span.end
        });
        edits.push(Edit {
            file,
            span,
            text: String::new(),
        });
    }
    imports(urls, words, edits);
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
                    function.is_value && function.value.as_ref().is_some_and(pure)
                })
            };
            call.args.is_empty() && (is_new || is_own())
        }
        _ => false,
    }
}

struct Uses<'a> {
    urls: &'a Urls<'a>,
    words: &'a [Words],
    definition: &'a Definition<'a>,
}

impl Uses<'_> {
    fn places(&self) -> Vec<(usize, usize)> {
        let Definition {
            name,
            file,
            span,
            scope,
        } = self.definition;
        let all = self
            .urls
            .files
            .iter()
            .enumerate()
            .filter(|(index, _)| scope.is_none() || index == file);
        let mut places = Vec::new();
        for (index, source) in all {
            let range = scope.clone().unwrap_or(0..source.text.len());
            let found = self.words[index].places(name, &range);
            places.extend(
                found
                    .filter(|at| index != *file || !span.contains(at))
                    .map(|at| (index, at)),
            );
        }
        places
    }

    fn before(&self) -> usize {
        self.places().len()
    }

    fn after(&self, edits: &[Edit], words: &[Words]) -> usize {
        let is_edited = |(file, at): &(usize, usize)| {
            edits
                .iter()
                .any(|edit| edit.file == *file && edit.span.contains(at))
        };
        let kept = self
            .places()
            .iter()
            .filter(|place| !is_edited(place))
            .count();
        let is_seen = |edit: &&Edit| {
            self.definition.scope.as_ref().is_none_or(|scope| {
                edit.file == self.definition.file && scope.contains(&edit.span.start)
            })
        };
        let written = edits.iter().zip(words).filter(|(edit, _)| is_seen(edit));
        let written = written.map(|(edit, words)| {
            let all = 0..edit.text.len();
            words.places(self.definition.name, &all).count()
        });
        kept + written.sum::<usize>()
    }
}

/// Imports of names that were used and are not any more.
fn imports(urls: &Urls<'_>, words: &[Words], edits: &mut Vec<Edit>) {
    let model = &urls.model;
    let mut gone: Vec<usize> = Vec::new();
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
        let written = own().any(|edit| {
            let words = Words::of(&edit.text);
            words
                .places(&import.name, &(0..edit.text.len()))
                .next()
                .is_some()
        });
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
                    span: lines(text, used.item.clone()),
                    text: String::new(),
                });
            }
            continue;
        }
        for import in of_it {
            edits.push(Edit {
                file,
                span: with_comma(text, import.span.clone()),
                text: String::new(),
            });
        }
    }
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
