//! Items: functions, constants, structs and imports.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, Lit, Stmt};

use super::super::model::{
    Body, Bound, Constant, Context, Field, Function, Holder, Import, Parameter, Position, Use,
    bytes, is_configured, last, text_type, type_name, type_names,
};
use super::bounds::is_any_error;
use super::{Walker, plain};

impl Walker<'_> {
    pub(super) fn import(&mut self, item: &syn::ItemUse) {
        let index = self.model.uses.len();
        let span = bytes(item);
        self.model.uses.push(Use {
            file: self.index,
            item: span,
            is_private: matches!(item.vis, syn::Visibility::Inherited),
            names: 0,
        });
        self.imports(index, &item.tree, &mut Vec::new());
    }

    pub(super) fn structure(&mut self, item: &syn::ItemStruct) {
        let of = item.ident.to_string();
        if is_configured(&item.attrs) {
            self.model.configured.insert(of.clone());
        }
        for field in &item.fields {
            let Some(ident) = &field.ident else { continue };
            if let Some(name) = type_name(&field.ty) {
                let key = (of.clone(), ident.to_string());
                if self.model.is_client_type(&field.ty, self.index) {
                    self.model.clients.insert(key.clone());
                }
                let path = type_names(&field.ty).unwrap_or_default();
                self.model.type_paths.insert(key.clone(), path);
                self.model.types.insert(key, name);
            }
            if let Some(value) = from_command_line(ident, &field.attrs) {
                let spot = self.spot();
                let of = of.clone();
                let fields = self.model.fields.entry(ident.to_string()).or_default();
                fields.push(Field { of, spot, value });
            }
        }
        self.conversion(&of, &item.fields);
    }

    pub(super) fn implementation(&mut self, item: &syn::ItemImpl) {
        let outer = std::mem::replace(&mut self.self_type, type_name(&item.self_ty));
        if let Some((path, _)) = &item.trait_
            && let Some(segment) = path.segments.last()
            && segment.ident == "From"
            && let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
            && let Some(syn::GenericArgument::Type(ty)) = arguments.args.first()
            && let Some(name) = &self.self_type
        {
            let parameters = item.generics.type_params();
            let imports = self.model.imports.iter();
            let imports = imports.filter(|import| import.file == self.index);
            let is_generic = parameters.into_iter().any(|parameter| {
                type_name(ty).as_deref() == Some(&parameter.ident.to_string())
                    && is_any_error(&parameter.ident, &item.generics, &imports)
            });
            let conversion = (name.clone(), ty.clone(), is_generic);
            self.model.conversions.push(conversion);
        }
        let of = item.trait_.as_ref().map(|(path, _)| last(path));
        if of.as_deref() == Some("Deserialize") {
            self.model.configured.extend(self.self_type.clone());
        }
        let in_trait = std::mem::replace(&mut self.in_trait, item.trait_.is_some());
        for item in &item.items {
            self.visit_impl_item(item);
        }
        self.in_trait = in_trait;
        self.self_type = outer;
    }

    pub(super) fn constant(
        &mut self,
        node: &impl syn::spanned::Spanned,
        ident: &syn::Ident,
        public: bool,
        value: &Expr,
    ) {
        let spot = self.spot();
        let item = bytes(node);
        self.model.constants.push(Constant {
            name: ident.to_string(),
            of: self.self_type.clone().filter(|_| self.function.is_none()),
            spot,
            value: value.clone(),
            item,
            is_public: public,
        });
        let holder = Some(Holder::Constant(ident.to_string()));
        self.held(value, Context::Value, Position::Constant, holder);
    }

    pub(super) fn function(
        &mut self,
        item: Range<usize>,
        signature: &syn::Signature,
        block: &syn::Block,
        is_public: bool,
        is_called: bool,
    ) {
        let mut parameters = Vec::new();
        let mut has_self = false;
        for input in &signature.inputs {
            match input {
                syn::FnArg::Receiver(_) => has_self = true,
                syn::FnArg::Typed(typed) => {
                    let mut bound = Bound::of(&typed.pat);
                    parameters.push(Parameter {
                        name: bound.name.take(),
                        type_name: type_name(&typed.ty),
                        type_path: type_names(&typed.ty),
                        is_client: self.model.is_client_type(&typed.ty, self.index),
                        text: text_type(&typed.ty),
                        is_mutable: is_mutable(typed),
                    });
                }
            }
        }
        let value = match block.stmts.last() {
            Some(Stmt::Expr(expr, None)) => Some(expr.clone()),
            Some(Stmt::Macro(mac)) if mac.semi_token.is_none() => {
                Some(Expr::Macro(syn::ExprMacro {
                    attrs: Vec::new(),
                    mac: mac.mac.clone(),
                }))
            }
            _ => None,
        };
        let output = match &signature.output {
            syn::ReturnType::Type(_, ty) => Some((**ty).clone()),
            syn::ReturnType::Default => None,
        };
        let index = self.model.add(Function {
            name: signature.ident.to_string(),
            self_type: self.self_type.clone(),
            file: self.index,
            item,
            parameters,
            has_self,
            is_public,
            is_called: is_called || signature.ident == "main",
            output,
            body: match block.stmts.len() {
                _ if has_return(block) => Body::Returning,
                1 if value.is_some() => Body::Value,
                _ => Body::Statements,
            },
            value,
        });
        let outer = self.function.replace(index);
        let next = std::mem::take(&mut self.next);
        self.visit_block(block);
        self.next = next;
        self.function = outer;
    }

    pub(super) fn imports(&mut self, of: usize, tree: &syn::UseTree, path: &mut Vec<String>) {
        let (name, original) = match tree {
            syn::UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                self.imports(of, &inner.tree, path);
                path.pop();
                return;
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.imports(of, tree, path);
                }
                return;
            }
            syn::UseTree::Name(name) if name.ident == "self" => {
                (path.last().cloned().unwrap_or_default(), None)
            }
            syn::UseTree::Name(name) => (name.ident.to_string(), Some(&name.ident)),
            syn::UseTree::Rename(rename) => {
                // It is used by the other name.
                self.model.used.push((None, plain(&rename.ident)));
                (rename.rename.to_string(), Some(&rename.ident))
            }
            syn::UseTree::Glob(glob) => {
                let glob = (self.index, bytes(glob).start, path.clone());
                self.model.globs.push(glob);
                self.model.uses[of].names += 1;
                return;
            }
        };
        self.model.uses[of].names += 1;
        let mut path = path.clone();
        path.extend(original.map(ToString::to_string));
        let span = bytes(tree);
        self.model.imports.push(Import {
            file: self.index,
            of,
            name,
            path,
            span,
        });
    }

    /// What attributes name: `#[serde(default = "path::of")]`, `#[arg(default_value_t = of())]`. What is made of it is not
    /// known, and so it counts as used.
    pub(super) fn attributes(&mut self, item: &syn::Item) {
        struct Found(Vec<TokenStream>);
        impl Visit<'_> for Found {
            fn visit_attribute(&mut self, attribute: &Attribute) {
                if let syn::Meta::List(list) = &attribute.meta {
                    self.0.push(list.tokens.clone());
                }
            }

            fn visit_block(&mut self, _: &syn::Block) {}
        }
        let mut found = Found(Vec::new());
        match item {
            syn::Item::Struct(item) => found.visit_item_struct(item),
            syn::Item::Enum(item) => found.visit_item_enum(item),
            syn::Item::Fn(item) => found.visit_item_fn(item),
            _ => {}
        }
        for tokens in found.0 {
            self.texts_in(tokens.clone());
            self.names_in(tokens);
        }
    }

    /// The names in texts that are code.
    fn texts_in(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.texts_in(group.stream()),
                TokenTree::Literal(literal) => {
                    let literal = TokenTree::Literal(literal);
                    let text = syn::parse2(literal.into());
                    let code = text.and_then(|text: syn::LitStr| text.parse::<TokenStream>());
                    for token in code.into_iter().flatten() {
                        if let TokenTree::Ident(name) = token {
                            self.model.used.push((None, plain(&name)));
                        }
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    /// `#[from]` on a field of an error.
    pub(super) fn conversion(&mut self, of: &str, fields: &syn::Fields) {
        for field in fields {
            if field
                .attrs
                .iter()
                .any(|attribute| attribute.path().is_ident("from"))
            {
                let conversion = (of.to_owned(), field.ty.clone(), false);
                self.model.conversions.push(conversion);
            }
        }
    }
}

/// `mut name: …` and `name: &mut …`.
fn is_mutable(typed: &syn::PatType) -> bool {
    let is_mutable = matches!(&*typed.pat, syn::Pat::Ident(pat) if pat.mutability.is_some());
    is_mutable || matches!(&*typed.ty, syn::Type::Reference(of) if of.mutability.is_some())
}

/// `#[arg(env = "API_URL", default_value = "http://api")]`, as the expression that it stands for.
pub(super) fn from_command_line(field: &syn::Ident, attributes: &[Attribute]) -> Option<Expr> {
    let (mut variable, mut default) = (None, None);
    let attributes = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("arg") || attribute.path().is_ident("clap"));
    for attribute in attributes {
        let _ = attribute.parse_nested_meta(|meta| {
            let is_env = meta.path.is_ident("env");
            if let Ok(value) = meta.value() {
                let value: Expr = value.parse()?;
                if is_env {
                    variable = Some(value);
                } else if meta.path.is_ident("default_value")
                    || meta.path.is_ident("default_value_t")
                {
                    default = Some(value);
                }
            } else if is_env {
                // The name that clap gives it.
                let name = plain(field).to_uppercase();
                variable = Some(syn::parse_quote!(#name));
            }
            Ok(())
        });
    }
    let is_text = |expr: &Expr| {
        matches!(
            expr,
            Expr::Lit(ExprLit {
                lit: Lit::Str(_),
                ..
            })
        )
    };
    match (variable.filter(is_text), default) {
        (Some(variable), Some(default)) => {
            Some(syn::parse_quote!(std::env::var(#variable).unwrap_or(#default)))
        }
        (Some(variable), None) => Some(syn::parse_quote!(std::env::var(#variable))),
        (None, default) => default,
    }
}

/// Whether a body may end early, be it in a macro.
fn has_return(block: &syn::Block) -> bool {
    struct Returns(bool);
    impl Visit<'_> for Returns {
        fn visit_expr_return(&mut self, _: &syn::ExprReturn) {
            self.0 = true;
        }

        fn visit_macro(&mut self, mac: &syn::Macro) {
            self.0 |= is_in(mac.tokens.clone());
            visit::visit_macro(self, mac);
        }
    }
    fn is_in(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == "return",
            TokenTree::Group(group) => is_in(group.stream()),
            _ => false,
        })
    }
    let mut returns = Returns(false);
    returns.visit_block(block);
    returns.0
}

pub(super) fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

/// Attributes that may make something else of a function.
pub(super) fn has_attributes(attributes: &[Attribute]) -> bool {
    const PLAIN: &[&str] = &[
        "allow", "cfg", "cold", "doc", "expect", "inline", "must_use", "warn",
    ];
    attributes
        .iter()
        .any(|attribute| !PLAIN.contains(&last(attribute.path()).as_str()))
}
