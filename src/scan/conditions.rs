//! What attributes say of when an item is compiled, and of where its file is.
//!
//! ```text
//! let mut conditions = Conditions::default();
//! conditions.add(&Attribute { name: "cfg", arguments: "test", value: "" });
//! conditions.when() == When::Tests
//! ```

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Item, Lit, LitBool, Meta, Path, Stmt, Token, token};

use super::modules::Paths;

/// When an item is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always, or by a condition that only a build knows.
    Builds,
    /// In tests only.
    Tests,
    /// Never: `#[cfg(any())]`, `#[cfg(false)]`.
    Never,
}

/// An attribute: `#[name(arguments)]` or `#[name = value]`.
pub struct Attribute<'a> {
    /// The last part of its path.
    pub name: &'a str,
    /// What stands in the parentheses.
    pub arguments: &'a str,
    /// What stands behind `=`.
    pub value: &'a str,
}

/// What the attributes of one item say.
#[derive(Debug)]
pub struct Conditions {
    /// Whether it may be there outside of tests, and in them.
    may_be: [bool; 2],
    /// The files that they name.
    pub paths: Paths,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            may_be: [true; 2],
            paths: Paths::default(),
        }
    }
}

impl Conditions {
    /// Adds what one of them says.
    pub fn add(&mut self, attribute: &Attribute<'_>) {
        match attribute.name {
            "cfg" => self.require(value.parse_str(attribute.arguments).unwrap_or_default()),
            // `#[test]`, `#[tokio::test]`, and those that make such.
            "test" | "rstest" | "test_case" | "bench" => self.require(IN_TESTS),
            "path" => self.paths.add(syn::parse_str(attribute.value).ok(), true),
            "cfg_attr" if attribute.arguments.contains("path") => {
                for part in behind_condition
                    .parse_str(attribute.arguments)
                    .into_iter()
                    .flatten()
                {
                    if let Meta::NameValue(pair) = part
                        && pair.path.is_ident("path")
                    {
                        let literal = match pair.value {
                            Expr::Lit(ExprLit {
                                lit: Lit::Str(path),
                                ..
                            }) => Some(path),
                            _ => None,
                        };
                        self.paths.add(literal, false);
                    }
                }
            }
            _ => {}
        }
    }

    fn require(&mut self, known: Known) {
        for (may_be, known) in self.may_be.iter_mut().zip(known) {
            *may_be &= known != Some(false);
        }
    }

    /// All of it together.
    pub fn when(&self) -> When {
        match self.may_be {
            [true, _] => When::Builds,
            [false, true] => When::Tests,
            [false, false] => When::Never,
        }
    }
}

/// The attributes of a `cfg_attr`.
fn behind_condition(input: ParseStream<'_>) -> syn::Result<Punctuated<Meta, Token![,]>> {
    value(input)?;
    input.parse::<Token![,]>()?;
    Punctuated::parse_terminated(input)
}

/// The same for an item that was parsed.
pub fn when(attributes: &[syn::Attribute]) -> When {
    let mut conditions = Conditions::default();
    for attribute in attributes {
        let arguments = match &attribute.meta {
            Meta::List(list) => list.tokens.to_string(),
            _ => String::new(),
        };
        if let Some(name) = attribute.path().segments.last() {
            conditions.add(&Attribute {
                name: &name.ident.to_string(),
                arguments: &arguments,
                value: "",
            });
        }
    }
    conditions.when()
}

/// What a condition is for sure outside of tests and in them; `None` where only a build knows.
type Known = [Option<bool>; 2];

const IN_TESTS: Known = [Some(false), Some(true)];

fn value(input: ParseStream<'_>) -> syn::Result<Known> {
    if input.peek(LitBool) {
        return Ok([Some(input.parse::<LitBool>()?.value); 2]);
    }
    let name: Path = input.call(Path::parse_mod_style)?;
    if input.peek(token::Paren) {
        let inner;
        syn::parenthesized!(inner in input);
        let parts = Punctuated::<Known, Token![,]>::parse_terminated_with(&inner, value);
        // What an unknown predicate takes may be anything.
        let Ok(parts) = parts else {
            inner.parse::<TokenStream>()?;
            return Ok(Known::default());
        };
        return Ok([0, 1].map(|side| combined(&name, parts.iter().map(|part| part[side]))));
    }
    if input.parse::<Option<Token![=]>>()?.is_some() {
        input.parse::<syn::Lit>()?;
        return Ok(Known::default());
    }
    Ok(if name.is_ident("test") {
        IN_TESTS
    } else {
        Known::default()
    })
}

