//! Expressions, and what they tell those inside them.

use std::ops::Range;

use syn::visit::{self, Visit};
use syn::{Expr, Pat};

use super::super::model::{Candidate, Chain, Context, Field, Holder, Position, bytes, last};
use super::super::read::{is_building, is_taken, peel, reads_variable};
use super::chains::makes_header;
use super::{Next, Walker};

impl Walker<'_> {
    /// An expression, with what is around it.
    pub(super) fn expression(&mut self, expr: &Expr) {
        let Next {
            context,
            position,
            holder,
        } = std::mem::take(&mut self.next);
        let position = if self.in_rules {
            Position::Value
        } else {
            position
        };
        let is_told = !matches!(
            position,
            Position::Value | Position::Let(_) | Position::Field | Position::Constant
        );
        let is_header = makes_header(expr);
        self.prose += usize::from(is_header);
        let is_branch = self.is_branch(expr);
        if self.prose == 0 && (is_told || is_branch || is_building(expr)) {
            let (spot, span) = (self.spot(), bytes(expr));
            self.model.candidates.push(Candidate {
                spot,
                expr: expr.clone(),
                span,
                position,
                holder,
                is_begun: false,
            });
        }
        self.changes(expr);
        // One branch is taken, and not everywhere.
        self.prose += usize::from(is_branch);
        match expr {
            Expr::MethodCall(_)
            | Expr::Field(_)
            | Expr::Try(_)
            | Expr::Await(_)
            | Expr::Call(_) => {
                self.chain(expr, context, position);
            }
            Expr::Path(path) => {
                self.uses(&path.path);
                let (spot, span) = (self.spot(), bytes(expr));
                self.model.chains.push(Chain {
                    spot,
                    base: expr.clone(),
                    ops: Vec::new(),
                    span,
                    context,
                });
            }
            Expr::Match(matched) => self.matching(matched),
            Expr::If(branch) => {
                let then = bytes(&branch.then_branch);
                self.conditions(&branch.cond, &then);
                self.visit_block(&branch.then_branch);
                if let Some((_, otherwise)) = &branch.else_branch {
                    self.visit_expr(otherwise);
                }
            }
            Expr::While(repeated) => {
                let body = bytes(&repeated.body);
                self.conditions(&repeated.cond, &body);
                self.visit_block(&repeated.body);
            }
            Expr::ForLoop(repeated) => self.going_through(repeated),
            Expr::Async(block) => {
                let span = bytes(block);
                self.model.closures.push((self.index, span));
                self.visit_block(&block.block);
            }
            Expr::Closure(closure) => {
                let span = bytes(closure);
                self.model.closures.push((self.index, span.clone()));
                for input in &closure.inputs {
                    self.bind_all(input, &span);
                }
                self.visit_expr(&closure.body);
            }
            Expr::Struct(literal) => self.literal(literal),
            // The pieces of a text are none by themselves.
            Expr::Binary(binary) if is_comparison(&binary.op) || is_building(expr) => {
                self.prose += 1;
                visit::visit_expr(self, expr);
                self.prose -= 1;
            }
            // `&x`, `(x)` and `*x` stand where `x` does.
            Expr::Reference(_) | Expr::Paren(_) | Expr::Group(_) => {
                self.next = Next::default();
                visit::visit_expr(self, expr);
            }
            _ => visit::visit_expr(self, expr),
        }
        self.prose -= usize::from(is_header);
        self.prose -= usize::from(is_branch);
    }

    fn going_through(&mut self, repeated: &syn::ExprForLoop) {
        let body = bytes(&repeated.body);
        let first = self.model.bindings.len();
        self.bind_all(&repeated.pat, &body);
        if let [binding] = &mut self.model.bindings[first..]
            && matches!(*repeated.pat, Pat::Ident(_))
        {
            binding.each = elements(&repeated.expr);
        }
        self.visit_expr(&repeated.expr);
        self.visit_block(&repeated.body);
    }

    /// Whether a variable of the task decides which of several texts it is.
    fn is_branch(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Match(matched) => {
                let mut arms = matched.arms.iter();
                self.is_variable(&matched.expr)
                    && arms.clone().all(|arm| is_taken(&arm.pat))
                    && arms.any(|arm| is_text(&arm.body))
            }
            Expr::If(branch) => {
                let is_by_variable = match &*branch.cond {
                    Expr::Let(binding) => is_taken(&binding.pat) && self.is_variable(&binding.expr),
                    Expr::Binary(compared) if is_comparison(&compared.op) => {
                        self.is_variable(&compared.left)
                    }
                    _ => false,
                };
                let mut otherwise = branch.else_branch.iter();
                is_by_variable
                    && (is_text_block(&branch.then_branch)
                        || otherwise.any(|(_, other)| is_text(other)))
            }
            _ => false,
        }
    }

    fn is_variable(&self, expr: &Expr) -> bool {
        let Expr::Path(path) = peel(expr) else {
            return reads_variable(expr);
        };
        let name = path.path.get_ident().map(ToString::to_string);
        let at = bytes(path).start;
        let binding = name.and_then(|name| self.model.binding(&name, self.spot(), at));
        let init = binding.and_then(|index| self.model.bindings[index].init.as_ref());
        init.is_some_and(reads_variable)
    }

    /// Fields that an expression writes, or that it lets others write.
    fn changes(&mut self, expr: &Expr) {
        let changed = match expr {
            Expr::Assign(assign) => &assign.left,
            Expr::Binary(binary) if is_assignment(&binary.op) => &binary.left,
            Expr::Reference(reference) if reference.mutability.is_some() => &reference.expr,
            Expr::MethodCall(call) if is_changing(&call.method.to_string()) => &call.receiver,
            _ => return,
        };
        let mut inner = &**changed;
        loop {
            inner = match inner {
                Expr::Field(field) => {
                    if let syn::Member::Named(name) = &field.member {
                        self.model.changed.insert(name.to_string());
                    }
                    &field.base
                }
                Expr::Paren(paren) => &paren.expr,
                Expr::Unary(unary) => &unary.expr,
                Expr::MethodCall(call) => &call.receiver,
                Expr::Path(path) if !is_growing(expr) => {
                    let spot = self.spot();
                    return self.model.change(&path.path, spot);
                }
                _ => break,
            };
        }
    }

    fn matching(&mut self, matched: &syn::ExprMatch) {
        let arms = matched.arms.iter().map(|arm| {
            let pattern = unguarded(&arm.pat);
            let seen = bytes(pattern).end..bytes(arm).end;
            let bound = self.matched(pattern, &matched.expr, &seen);
            (bound, seen)
        });
        let arms = arms.collect();
        self.at(&matched.expr, Context::Bound(arms), Position::Value);
        for arm in &matched.arms {
            if let Pat::Guard(guard) = &arm.pat {
                self.visit_expr(&guard.guard);
            }
            self.at(&arm.body, Context::Value, Position::Value);
        }
    }

    fn literal(&mut self, literal: &syn::ExprStruct) {
        let of = match (last(&literal.path).as_str(), &self.self_type) {
            ("Self", Some(name)) => name.clone(),
            (name, _) => name.to_owned(),
        };
        for field in &literal.fields {
            if let syn::Member::Named(name) = &field.member {
                let spot = self.spot();
                let (of, value) = (of.clone(), field.expr.clone());
                let fields = self.model.fields.entry(name.to_string()).or_default();
                let holder = Holder::Field(of.clone(), name.to_string());
                fields.push(Field { of, spot, value });
                self.held(&field.expr, Context::Value, Position::Field, Some(holder));
            } else {
                self.visit_expr(&field.expr);
            }
        }
        if let Some(rest) = &literal.rest {
            self.visit_expr(rest);
        }
    }

    /// `if let` and `while let`, with others beside it.
    pub(super) fn conditions(&mut self, condition: &Expr, body: &Range<usize>) {
        match condition {
            Expr::Let(binding) => {
                let bound = self.matched(&binding.pat, &binding.expr, body);
                let context = Context::Bound(vec![(bound, body.clone())]);
                self.at(&binding.expr, context, Position::Value);
            }
            Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
                self.conditions(&binary.left, body);
                self.conditions(&binary.right, body);
            }
            other => self.visit_expr(other),
        }
    }
}

