//! What text an expression gives, as far as the sources of the package tell it.

mod branches;
mod building;
mod forks;
mod formatting;
mod names;
mod outer;
mod paths;
mod text;
mod types;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use syn::Expr;

use self::branches::is_identity;
pub use self::branches::{is_taken, reads_variable};
use self::building::{
    Passing, holds_a_port, is_inferred, is_made_from, is_parsed_as_it_is, is_pure, joined_pieces,
    literal, passed_on, variable_read,
};
pub use self::building::{is_building, peel};
use self::forks::Taken;
pub use self::forks::Texts;
pub use self::names::is_open;
pub use self::outer::{Outer, outer};
use self::paths::Place;
use self::types::is_lazy;
use super::model::{Body, Model, Spot, bytes};
use super::template::{
    Expression, Part, UNKNOWN, bare, each_expression, shape, shut, text, without_blanks,
    without_slashes,
};
use crate::scan::File;

/// So many definitions are followed, one after the other.
const MAX_DEPTH: u8 = 12;

/// Reads the texts of expressions, one after the other.
pub struct Reader<'m> {
    model: &'m Model,
    files: &'m [File],
    /// What other packages give to functions of this one.
    outer: &'m Outer,
    /// The functions that calls of each name call, once they were asked for.
    called: RefCell<HashMap<String, Vec<Option<usize>>>>,
    /// The functions that are used without being called, once they were asked for.
    values: OnceCell<HashSet<usize>>,
    /// Which of several texts is taken where they differ, in the order in which that is asked.
    taken: RefCell<Vec<Taken>>,
    /// How many of them this reading has asked for.
    made: Cell<usize>,
    /// The functions whose calls are being read.
    open: RefCell<Vec<usize>>,
    /// Whether what loops go through is taken one by one.
    each: Cell<bool>,
    /// How many expressions were read.
    steps: Cell<usize>,
    /// How many may be, and how many were for all URLs.
    limit: Cell<usize>,
    all_steps: Cell<usize>,
    origins: RefCell<HashSet<(usize, Range<usize>)>>,
    foreign: RefCell<HashSet<(usize, usize, Range<usize>)>>,
}

/// Where an expression is read, and with which arguments of the function around it.
#[derive(Clone)]
struct At<'a> {
    spot: Spot,
    arguments: Option<&'a [Vec<Part>]>,
    depth: u8,
}

impl<'m> Reader<'m> {
    pub fn new(model: &'m Model, files: &'m [File], outer: &'m Outer) -> Self {
        Self {
            model,
            files,
            outer,
            called: RefCell::default(),
            values: OnceCell::new(),
            taken: RefCell::default(),
            made: Cell::new(0),
            open: RefCell::default(),
            steps: Cell::new(0),
            limit: Cell::new(0),
            all_steps: Cell::new(0),
            each: Cell::default(),
            origins: RefCell::default(),
            foreign: RefCell::default(),
        }
    }

    /// The text of `expr`, which stands there.
    fn text(&self, expr: &Expr, spot: Spot) -> Vec<Part> {
        let at = At {
            spot,
            arguments: None,
            depth: 0,
        };
        self.read(expr, &at)
    }

    fn code(&self, node: &impl syn::spanned::Spanned, at: &At<'_>) -> String {
        let text = &self.files[at.spot.file].text;
        let code = text.get(bytes(node));
        code.unwrap_or_default().to_owned()
    }

    /// An expression as it is written, if it can be written elsewhere.
    fn wrapped(&self, expr: &Expr, known: Option<Vec<Part>>, spec: &str, at: &At<'_>) -> Vec<Part> {
        let code = if is_inferred(expr) {
            String::new()
        } else {
            self.code(expr, at)
        };
        vec![Part::Expression(Expression {
            spot: at.spot,
            span: bytes(expr),
            code,
            spec: spec.to_owned(),
            known,
        })]
    }

    /// What a name stands for, read where it is defined.
    fn elsewhere(&self, expr: &Expr, at: &At<'_>) -> Vec<Part> {
        let origin = (at.spot.file, bytes(expr));
        self.origins.borrow_mut().insert(origin);
        self.read(
            expr,
            &At {
                depth: at.depth + 1,
                ..at.clone()
            },
        )
    }

