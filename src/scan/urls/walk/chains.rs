//! Chains of methods, and calls.

use syn::visit::Visit;
use syn::{Expr, Lit};

use super::super::model::{
    Call, Chain, Context, Holder, Op, OpKind, Position, bytes, last, qualifier, type_name,
};
use super::super::read::{is_building, reads_variable};
use super::{CONNECT, Walker, is_constant, plain};

/// Methods of HTTP clients whose first argument is a URL.
const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head"];

/// Methods whose arguments are compared or shown, and are no address: what a header says, or who a token is for, is not
/// where a request goes.
const PROSE: &[&str] = &[
    "starts_with",
    "ends_with",
    "contains",
    "contains_key",
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
    "map_err",
    "ok_or",
    "ok_or_else",
    "eq",
    "ne",
    "header",
    "append_header",
    "insert_header",
    "allow_origin",
    "allowed_origin",
    "set_issuer",
    "set_audience",
];

/// Methods that compare the text that they are called on.
const COMPARING: &[&str] = &["contains", "ends_with", "eq", "ne", "starts_with"];

/// Types that have what they hold by a key.
const MAPS: &[&str] = &[
    "BTreeMap", "BTreeSet", "DashMap", "HashMap", "HashSet", "IndexMap",
];

/// Methods that an `Option` has, and no request.
const OF_OPTION: &[&str] = &["cloned", "copied", "is_none", "is_some", "is_some_and"];

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
        let methods: Vec<_> = arguments
            .iter()
            .map(|method| method.as_ref().map(|(name, _)| name.clone()))
            .collect();
        self.model.chains.push(Chain {
            spot,
            base: inner.clone(),
            ops,
            span,
            context,
        });
        let first = methods.first().and_then(Option::as_deref);
        match inner {
            Expr::Call(call) => self.call(call, index),
            Expr::Path(path) => self.uses(&path.path),
            // What is done to a literal belongs to it.
            inner if arguments.is_empty() => self.at(inner, Context::Value, position),
            inner if is_compared(inner, first) || is_pieces(inner, expr, first) => {
                self.prose += 1;
                self.visit_expr(inner);
                self.prose -= 1;
            }
            inner => self.visit_expr(inner),
        }
        for (step, arguments) in arguments.into_iter().enumerate() {
            let Some((name, arguments)) = arguments else {
                continue;
            };
            let after = methods.get(step + 1).and_then(Option::as_deref);
            let is_key = match (&*name, arguments.len()) {
                ("get" | "remove", 1) => {
                    step == 0 && self.is_map(inner)
                        || after.is_some_and(|after| OF_OPTION.contains(&after))
                }
                ("insert", 2) => true,
                _ => false,
            };
            // A default counts where the variable is not set.
            let is_default = ["unwrap_or", "or_else", "map_or"]
                .iter()
                .any(|word| name.starts_with(word));
            let is_prose = PROSE.contains(&name.as_str()) || is_default && reads_variable(inner);
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
                let is_key = is_key && place == 0;
                self.prose += usize::from(is_key);
                self.at(argument, Context::Value, position);
                self.prose -= usize::from(is_key);
            }
            self.prose -= usize::from(is_prose);
        }
    }

    pub(super) fn call(&mut self, call: &syn::ExprCall, chain: usize) {
        let mut position = Position::Argument;
        let mut function = None;
        let mut is_prose = false;
        if let Expr::Path(path) = &*call.func {
            let (name, of) = (last(&path.path), qualifier(&path.path));
            self.uses(&path.path);
            if of.as_deref() == Some("reqwest") && name == "get" {
                position = Position::Request(chain, None);
            } else if CONNECT.contains(&name.as_str()) {
                position = Position::Connect;
            }
            is_prose = match of.as_deref() {
                Some(of) => of == "HeaderValue",
                None => name == "Err",
            };
            let is_self = of.as_deref() == Some("Self");
            let of = if is_self { self.self_type.clone() } else { of };
            let spot = self.spot();
            function = Some((of.clone(), name.clone()));
            let names = path.path.segments.iter();
            let names = names.map(|segment| segment.ident.to_string());
            self.model.calls.entry(name).or_default().push(Call {
                of,
                path: names.collect(),
                at: bytes(path).start,
                spot,
                arguments: call.args.iter().cloned().collect(),
            });
        } else {
            self.visit_expr(&call.func);
        }
        self.prose += usize::from(is_prose);
        for (index, argument) in call.args.iter().enumerate() {
            let holder = function.clone();
            let holder = holder.map(|(of, name)| Holder::Argument(of, name, index));
            self.held(argument, Context::Value, position, holder);
        }
        self.prose -= usize::from(is_prose);
    }

    /// Whether a name is that of a map, as far as its type or what it is made by tells.
    fn is_map(&self, expr: &Expr) -> bool {
        let Expr::Path(path) = expr else {
            return false;
        };
        let name = last(&path.path);
        let binding = self.model.binding(&name, self.spot(), bytes(expr).start);
        let of = if let Some(index) = binding {
            let Some(Expr::Call(call)) = &self.model.bindings[index].init else {
                return false;
            };
            let Expr::Path(path) = &*call.func else {
                return false;
            };
            qualifier(&path.path)
        } else {
            let function = self.function.map(|index| &self.model.functions[index]);
            let mut parameters = function.into_iter().flat_map(|known| &known.parameters);
            let parameter = parameters.find(|known| known.name.as_deref() == Some(&name));
            parameter.and_then(|known| known.type_name.clone())
        };
        of.is_some_and(|of| MAPS.contains(&of.as_str()))
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

/// Whether the first method of a chain compares its base, which is written there.
fn is_compared(base: &Expr, method: Option<&str>) -> bool {
    method.is_some_and(|method| COMPARING.contains(&method)) && is_written(base)
}

fn is_written(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(paren) => is_written(&paren.expr),
        Expr::Reference(reference) => is_written(&reference.expr),
        Expr::Lit(literal) => matches!(literal.lit, Lit::Str(_)),
        Expr::Array(_) | Expr::Macro(_) => true,
        _ => false,
    }
}

/// Whether a chain makes the value of a header: `"…".parse::<HeaderValue>()?`.
pub(super) fn makes_header(mut expr: &Expr) -> bool {
    loop {
        expr = match expr {
            Expr::Try(tried) => &tried.expr,
            Expr::MethodCall(call) => {
                let types = call.turbofish.iter().flat_map(|turbofish| &turbofish.args);
                let mut types = types.filter_map(|argument| match argument {
                    syn::GenericArgument::Type(ty) => type_name(ty),
                    _ => None,
                });
                if call.method == "parse" && types.any(|name| name == "HeaderValue") {
                    return true;
                }
                &call.receiver
            }
            _ => return false,
        }
    }
}

/// Whether the base of a chain holds pieces of a text, which are none by themselves, or one that is replaced by another.
fn is_pieces(base: &Expr, chain: &Expr, method: Option<&str>) -> bool {
    let is_joined = || matches!(method, Some("concat" | "join")) && is_building(chain);
    matches!(base, Expr::Array(_) | Expr::Macro(_) | Expr::Lit(_))
        && (matches!(method, Some("replace" | "replacen")) || is_joined())
}
