//! `cfg`: what is never compiled, and what only tests have.
//!
//! ```text
//! when(&item.attrs) == When::Tests   // #[cfg(test)] mod tests { … }
//! ```

use proc_macro2::TokenStream;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, ImplItem, Item, LitBool, Meta, MetaList, Path, Stmt, Token, TraitItem, token,
};

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

/// By its `cfg`s; what is `#[test]` is there in tests only.
pub fn when(attributes: &[Attribute]) -> When {
    let mut holds = [true; 2];
    for attribute in attributes {
        let known = match &attribute.meta {
            Meta::List(list) if list.path.is_ident("cfg") => {
                list.parse_args_with(value).unwrap_or_default()
            }
            Meta::Path(path) | Meta::List(MetaList { path, .. }) if is_test(path) => IN_TESTS,
            _ => continue,
        };
        for (holds, known) in holds.iter_mut().zip(known) {
            *holds &= known != Some(false);
        }
    }
    match holds {
        [true, _] => When::Builds,
        [false, true] => When::Tests,
        [false, false] => When::Never,
    }
}

/// `#[test]`, `#[tokio::test]`.
fn is_test(path: &Path) -> bool {
    path.segments
        .last()
        .is_some_and(|last| last.ident == "test")
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
pub fn of_item(item: &Item) -> &[Attribute] {
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

/// The attributes of what stands in an `impl`.
pub fn of_impl_item(item: &ImplItem) -> &[Attribute] {
    match item {
        ImplItem::Const(item) => &item.attrs,
        ImplItem::Fn(item) => &item.attrs,
        ImplItem::Type(item) => &item.attrs,
        ImplItem::Macro(item) => &item.attrs,
        _ => &[],
    }
}

/// The attributes of what stands in a trait.
pub fn of_trait_item(item: &TraitItem) -> &[Attribute] {
    match item {
        TraitItem::Const(item) => &item.attrs,
        TraitItem::Fn(item) => &item.attrs,
        TraitItem::Type(item) => &item.attrs,
        TraitItem::Macro(item) => &item.attrs,
        _ => &[],
    }
}

/// The attributes of a statement that is no item.
pub fn of_statement(statement: &Stmt) -> &[Attribute] {
    match statement {
        Stmt::Local(local) => &local.attrs,
        Stmt::Macro(call) => &call.attrs,
        Stmt::Item(_) | Stmt::Expr(..) => &[],
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