    fn read(&self, expr: &Expr, at: &At<'_>) -> Vec<Part> {
        if at.depth > MAX_DEPTH || !self.step() {
            return self.wrapped(expr, None, "", at);
        }
        if let Some(argument) = variable_read(expr) {
            let name = text(&self.read(argument, at), &|_| None);
            return if name.contains(UNKNOWN) {
                self.wrapped(expr, None, "", at)
            } else {
                vec![Part::Variable(name, None)]
            };
        }
        match expr {
            Expr::Lit(_) => match literal(expr) {
                Some(text) => vec![Part::Text(text)],
                None => self.wrapped(expr, None, "", at),
            },
            Expr::Macro(mac) => match self.in_macro(&mac.mac, at) {
                Some(parts) => parts,
                None => self.wrapped(expr, None, "", at),
            },
            // A sum of numbers is no text.
            Expr::Binary(binary) if is_sum(expr) && self.is_text(expr, at) => {
                let mut parts = self.read(&binary.left, at);
                parts.extend(self.read(&binary.right, at));
                parts
            }
            Expr::Match(matched) => {
                let known = self.matched(matched, at);
                self.wrapped(expr, known, "", at)
            }
            Expr::If(branch) => {
                let known = self.conditional(branch, at);
                self.wrapped(expr, known, "", at)
            }
            Expr::Block(block) => match block.block.stmts.last() {
                Some(syn::Stmt::Expr(value, None)) => self.read(value, at),
                _ => self.wrapped(expr, None, "", at),
            },
            // A host and a port.
            Expr::Tuple(tuple) if tuple.elems.len() == 2 => {
                let mut parts = self.read(&tuple.elems[0], at);
                parts.push(Part::Text(":".to_owned()));
                parts.extend(self.read(&tuple.elems[1], at));
                parts
            }
            Expr::Cast(cast) => {
                let known = self.cast(cast, at);
                self.wrapped(expr, known, "", at)
            }
            Expr::Path(path) => {
                let known = self.named(&path.path, expr, at);
                self.wrapped(expr, known, "", at)
            }
            Expr::Field(_) => {
                let known = self.field(expr, at);
                self.wrapped(expr, known, "", at)
            }
            Expr::MethodCall(call) => self.method(call, expr, at),
            Expr::Call(call) if !is_made_from(&call.func) || call.args.len() != 1 => {
                let known = self.call(call, at);
                self.wrapped(expr, known, "", at)
            }
            _ => match passed_on(expr) {
                Some((inner, passing)) => self.passed(expr, inner, passing, at),
                None => self.wrapped(expr, None, "", at),
            },
        }
    }

    /// What `expr` passes on: with its own code, where that is the whole text.
    fn passed(&self, expr: &Expr, inner: &Expr, passing: Passing, at: &At<'_>) -> Vec<Part> {
        let read = self.read(inner, at);
        let is_parse = matches!(expr, Expr::MethodCall(call) if call.method == "parse");
        if is_parse && !is_parsed_as_it_is(&shape(&read).replace(UNKNOWN, "")) {
            return self.wrapped(expr, None, "", at);
        }
        match (passing, &read[..]) {
            (Passing::Same, _) => read,
            (_, [Part::Expression(expression)]) => {
                let known = expression.known.clone().map(|known| match passing {
                    Passing::Trimmed => without_blanks(known),
                    // What is held elsewhere is not what is shown here.
                    _ if matches!(bare(&known), [Part::Expression(_)]) => shut(known),
                    _ => known,
                });
                self.wrapped(expr, known, "", at)
            }
            (Passing::Trimmed, _) => without_blanks(read),
            (Passing::Held, _) => read,
        }
    }

    /// A number as another type, if it is the same there.
    fn cast(&self, cast: &syn::ExprCast, at: &At<'_>) -> Option<Vec<Part>> {
        let is_number = match &*cast.expr {
            Expr::Lit(literal) => matches!(literal.lit, syn::Lit::Int(_)),
            Expr::Path(_) => true,
            _ => false,
        };
        let read = self.read(&cast.expr, at);
        match bare(&read) {
            [Part::Text(text)] if is_number && holds_a_port(&cast.ty) => {
                text.parse::<u16>().ok()?;
                Some(vec![Part::Text(text.clone())])
            }
            _ => None,
        }
    }

