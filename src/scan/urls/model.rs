//! What of a package's sources the texts of URLs are made of: functions, bindings, constants, fields and calls.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use syn::{Expr, Pat, Type};

/// All of it.
#[derive(Default)]
pub struct Model {
    /// Its files were looked into.
    pub is_parsed: bool,
    pub functions: Vec<Function>,
    pub bindings: Vec<Binding>,
    pub constants: Vec<Constant>,
    /// What is written into fields, by their names.
    pub fields: HashMap<String, Vec<Field>>,
    /// The names of fields that are assigned, or borrowed to be changed.
    pub changed: HashSet<String>,
    /// The structs that are made from a file, a command line or the environment: what is written into them is a default.
    pub configured: HashSet<String>,
    /// The types of fields: struct, field, type.
    pub types: HashMap<(String, String), String>,
    /// The paths of the same types.
    pub type_paths: HashMap<(String, String), Vec<String>>,
    /// The fields whose type is an HTTP client as reqwest has it: struct and field.
    pub clients: HashSet<(String, String)>,
    /// The arguments of calls, by the name of the function.
    pub calls: HashMap<String, Vec<Call>>,
    pub chains: Vec<Chain>,
    pub candidates: Vec<Candidate>,
    /// Names that are only printed: in macros that format or log.
    pub mentions: Vec<Mention>,
    /// `type Name<T> = …;`
    pub aliases: HashMap<String, Type>,
    /// What errors are made from by `From` or `#[from]`: the error, and the type that it takes.
    pub conversions: Vec<(String, Type, bool)>,
    /// The names of items, each with its file.
    pub items: Vec<(usize, String)>,
    /// Where each of them is in its file.
    pub items_at: Vec<usize>,
    /// Modules in braces: their file, their bytes and their names.
    pub modules: Vec<(usize, Range<usize>, String)>,
    pub uses: Vec<Use>,
    pub imports: Vec<Import>,
    /// `use …::*;`: the file, where it stands there, and the path.
    pub globs: Vec<(usize, usize, Vec<String>)>,
    /// The names of fields that are read, each with the function that does.
    pub reads: Vec<(Option<usize>, String)>,
    /// The names of functions, methods and constants that are used, in the same way.
    pub used: Vec<(Option<usize>, String)>,
    /// The bindings of each function by their names, for who looks one up.
    by_name: HashMap<Spot, HashMap<String, Vec<usize>>>,
    /// How many items have a name.
    item_counts: HashMap<String, usize>,
    /// The functions of each name.
    functions_of: HashMap<String, Vec<usize>>,
    /// Closures and `async` blocks, in which `?` is not that of the function.
    pub closures: Vec<(usize, Range<usize>)>,
}

/// `use …;`
pub struct Use {
    pub file: usize,
    pub item: Range<usize>,
    pub is_private: bool,
    /// How many names it brings in.
    pub names: usize,
}

/// A name of one.
pub struct Import {
    pub file: usize,
    /// The index of the `use`.
    pub of: usize,
    pub name: String,
    pub path: Vec<String>,
    pub span: Range<usize>,
}

/// Where code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spot {
    pub file: usize,
    pub function: Option<usize>,
}

/// A function or a method.
pub struct Function {
    pub name: String,
    /// Of the `impl` around it.
    pub self_type: Option<String>,
    pub file: usize,
    /// The whole item, attributes and documentation included.
    pub item: Range<usize>,
    pub parameters: Vec<Parameter>,
    pub has_self: bool,
    pub is_public: bool,
    /// A trait or an attribute may call it.
    pub is_called: bool,
    pub output: Option<Type>,
    /// The last expression of its body.
    pub value: Option<Expr>,
    pub body: Body,
}

/// What a body is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Its last expression and nothing else.
    Value,
    /// More than that.
    Statements,
    /// It may end early, and give something else.
    Returning,
}

/// A parameter of one, without `self`.
#[derive(Default)]
pub struct Parameter {
    pub name: Option<String>,
    /// The name of its type, without references, `Arc`, `State` and the like.
    pub type_name: Option<String>,
    /// The same with what stands before it.
    pub type_path: Option<Vec<String>>,
    /// It is an HTTP client by its type.
    pub is_client: bool,
    /// It is text by its type: `&str`, `String`.
    pub text: Option<TextType>,
    /// It may be changed, or what it refers to.
    pub is_mutable: bool,
}

/// How a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextType {
    Borrowed,
    Owned,
}

/// A name in a function.
pub struct Binding {
    pub name: String,
    /// Where it is bound.
    pub at: usize,
    pub spot: Spot,
    /// Where it is seen.
    pub visible: Range<usize>,
    pub init: Option<Expr>,
    /// What it is one after the other, where a loop goes through what is written there.
    pub each: Vec<Expr>,
    /// The whole `let`, where it binds nothing else.
    pub statement: Option<Range<usize>>,
    pub is_mutable: bool,
    pub is_typed: bool,
    /// The path of its type, where that is written.
    pub type_path: Option<Vec<String>>,
    /// It is written anew, or changed in another way than by what is put at its end.
    pub is_changed: bool,
}

