//! Reads the syntax trees of a package into the [`Model`].

mod bindings;
mod bounds;
mod chains;
mod expressions;
mod items;
mod macros;

use std::collections::HashSet;

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Pat, Stmt};

use self::items::{has_attributes, is_public};
use super::model::{Context, Holder, Model, Position, Spot, bytes};
use crate::scan::File;
use crate::scan::conditions::{When, of_item, of_statement, when};

/// Functions and methods that are told a host and a port.
const CONNECT: &[&str] = &[
    "connect",
    "connect_timeout",
    "lookup_host",
    "to_socket_addrs",
    "connect_lazy",
];

/// Reads all files but tests.
pub fn read(files: &[File]) -> Model {
    let mut model = Model::default();
    if !files
        .iter()
        .any(|file| !file.is_test && may_have_urls(&file.text))
    {
        // What it uses is all that is asked of it.
        let words = files.iter().flat_map(|file| words(&file.text));
        let words: HashSet<_> = words.collect();
        model.used = words
            .iter()
            .map(|word| (None, (*word).to_owned()))
            .collect();
        model.reads.clone_from(&model.used);
        return model;
    }
    model.is_parsed = true;
    for (index, file) in files.iter().enumerate() {
        if file.is_test {
            continue;
        }
        let mut walker = Walker {
            model: &mut model,
            index,
            function: None,
            self_type: None,
            blocks: vec![file.text.len()],
            next: Next::default(),
            prose: 0,
            in_trait: false,
            in_rules: false,
        };
        walker.visit_file(&file.syntax);
    }
    model
}

/// Most packages make no calls: they are not parsed, which takes most of the time.
fn may_have_urls(text: &str) -> bool {
    let mut parts = ["://", "env::var", "env!(", ".send()"].into_iter();
    parts.any(|part| text.contains(part)) || CONNECT.iter().any(|word| has_word(text, word))
}

/// Whether a name stands there by itself: `service_connect` connects to nothing, and is in all that have typed calls.
fn has_word(text: &str, word: &str) -> bool {
    let mut places = text.match_indices(word);
    places.any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.into_iter().chain(after).any(is_of_word)
    })
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c| !is_of_word(c));
    words.filter(|word| !word.is_empty())
}

/// What an expression is told by what is around it.
struct Next {
    context: Context,
    position: Position,
    holder: Option<Holder>,
}

impl Default for Next {
    fn default() -> Self {
        Self {
            context: Context::Value,
            position: Position::Value,
            holder: None,
        }
    }
}

struct Walker<'m> {
    model: &'m mut Model,
    index: usize,
    function: Option<usize>,
    self_type: Option<String>,
    /// Where the blocks around end.
    blocks: Vec<usize>,
    next: Next,
    /// How many expressions around are prose.
    prose: usize,
    /// The `impl` around is that of a trait.
    in_trait: bool,
    /// What is around is made by a macro by example.
    in_rules: bool,
}

impl Walker<'_> {
    fn spot(&self) -> Spot {
        Spot {
            file: self.index,
            function: self.function,
        }
    }

    fn block_end(&self) -> usize {
        self.blocks.last().copied().unwrap_or_default()
    }

    /// Visits an expression that stands there.
    fn at(&mut self, expr: &Expr, context: Context, position: Position) {
        self.held(expr, context, position, None);
    }

    fn held(&mut self, expr: &Expr, context: Context, position: Position, holder: Option<Holder>) {
        self.next = Next {
            context,
            position,
            holder,
        };
        self.visit_expr(expr);
    }
}

impl Visit<'_> for Walker<'_> {
    fn visit_attribute(&mut self, _: &Attribute) {}
    fn visit_pat(&mut self, _: &Pat) {}

    fn visit_type(&mut self, _: &syn::Type) {}

