//! What a source brings in from elsewhere: modules, what it includes, and the stubs.

use std::ops::Range;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{
    Expr, ExprMacro, Ident, ImplItem, Item, ItemMacro, ItemMod, Lit, Macro, Stmt, StmtMacro, Token,
    TraitItem,
};

use super::conditions::{When, of_impl_item, of_item, of_statement, of_trait_item, when};
use super::modules::{Directory, Paths};

/// Something of another file.
pub struct Declaration {
    pub what: What,
    /// The modules in braces that it stands in.
    pub inside: Vec<String>,
    pub is_test: bool,
    /// Where it stands.
    pub bytes: Range<usize>,
}

pub enum What {
    Module(Module),
    Include(Include),
    /// `clients!()`
    Clients,
}

/// `mod name;`
pub struct Module {
    pub name: String,
    pub paths: Paths,
    pub directory: Directory,
    /// It does not stand in the tokens of a macro, which may make anything of it.
    pub is_sure: bool,
}

/// `include!(…)`
pub struct Include {
    pub path: Included,
    pub is_expression: bool,
}

/// What `include!` is given.
#[derive(Debug, PartialEq, Eq)]
pub enum Included {
    /// A path from the file.
    File(String),
    /// A path from the package's directory.
    Package(String),
    /// The build script wrote it, or a macro makes it up.
    Unknown,
}

impl Included {
    /// The path, from the file or from the root of the file system.
    pub fn resolve(&self, package: &Path) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(PathBuf::from(path)),
            Self::Package(path) => Some(package.join(path.trim_start_matches('/'))),
            Self::Unknown => None,
        }
    }
}

/// All of them, in the order of the source.
pub fn declarations(file: &syn::File, directory: &Directory) -> Vec<Declaration> {
    let mut visitor = Visitor {
        directory: directory.clone(),
        inside: Vec::new(),
        is_test: false,
        found: Vec::new(),
    };
    visitor.within(&file.attrs, |visitor| visit::visit_file(visitor, file));
    visitor.found
}

struct Visitor {
    directory: Directory,
    inside: Vec<String>,
    is_test: bool,
    found: Vec<Declaration>,
}

impl Visitor {
    /// Goes on with what has these attributes, if it is ever compiled.
    fn within(&mut self, attributes: &[syn::Attribute], visit: impl FnOnce(&mut Self)) {
        let before = self.is_test;
        match when(attributes) {
            When::Never => return,
            When::Tests => self.is_test = true,
            When::Builds => {}
        }
        visit(self);
        self.is_test = before;
    }

    fn add(&mut self, what: What, span: Span) {
        self.found.push(Declaration {
            what,
            inside: self.inside.clone(),
            is_test: self.is_test,
            bytes: span.byte_range(),
        });
    }

    fn call(&mut self, call: &Macro, is_expression: bool) {
        let Some(name) = call.path.segments.last() else {
            return;
        };
        if name.ident == "include" {
            match included(&call.tokens) {
                // What the build script wrote for `clients!()`.
                None => self.add(What::Clients, call.span()),
                Some(path) => self.add(
                    What::Include(Include {
                        path,
                        is_expression,
                    }),
                    call.span(),
                ),
            }
        } else if name.ident == "clients" {
            self.add(What::Clients, call.span());
        } else if name.ident != "macro_rules" {
            self.modules_in(&call.tokens);
        }
    }

    /// `mod name;` in what a macro such as `cfg_if!` is given.
    fn modules_in(&mut self, tokens: &TokenStream) {
        let mut tokens = tokens.clone().into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    self.modules_in(&group.stream());
                }
                TokenTree::Ident(word) if word == "mod" => {
                    let Some(TokenTree::Ident(name)) = tokens.next() else {
                        continue;
                    };
                    if matches!(tokens.peek(), Some(TokenTree::Punct(end)) if end.as_char() == ';')
                    {
                        let what = What::Module(Module {
                            name: plain(&name),
                            paths: Paths::of(&[]),
                            directory: self.directory.clone(),
                            is_sure: false,
                        });
                        self.add(what, name.span());
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Visitor {
    fn visit_item(&mut self, item: &'ast Item) {
        self.within(of_item(item), |visitor| visit::visit_item(visitor, item));
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        self.within(of_impl_item(item), |visitor| {
            visit::visit_impl_item(visitor, item);
        });
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        self.within(of_trait_item(item), |visitor| {
            visit::visit_trait_item(visitor, item);
        });
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        self.within(of_statement(statement), |visitor| {
            visit::visit_stmt(visitor, statement);
        });
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = plain(&item.ident);
        let paths = Paths::of(&item.attrs);
        if item.content.is_none() {
            let what = What::Module(Module {
                name,
                paths,
                directory: self.directory.clone(),
                is_sure: true,
            });
            return self.add(what, item.ident.span());
        }
        let inside = self.directory.inside(&name, &paths);
        let outside = std::mem::replace(&mut self.directory, inside);
        self.inside.push(name);
        visit::visit_item_mod(self, item);
        self.inside.pop();
        self.directory = outside;
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        self.call(&item.mac, false);
    }

    fn visit_stmt_macro(&mut self, statement: &'ast StmtMacro) {
        self.call(&statement.mac, true);
    }

    fn visit_expr_macro(&mut self, expression: &'ast ExprMacro) {
        self.call(&expression.mac, true);
    }
}

/// A name without the `r#` of a keyword, as files have it.
pub fn plain(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

/// What is included; `None` where it is what the build script wrote for `clients!()`.
fn included(tokens: &TokenStream) -> Option<Included> {
    let mut base = Included::File(String::new());
    let Ok(argument) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone())
    else {
        return Some(Included::Unknown);
    };
    let Some(argument) = argument.first() else {
        return Some(Included::Unknown);
    };
    append(argument, &mut base);
    let is_stubs = tokens
        .to_string()
        .contains(service_connect_codegen::stubs::FILE);
    (base != Included::Unknown || !is_stubs).then_some(base)
}

/// Adds a literal, or what a `concat!` of literals and the package's directory is.
fn append(part: &Expr, to: &mut Included) {
    let text = match part {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        Expr::Macro(call) if call.mac.path.is_ident("concat") => {
            let parts = call
                .mac
                .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
            match parts {
                Ok(parts) => return parts.iter().for_each(|part| append(part, to)),
                Err(_) => None,
            }
        }
        Expr::Macro(call) if call.mac.path.is_ident("env") => {
            let variable: Option<syn::LitStr> = call.mac.parse_body().ok();
            if variable.is_some_and(|variable| variable.value() == "CARGO_MANIFEST_DIR")
                && *to == Included::File(String::new())
            {
                *to = Included::Package(String::new());
                return;
            }
            None
        }
        _ => None,
    };
    match (text, &mut *to) {
        (Some(text), Included::File(path) | Included::Package(path)) => path.push_str(&text),
        _ => *to = Included::Unknown,
    }
}