/// A `const` or `static`.
pub struct Constant {
    pub name: String,
    /// The type that it is one of.
    pub of: Option<String>,
    pub spot: Spot,
    pub value: Expr,
    pub item: Range<usize>,
    pub is_public: bool,
}

/// What is written into a field of a struct.
pub struct Field {
    pub of: String,
    pub spot: Spot,
    pub value: Expr,
}

/// A call of a function by its path.
pub struct Call {
    /// The type before its name.
    pub of: Option<String>,
    /// All that names it.
    pub path: Vec<String>,
    pub at: usize,
    pub spot: Spot,
    pub arguments: Vec<Expr>,
}

/// An expression and what is done to it: `base.method(…).await?`.
pub struct Chain {
    pub spot: Spot,
    pub base: Expr,
    pub ops: Vec<Op>,
    pub span: Range<usize>,
    pub context: Context,
}

/// One step of it.
pub struct Op {
    pub kind: OpKind,
    /// Where it ends.
    pub end: usize,
}

pub enum OpKind {
    Method(String, Vec<Expr>),
    Field,
    Try,
    Await,
}

/// What becomes of the value of a chain.
#[derive(Clone, Debug, PartialEq)]
pub enum Context {
    /// Nothing.
    Dropped,
    /// It is taken apart into names, each seen in a piece of the code.
    Bound(Vec<(Bound, Range<usize>)>),
    /// It is the value of a larger expression.
    Value,
}

/// A pattern with at most one name: `x`, `Ok(x)`, `_`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bound {
    pub around: Option<String>,
    pub name: Option<String>,
    /// It is more than that.
    pub is_other: bool,
    /// Its type is written.
    pub is_typed: bool,
}

/// An expression that may be a URL or a host.
pub struct Candidate {
    pub spot: Spot,
    pub expr: Expr,
    pub span: Range<usize>,
    pub position: Position,
    pub holder: Option<Holder>,
    /// More may be put at its end.
    pub is_begun: bool,
}

/// What holds the value of an expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A field: the struct and its name.
    Field(String, String),
    Constant(String),
    /// An argument: the type and the name of the function, and which one.
    Argument(Option<String>, String, usize),
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// It is the URL of a request: the chain, and which of its steps; `None` for its base, `reqwest::get(…)`.
    Request(usize, Option<usize>),
    /// It is what a socket or a client is connected to: a name and a port may stand without a scheme.
    Connect,
    /// It is an argument of a function that is not of this package.
    Argument,
    /// It is the whole value of a binding.
    Let(usize),
    /// It is the value of a field.
    Field,
    /// It is the value of a constant.
    Constant,
    /// Anything else.
    Value,
}

/// A name in a macro that formats or logs.
pub struct Mention {
    pub name: String,
    pub file: usize,
    pub at: usize,
}

impl Model {
    /// Adds a binding, and tells its index.
    pub fn bind(&mut self, binding: Binding) -> usize {
        let index = self.bindings.len();
        let named = self.by_name.entry(binding.spot).or_default();
        named.entry(binding.name.clone()).or_default().push(index);
        self.bindings.push(binding);
        index
    }

    /// Adds a function, and tells its index.
    pub fn add(&mut self, function: Function) -> usize {
        let index = self.functions.len();
        let named = self.functions_of.entry(function.name.clone()).or_default();
        named.push(index);
        self.functions.push(function);
        index
    }

    /// The binding of that name which is seen at `at`.
    pub fn binding(&self, name: &str, spot: Spot, at: usize) -> Option<usize> {
        let named = self.by_name.get(&spot)?.get(name)?.iter().copied();
        let seen = named.filter(|index| self.bindings[*index].visible.contains(&at));
        seen.max_by_key(|index| self.bindings[*index].visible.start)
    }

    /// A name is changed there, if it is one of a function.
    pub fn change(&mut self, path: &syn::Path, spot: Spot) {
        let name = path.get_ident().map(ToString::to_string);
        let at = bytes(path).start;
        if let Some(index) = name.and_then(|name| self.binding(&name, spot, at)) {
            self.bindings[index].is_changed = true;
        }
    }

    /// Whether a name may be that of several items.
    pub fn is_ambiguous(&self, name: &str) -> bool {
        self.item_counts.get(name).is_some_and(|count| *count > 1)
    }

    /// Adds an item.
    pub fn add_item(&mut self, file: usize, at: usize, name: String) {
        self.items_at.push(at);
        *self.item_counts.entry(name.clone()).or_default() += 1;
        self.items.push((file, name));
    }

