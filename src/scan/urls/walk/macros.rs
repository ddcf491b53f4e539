//! Macros, as far as what they are given can be read.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Expr, Lit, Token};

use super::super::format::captured;
use super::super::model::{Context, Mention, Position, last};
use super::{Walker, is_constant, plain};

/// Macros that print, and whose strings are prose.
const PRINT: &[&str] = &[
    "print",
    "println",
    "eprint",
    "eprintln",
    "write",
    "writeln",
    "panic",
    "unreachable",
    "todo",
    "unimplemented",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "dbg",
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "log",
    "event",
    "span",
    "trace_span",
    "debug_span",
    "info_span",
    "warn_span",
    "error_span",
    "bail",
    "anyhow",
    "eyre",
    "ensure",
    "matches",
];

impl Walker<'_> {
    /// A macro, and what it is given.
    pub(super) fn macro_call(&mut self, mac: &syn::Macro) {
        self.names_in(mac.tokens.clone());
        let name = last(&mac.path);
        if name == "macro_rules" {
            self.by_example(mac.tokens.clone());
            return;
        }
        let is_print = PRINT.contains(&name.as_str());
        if is_print || name == "format" || name == "format_args" {
            self.mentions(mac.tokens.clone());
        }
        self.prose += usize::from(is_print);
        let is_text = matches!(
            name.as_str(),
            "format" | "format_args" | "concat" | "env" | "option_env"
        );
        // The string of `format!` is no value of its own.
        self.prose += usize::from(is_text);
        self.arguments(mac.tokens.clone());
        self.prose -= usize::from(is_text) + usize::from(is_print);
    }

    /// What the rules of a macro by example make, with what they are given as names of which nothing is known. What stands
    /// there is text for many places, and is judged but not changed.
    fn by_example(&mut self, rules: TokenStream) {
        let outer = (self.function.take(), self.in_rules);
        self.in_rules = true;
        let mut is_made = false;
        for token in rules {
            match token {
                TokenTree::Group(made) if is_made => self.arguments(with_names(made.stream())),
                token => is_made = token.to_string() == ">",
            }
        }
        (self.function, self.in_rules) = outer;
    }

    /// The arguments of a macro, as far as they are expressions.
    pub(super) fn arguments(&mut self, tokens: TokenStream) {
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(arguments) = parser.parse2(tokens.clone()) {
            for argument in &arguments {
                self.at(argument, Context::Value, Position::Value);
            }
            return;
        }
        if let Ok(statements) = syn::Block::parse_within.parse2(tokens.clone()) {
            for statement in &statements {
                self.visit_stmt(statement);
            }
            return;
        }
        for piece in pieces(tokens) {
            match syn::parse2::<Expr>(piece.clone()) {
                Ok(expr) => self.at(&expr, Context::Value, Position::Value),
                Err(_) => {
                    for token in piece {
                        if let TokenTree::Group(group) = token {
                            self.arguments(group.stream());
                        }
                    }
                }
            }
        }
    }

    /// What stands in a macro may be used by it: calls, constants and fields.
    pub(super) fn names_in(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.names_in(group.stream()),
                TokenTree::Ident(ident) => {
                    let name = plain(ident);
                    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
                    if before.is_some_and(|token| token.to_string() == ".") {
                        self.model.reads.push((self.function, name.clone()));
                    }
                    let is_called = matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
                    if is_called || is_constant(&name) {
                        self.model.used.push((self.function, name));
                    }
                }
                TokenTree::Literal(literal) => {
                    let literal = TokenTree::Literal(literal.clone());
                    if let Ok(Lit::Str(text)) = syn::parse2(literal.into()) {
                        let names = captured(&text.value()).into_iter();
                        let names = names.filter(|name| is_constant(name));
                        let function = self.function;
                        self.model.used.extend(names.map(|name| (function, name)));
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// The names in a macro that prints.
    pub(super) fn mentions(&mut self, tokens: TokenStream) {
        for token in tokens {
            let (names, span) = match token {
                TokenTree::Group(group) => {
                    self.mentions(group.stream());
                    continue;
                }
                TokenTree::Ident(ident) => (vec![ident.to_string()], ident.span()),
                TokenTree::Literal(literal) => {
                    let span = literal.span();
                    let names = match syn::parse2::<Lit>(TokenTree::Literal(literal).into()) {
                        Ok(Lit::Str(text)) => captured(&text.value()),
                        _ => Vec::new(),
                    };
                    (names, span)
                }
                TokenTree::Punct(_) => continue,
            };
            let at = span.byte_range().start;
            let file = self.index;
            let mentions = names.into_iter().map(|name| Mention { name, file, at });
            self.model.mentions.extend(mentions);
        }
    }
}

/// What a rule makes: `$name` as `name`, and what `$(…),*` repeats once.
fn with_names(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut out = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '$' => {
                if let Some(TokenTree::Group(repeated)) =
                    tokens.next_if(|next| matches!(next, TokenTree::Group(_)))
                {
                    out.extend(with_names(repeated.stream()));
                    let is_end =
                        |token: &TokenTree| matches!(token.to_string().as_str(), "*" | "+" | "?");
                    let separator = tokens.next_if(|token| !is_end(token));
                    out.extend(separator);
                    let _ = tokens.next_if(is_end);
                }
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), with_names(group.stream()));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            token => out.extend([token]),
        }
    }
    out
}

/// Tokens between commas, semicolons, colons and arrows.
fn pieces(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces = vec![TokenStream::new()];
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let double = |first: &str| {
            let next = tokens.get(at + 1).map(ToString::to_string);
            next.is_some_and(|next| format!("{token}{next}") == first)
        };
        if double("::") || double("=>") {
            if double("::") {
                let path = tokens[at..at + 2].iter().cloned();
                pieces
                    .last_mut()
                    .into_iter()
                    .for_each(|piece| piece.extend(path.clone()));
            } else {
                pieces.push(TokenStream::new());
            }
            at += 2;
            continue;
        }
        match token.to_string().as_str() {
            "," | ";" | ":" | "=" | "%" => pieces.push(TokenStream::new()),
            _ => pieces
                .last_mut()
                .into_iter()
                .for_each(|piece| piece.extend([token.clone()])),
        }
        at += 1;
    }
    pieces
}