fn combined(
    operator: &Path,
    mut parts: impl Iterator<Item = Option<bool>> + Clone,
) -> Option<bool> {
    // One that decides, and what all of the others make of it.
    let (decides, otherwise) = match operator.get_ident() {
        Some(name) if name == "all" => (false, true),
        Some(name) if name == "any" => (true, false),
        Some(name) if name == "not" => return parts.next()?.map(|known| !known),
        _ => return None,
    };
    if parts.clone().any(|part| part == Some(decides)) {
        Some(decides)
    } else {
        parts.all(|part| part.is_some()).then_some(otherwise)
    }
}

/// The attributes of an item.
pub fn of_item(item: &Item) -> &[syn::Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The attributes of a statement that is no item.
pub fn of_statement(statement: &Stmt) -> &[syn::Attribute] {
    match statement {
        Stmt::Local(local) => &local.attrs,
        Stmt::Macro(call) => &call.attrs,
        Stmt::Expr(expr, _) => of_expression(expr),
        Stmt::Item(_) => &[],
    }
}

/// Those of an expression that may stand by itself.
fn of_expression(expr: &Expr) -> &[syn::Attribute] {
    match expr {
        Expr::Assign(expr) => &expr.attrs,
        Expr::Async(expr) => &expr.attrs,
        Expr::Await(expr) => &expr.attrs,
        Expr::Block(expr) => &expr.attrs,
        Expr::Call(expr) => &expr.attrs,
        Expr::ForLoop(expr) => &expr.attrs,
        Expr::If(expr) => &expr.attrs,
        Expr::Loop(expr) => &expr.attrs,
        Expr::Macro(expr) => &expr.attrs,
        Expr::Match(expr) => &expr.attrs,
        Expr::MethodCall(expr) => &expr.attrs,
        Expr::Return(expr) => &expr.attrs,
        Expr::Struct(expr) => &expr.attrs,
        Expr::Try(expr) => &expr.attrs,
        Expr::Unsafe(expr) => &expr.attrs,
        Expr::While(expr) => &expr.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::{When, of_item, when};

    #[test]
    fn a_condition_is_known_as_far_as_text_says_it() {
        use When::{Builds, Never, Tests};
        let table = [
            ("", Builds),
            ("#[cfg(test)]", Tests),
            ("#[cfg(not(test))]", Builds),
            ("#[cfg(all(test, unix))]", Tests),
            ("#[cfg(any(test, unix))]", Builds),
            ("#[cfg(any(test, feature = \"testing\"))]", Builds),
            ("#[cfg(not(any(not(test), false)))]", Tests),
            ("#[cfg(unix)] #[cfg(test)]", Tests),
            ("#[test]", Tests),
            ("#[tokio::test(flavor = \"multi_thread\")]", Tests),
            ("#[rstest::rstest]", Tests),
            ("#[cfg(any())]", Never),
            ("#[cfg(false)]", Never),
            ("#[cfg(true)]", Builds),
            ("#[cfg(all())]", Builds),
            ("#[cfg(not(all()))]", Never),
            ("#[cfg(all(test, not(test)))]", Never),
            ("#[cfg(all(unix, false))]", Never),
            ("#[cfg(version(\"1.90\"))]", Builds),
            ("#[cfg(not(version(\"1.90\")))]", Builds),
            ("#[cfg(of nothing known)]", Builds),
            ("#[doc = \"test\"]", Builds),
        ];
        for (attributes, expected) in table {
            let item = syn::parse_str(&format!("{attributes} fn f() {{}}")).unwrap();
            assert_eq!(when(of_item(&item)), expected, "{attributes}");
        }
    }
}