fn is_text(expr: &Expr) -> bool {
    match expr {
        Expr::Block(block) => is_text_block(&block.block),
        other => is_building(other),
    }
}

fn is_text_block(block: &syn::Block) -> bool {
    matches!(block.stmts.last(), Some(syn::Stmt::Expr(value, None)) if is_text(value))
}

/// The texts that a loop goes through, where they are written there.
fn elements(expr: &Expr) -> Vec<Expr> {
    match expr {
        Expr::Array(array) => array.elems.iter().cloned().collect(),
        Expr::Paren(paren) => elements(&paren.expr),
        Expr::Reference(reference) => elements(&reference.expr),
        Expr::MethodCall(call)
            if matches!(
                call.method.to_string().as_str(),
                "iter" | "into_iter" | "copied" | "cloned"
            ) =>
        {
            elements(&call.receiver)
        }
        _ => Vec::new(),
    }
}

fn unguarded(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Guard(guard) => &guard.pat,
        pattern => pattern,
    }
}

fn is_assignment(op: &syn::BinOp) -> bool {
    matches!(op, syn::BinOp::AddAssign(_))
}

/// Whether it only puts something at the end of a text, or behind the host of a URL.
fn is_growing(expr: &Expr) -> bool {
    const GROWING: &[&str] = &[
        "extend",
        "path_segments_mut",
        "push",
        "push_str",
        "query_pairs_mut",
        "set_fragment",
        "set_path",
        "set_query",
        "write",
        "write_fmt",
        "write_str",
    ];
    match expr {
        Expr::Binary(_) => true,
        Expr::MethodCall(call) => GROWING.contains(&call.method.to_string().as_str()),
        _ => false,
    }
}

/// Methods that change a text, a URL or what holds one.
fn is_changing(method: &str) -> bool {
    const CHANGING: &[&str] = &[
        "as_mut",
        "as_mut_str",
        "borrow_mut",
        "clear",
        "clone_from",
        "drain",
        "extend",
        "insert",
        "insert_str",
        "make_ascii_lowercase",
        "path_segments_mut",
        "pop",
        "push",
        "push_str",
        "query_pairs_mut",
        "remove",
        "replace",
        "replace_range",
        "retain",
        "take",
        "truncate",
        "write",
        "write_fmt",
        "write_str",
    ];
    CHANGING.contains(&method) || method.starts_with("set_") || method.starts_with("get_or_insert")
}

fn is_comparison(op: &syn::BinOp) -> bool {
    matches!(op, syn::BinOp::Eq(_) | syn::BinOp::Ne(_))
}