    /// Whether a path names the client of reqwest in that file.
    pub fn is_client(&self, path: &syn::Path, file: usize) -> bool {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        let names: Vec<_> = names.collect();
        let is_import =
            |import: &Import| import.file == file && import.path == ["reqwest", "Client"];
        match &names[..] {
            [of, name] => of == "reqwest" && name == "Client",
            [name] => {
                let mut imports = self.imports.iter().filter(|import| import.name == *name);
                name == "Client" && imports.any(is_import)
            }
            _ => false,
        }
    }

    /// The same of a type, without references and what only holds it.
    pub fn is_client_type(&self, ty: &Type, file: usize) -> bool {
        type_path(ty).is_some_and(|path| self.is_client(path, file))
    }

    /// The functions of that name.
    pub fn named(&self, name: &str) -> &[usize] {
        self.functions_of.get(name).map_or(&[], Vec::as_slice)
    }

    /// The one function of that name, of that type if one is said.
    pub fn function(&self, name: &str, of: Option<&str>, has_self: bool) -> Option<usize> {
        let functions = self.functions_of.get(name)?.iter().copied();
        let mut named = functions.filter(|index| {
            let function = &self.functions[*index];
            let is_of = match of {
                // Before the name may stand a module as well.
                Some(of) => function
                    .self_type
                    .as_deref()
                    .is_none_or(|self_type| self_type == of),
                None => has_self || function.self_type.is_none(),
            };
            function.has_self == has_self && is_of
        });
        let index = named.next()?;
        named.next().is_none().then_some(index)
    }
}

/// The bytes of a syntax tree's node in its file.
pub fn bytes(node: &impl syn::spanned::Spanned) -> Range<usize> {
    node.span().byte_range()
}

/// The last name of a path.
pub fn last(path: &syn::Path) -> String {
    path.segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

/// The name before the last one.
pub fn qualifier(path: &syn::Path) -> Option<String> {
    let segments = path.segments.iter().rev();
    segments
        .skip(1)
        .map(|segment| segment.ident.to_string())
        .next()
}

/// The name of a type, without references and what only holds it.
pub fn type_name(ty: &Type) -> Option<String> {
    type_path(ty).map(last)
}

/// The same with what stands before it.
pub fn type_names(ty: &Type) -> Option<Vec<String>> {
    let segments = type_path(ty)?.segments.iter();
    Some(segments.map(|segment| segment.ident.to_string()).collect())
}

fn type_path(ty: &Type) -> Option<&syn::Path> {
    const HOLDERS: &[&str] = &[
        "Arc",
        "Box",
        "Cow",
        "Data",
        "Extension",
        "Option",
        "Rc",
        "Ref",
        "State",
    ];
    match ty {
        Type::Reference(reference) => type_path(&reference.elem),
        Type::Paren(paren) => type_path(&paren.elem),
        Type::Path(path) => {
            let segment = path.path.segments.last()?;
            let name = segment.ident.to_string();
            if let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
                && HOLDERS.contains(&name.as_str())
            {
                return arguments.args.iter().find_map(|argument| match argument {
                    syn::GenericArgument::Type(ty) => type_path(ty),
                    _ => None,
                });
            }
            Some(&path.path)
        }
        _ => None,
    }
}

/// Whether attributes derive that a struct is made from a file, a command line or the environment.
pub fn is_configured(attributes: &[syn::Attribute]) -> bool {
    const MADE: &[&str] = &[
        "Args",
        "Deserialize",
        "FromArgs",
        "Parser",
        "StructOpt",
        "Subcommand",
    ];
    let derives = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"));
    derives.into_iter().any(|attribute| {
        let mut is_made = false;
        let _ = attribute.parse_nested_meta(|meta| {
            is_made |= MADE.contains(&last(&meta.path).as_str());
            Ok(())
        });
        is_made
    })
}

/// How a type holds text, if that is what it is.
pub fn text_type(ty: &Type) -> Option<TextType> {
    match ty {
        Type::Reference(reference) => text_type(&reference.elem).map(|_| TextType::Borrowed),
        Type::Path(path) => match last(&path.path).as_str() {
            "str" => Some(TextType::Borrowed),
            "String" => Some(TextType::Owned),
            _ => None,
        },
        _ => None,
    }
}

impl Bound {
    /// What a pattern binds.
    pub fn of(pattern: &Pat) -> Self {
        match pattern {
            Pat::Ident(ident) if ident.subpat.is_none() => Self {
                name: Some(ident.ident.to_string()),
                ..Self::default()
            },
            Pat::Wild(_) => Self::default(),
            Pat::Type(typed) => Self {
                is_typed: true,
                ..Self::of(&typed.pat)
            },
            Pat::TupleStruct(tuple) if tuple.elems.len() == 1 => {
                let inner = Self::of(&tuple.elems[0]);
                Self {
                    is_other: inner.is_other || inner.around.is_some(),
                    around: Some(last(&tuple.path)),
                    name: inner.name,
                    is_typed: inner.is_typed,
                }
            }
            _ => Self {
                is_other: true,
                ..Self::default()
            },
        }
    }
}