    fn visit_item(&mut self, item: &syn::Item) {
        let name = match item {
            syn::Item::Const(item) => Some(&item.ident),
            syn::Item::Enum(item) => Some(&item.ident),
            syn::Item::Fn(item) => Some(&item.sig.ident),
            syn::Item::Static(item) => Some(&item.ident),
            syn::Item::Struct(item) => Some(&item.ident),
            syn::Item::Trait(item) => Some(&item.ident),
            syn::Item::Type(item) => Some(&item.ident),
            _ => None,
        };
        if when(of_item(item)) != When::Builds {
            return;
        }
        if let Some(name) = name {
            let at = bytes(name).start;
            self.model.add_item(self.index, at, name.to_string());
        }
        self.attributes(item);
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        if let Some((_, items)) = &item.content {
            self.model
                .modules
                .push((self.index, bytes(item), plain(&item.ident)));
            for item in items {
                self.visit_item(item);
            }
        }
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        self.import(item);
    }

    fn visit_item_const(&mut self, item: &syn::ItemConst) {
        self.constant(item, &item.ident, is_public(&item.vis), &item.expr);
    }

    fn visit_item_static(&mut self, item: &syn::ItemStatic) {
        self.constant(item, &item.ident, is_public(&item.vis), &item.expr);
    }

    fn visit_impl_item_const(&mut self, item: &syn::ImplItemConst) {
        if when(&item.attrs) == When::Builds {
            self.constant(item, &item.ident, is_public(&item.vis), &item.expr);
        }
    }

    fn visit_item_type(&mut self, item: &syn::ItemType) {
        self.model
            .aliases
            .insert(item.ident.to_string(), (*item.ty).clone());
    }

    fn visit_item_struct(&mut self, item: &syn::ItemStruct) {
        self.structure(item);
    }

    fn visit_item_enum(&mut self, item: &syn::ItemEnum) {
        for variant in &item.variants {
            self.conversion(&item.ident.to_string(), &variant.fields);
        }
    }

    fn visit_item_impl(&mut self, item: &syn::ItemImpl) {
        self.implementation(item);
    }

    fn visit_item_fn(&mut self, item: &syn::ItemFn) {
        let span = bytes(item);
        let outer = self.self_type.take();
        self.function(
            span,
            &item.sig,
            &item.block,
            is_public(&item.vis),
            has_attributes(&item.attrs),
        );
        self.self_type = outer;
    }

    fn visit_impl_item_fn(&mut self, item: &syn::ImplItemFn) {
        if when(&item.attrs) == When::Builds {
            // Whether a trait asks for it is not looked at.
            let is_called = self.in_trait || has_attributes(&item.attrs);
            let is_public = self.in_trait || is_public(&item.vis);
            self.function(bytes(item), &item.sig, &item.block, is_public, is_called);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &syn::TraitItemFn) {
        if let Some(block) = &item.default
            && when(&item.attrs) == When::Builds
        {
            self.function(bytes(item), &item.sig, block, true, true);
        }
    }

    fn visit_block(&mut self, block: &syn::Block) {
        let end = bytes(block).end;
        self.blocks.push(end);
        for statement in &block.stmts {
            self.visit_stmt(statement);
        }
        self.blocks.pop();
    }

    fn visit_stmt(&mut self, statement: &Stmt) {
        if when(of_statement(statement)) != When::Builds {
            return;
        }
        match statement {
            Stmt::Local(local) => self.local(local),
            Stmt::Expr(expr, Some(_)) => self.at(expr, Context::Dropped, Position::Value),
            Stmt::Expr(expr, None) => self.at(expr, Context::Value, Position::Value),
            Stmt::Item(item) => self.visit_item(item),
            Stmt::Macro(mac) => self.visit_macro(&mac.mac),
        }
    }

    fn visit_expr(&mut self, expr: &Expr) {
        self.expression(expr);
    }

    fn visit_macro(&mut self, mac: &syn::Macro) {
        self.macro_call(mac);
    }
}

/// A name without the `r#` of a keyword.
fn plain(name: &syn::Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

/// By the convention for constants.
fn is_constant(name: &str) -> bool {
    name.chars().all(|c| !c.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::may_have_urls;

    #[test]
    fn what_only_has_typed_calls_is_not_parsed() {
        for (text, may) in [
            ("service_connect::clients!();", false),
            ("Api::connector(connected, reconnect)", false),
            ("TcpStream::connect(address)", true),
            ("Channel.connect_lazy()", true),
            ("\"api:80\".to_socket_addrs()", true),
            ("get(\"http://api\")", true),
            ("std::env::var(\"API\")", true),
        ] {
            assert_eq!(may_have_urls(text), may, "{text}");
        }
    }
}
