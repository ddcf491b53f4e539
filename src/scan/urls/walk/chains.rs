//! Chains of methods, and calls.

use syn::Expr;
use syn::visit::Visit;

use super::super::model::{
    Call, Chain, Context, Holder, Op, OpKind, Position, bytes, last, qualifier,
};
use super::{CONNECT, Walker, is_constant, plain};

/// Methods of HTTP clients whose first argument is a URL.
const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head"];

/// Methods whose arguments are compared or shown, and are no address.
const PROSE: &[&str] = &[
    "starts_with",
    "ends_with",
    "contains",
    "strip_prefix",
    "strip_suffix",
    "trim_start_matches",
    "trim_end_matches",
    "find",
    "split",
    "replace",
    "expect",
    "context",
    "with_context",
    "wrap_err",
    "wrap_err_with",
    "eq",
    "ne",
];

impl Walker<'_> {
    /// The steps of a chain, from its base on.
    pub(super) fn chain(&mut self, expr: &Expr, context: Context, position: Position) {
        let span = bytes(expr);
        let mut ops = Vec::new();
        let mut inner = expr;
        loop {
            let end = bytes(inner).end;
            let (kind, next) = match inner {
                Expr::MethodCall(call) => {
                    let arguments = call.args.iter().cloned().collect();
                    let kind = OpKind::Method(call.method.to_string(), arguments);
                    (kind, &call.receiver)
                }
                Expr::Field(field) => (OpKind::Field, &field.base),
                Expr::Try(tried) => (OpKind::Try, &tried.expr),
                Expr::Await(awaited) => (OpKind::Await, &awaited.base),
                _ => break,
            };
            match (&kind, inner) {
                (OpKind::Method(name, _), _) => self.model.used.push((self.function, name.clone())),
                (_, Expr::Field(field)) => {
                    if let syn::Member::Named(name) = &field.member {
                        self.model.reads.push((self.function, plain(name)));
                    }
                }
                _ => {}
            }
            ops.push(Op { kind, end });
            inner = next;
        }
        ops.reverse();
        let index = self.model.chains.len();
        let spot = self.spot();
        let arguments: Vec<_> = ops
            .iter()
            .map(|op| match &op.kind {
                OpKind::Method(name, arguments) => Some((name.clone(), arguments.clone())),
                _ => None,
            })
            .collect();
        self.model.chains.push(Chain {
            spot,
            base: inner.clone(),
            ops,
            span,
            context,
        });
        match inner {
            Expr::Call(call) => self.call(call, index),
            Expr::Path(path) => self.uses(&path.path),
            // What is done to a literal belongs to it.
            inner if arguments.is_empty() => self.at(inner, Context::Value, position),
            inner => self.visit_expr(inner),
        }
        for (step, arguments) in arguments.into_iter().enumerate() {
            let Some((name, arguments)) = arguments else {
                continue;
            };
            let is_prose = PROSE.contains(&name.as_str());
            self.prose += usize::from(is_prose);
            let url = match (&*name, arguments.len()) {
                (verb, 1) if VERBS.contains(&verb) => Some(0),
                ("request", 2) => Some(1),
                _ => None,
            };
            for (place, argument) in arguments.iter().enumerate() {
                let position = match &*name {
                    _ if url == Some(place) => Position::Request(index, Some(step)),
                    name if CONNECT.contains(&name) => Position::Connect,
                    _ => Position::Argument,
                };
                self.at(argument, Context::Value, position);
            }
            self.prose -= usize::from(is_prose);
        }
    }

    pub(super) fn call(&mut self, call: &syn::ExprCall, chain: usize) {
        let mut position = Position::Argument;
        let mut function = None;
        if let Expr::Path(path) = &*call.func {
            let (name, of) = (last(&path.path), qualifier(&path.path));
            self.uses(&path.path);
            if of.as_deref() == Some("reqwest") && name == "get" {
                position = Position::Request(chain, None);
            } else if CONNECT.contains(&name.as_str()) {
                position = Position::Connect;
            }
            let is_self = of.as_deref() == Some("Self");
            let of = if is_self { self.self_type.clone() } else { of };
            let spot = self.spot();
            function = Some((of.clone(), name.clone()));
            self.model.calls.entry(name).or_default().push(Call {
                of,
                spot,
                arguments: call.args.iter().cloned().collect(),
            });
        } else {
            self.visit_expr(&call.func);
        }
        for (index, argument) in call.args.iter().enumerate() {
            let holder = function.clone();
            let holder = holder.map(|(of, name)| Holder::Argument(of, name, index));
            self.held(argument, Context::Value, position, holder);
        }
    }

    /// A path names a function or a constant, unless it is a name of this function.
    pub(super) fn uses(&mut self, path: &syn::Path) {
        let name = last(path);
        if path.segments.len() == 1 && !is_constant(&name) {
            let at = bytes(path).start;
            let parameters = self
                .function
                .map(|index| &self.model.functions[index].parameters);
            let is_parameter = parameters
                .into_iter()
                .flatten()
                .any(|parameter| parameter.name.as_deref() == Some(&name));
            if is_parameter || self.model.binding(&name, self.spot(), at).is_some() {
                return;
            }
        }
        self.model.used.push((self.function, name));
    }
}