    fn method(&self, call: &syn::ExprMethodCall, expr: &Expr, at: &At<'_>) -> Vec<Part> {
        if let Some((inner, passing)) = passed_on(expr) {
            return self.passed(expr, inner, passing, at);
        }
        let name = call.method.to_string();
        match name.as_str() {
            "unwrap_or" | "unwrap_or_else" | "or_else" if call.args.len() == 1 => {
                let read = self.or_default(&call.receiver, &call.args[0], at);
                read.unwrap_or_else(|| self.wrapped(expr, None, "", at))
            }
            "map_or" | "map_or_else" if call.args.len() == 2 => {
                let read = if is_identity(&call.args[1]) {
                    self.or_default(&call.receiver, &call.args[0], at)
                } else {
                    self.beside(&call.receiver, &call.args[0], at)
                };
                read.unwrap_or_else(|| self.wrapped(expr, None, "", at))
            }
            "map" if call.args.first().is_some_and(is_identity) => self.read(&call.receiver, at),
            "trim_end_matches" if call.args.first().and_then(literal).as_deref() == Some("/") => {
                match &self.read(&call.receiver, at)[..] {
                    [Part::Expression(expression)] => {
                        let known = expression.known.clone().map(without_slashes);
                        self.wrapped(expr, known, "", at)
                    }
                    read => without_slashes(read.to_vec()),
                }
            }
            "concat" | "join" if joined_pieces(call).is_some() => {
                let between = call.args.first();
                let between = between.map_or_else(Vec::new, |between| self.read(between, at));
                let mut parts = Vec::new();
                for (index, piece) in joined_pieces(call).iter().flatten().enumerate() {
                    if index > 0 {
                        parts.extend_from_slice(&between);
                    }
                    parts.extend(self.read(piece, at));
                }
                parts
            }
            "join" if call.args.len() == 1 => {
                let base = self.read(&call.receiver, at);
                let path = self.read(&call.args[0], at);
                joined(&base, path).unwrap_or_else(|| self.wrapped(expr, None, "", at))
            }
            _ => {
                let of = self.type_of(&call.receiver, at);
                let function = of.and_then(|of| self.method_of(&name, &of, true));
                let known =
                    function.and_then(|function| self.returned(function, call.args.iter(), at));
                self.wrapped(expr, known, "", at)
            }
        }
    }

    /// A function of the package, with what it is given.
    fn call(&self, call: &syn::ExprCall, at: &At<'_>) -> Option<Vec<Part>> {
        let Expr::Path(path) = &*call.func else {
            return None;
        };
        if is_lazy(&path.path) {
            return match call.args.first() {
                Some(Expr::Closure(closure)) => Some(self.read(&closure.body, at)),
                _ => None,
            };
        }
        let place = Place {
            file: at.spot.file,
            at: bytes(path).start,
        };
        let function = self.function_of(&Self::names(&path.path), place, at.spot)?;
        self.returned(function, call.args.iter(), at)
    }

    fn returned<'e>(
        &self,
        function: usize,
        arguments: impl Iterator<Item = &'e Expr>,
        at: &At<'_>,
    ) -> Option<Vec<Part>> {
        let returning = &self.model.functions[function];
        let is_last = returning.body != Body::Returning;
        let value = returning.value.as_ref().filter(|_| is_last)?;
        let given: Vec<_> = arguments.collect();
        let arguments = given.iter().map(|argument| self.read(argument, at));
        let arguments: Vec<_> = arguments.collect();
        let inside = At {
            spot: Spot {
                file: self.model.functions[function].file,
                function: Some(function),
            },
            arguments: Some(&arguments),
            depth: at.depth,
        };
        let mut returned = self.elsewhere(value, &inside);
        // What is evaluated once is not written twice.
        let mut counts = HashMap::new();
        for (_, mut parts) in given
            .iter()
            .zip(arguments)
            .filter(|(given, _)| !is_pure(given))
        {
            each_expression(&mut parts, &mut |once| {
                counts.insert((once.spot, once.code.clone()), 0);
            });
        }
        if !counts.is_empty() {
            each_expression(&mut returned, &mut |expression| {
                let count = counts.get_mut(&(expression.spot, expression.code.clone()));
                if let Some(count) = count {
                    *count += 1;
                }
            });
            each_expression(&mut returned, &mut |expression| {
                let count = counts.get(&(expression.spot, expression.code.clone()));
                if count.is_some_and(|count| *count > 1) {
                    expression.code.clear();
                }
            });
        }
        Some(returned)
    }
}

fn is_sum(expr: &Expr) -> bool {
    matches!(expr, Expr::Binary(binary) if matches!(binary.op, syn::BinOp::Add(_)))
}

/// A path below a URL, as `Url::join` makes it.
fn joined(base: &[Part], path: Vec<Part>) -> Option<Vec<Part>> {
    let mut base = bare(base).to_vec();
    let written = shape(&base);
    let first = shape(&path);
    if first.starts_with('/') && !first.starts_with("//") {
        base = vec![Part::Origin(base)];
        base.extend(path);
        return Some(base);
    }
    let (_, after) = written.split_once("://")?;
    if !after.contains('/') {
        base.push(Part::Text("/".to_owned()));
    } else if !written.ends_with('/') {
        return None;
    }
    // What is not known may begin with a slash, or be a whole URL.
    let is_relative = matches!(path.first(), Some(Part::Text(_)));
    base.extend(if is_relative { path } else { shut(path) });
    Some(base)
}
