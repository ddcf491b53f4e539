//! What `#[service_client]` stands on.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::ItemTrait;

/// The item below the attribute.
pub enum Item {
    /// `struct Name;`, which is passed on as it is.
    Unit(Ident),
    /// A trait.
    Trait(Box<ItemTrait>),
    /// Anything else, at its keyword.
    Other(Span),
}

impl Item {
    /// Looks no further than it has to: nothing in a unit struct matters but its name.
    ///
    /// # Errors
    ///
    /// If it is a trait that does not parse.
    pub fn parse(tokens: &TokenStream) -> syn::Result<Self> {
        let mut rest = tokens.clone().into_iter().peekable();
        while let Some(token) = rest.next() {
            match &token {
                // An attribute.
                TokenTree::Punct(punct) if punct.as_char() == '#' => drop(rest.next()),
                TokenTree::Ident(word) if word == "pub" => {
                    let restriction = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
                    rest.next_if(restriction);
                }
                TokenTree::Ident(word) if word == "unsafe" => {}
                TokenTree::Ident(word) if word == "struct" => {
                    let name = rest.next();
                    return Ok(match (name, rest.next()) {
                        (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(end)))
                            if end.as_char() == ';' =>
                        {
                            Self::Unit(name)
                        }
                        _ => Self::Other(word.span()),
                    });
                }
                TokenTree::Ident(word) if word == "trait" => {
                    return syn::parse2(tokens.clone()).map(|item| Self::Trait(Box::new(item)));
                }
                other => return Ok(Self::Other(other.span())),
            }
        }
        Ok(Self::Other(Span::call_site()))
    }
}
