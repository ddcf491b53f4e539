//! The parameters of a route: where in the request each of them goes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use service_connect_codegen::{Code, Finding};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, LitStr, Meta, Pat, PatType, Signature, Type};

use super::take;
use crate::diagnostic::Errors;

/// A parameter and its place.
pub struct Parameter {
    pub name: Ident,
    /// The name without the `r#` of a keyword, as it stands in paths and queries.
    pub text: String,
    place: Place,
    /// Its `#[cfg]`s, which hold for what is done with it, too.
    conditions: TokenStream,
}

enum Place {
    Path,
    /// Under that key, if it is written; else under the parameter's name, or by the names of its own fields.
    Query(Option<String>),
    Header(String),
    Body(Ident),
}

/// What may stand in front of a parameter.
pub const PLACES: [&str; 5] = ["query", "json", "form", "header", "body"];

/// Headers that the client sets, because they are about the connection: the runtime refuses the same
/// (`client/headers.rs`), which cannot be asked here.
const RESERVED: [&str; 9] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "upgrade",
    "te",
    "expect",
];

/// The parameters after `self`, without the attributes that are ours; `None` where one is wrong.
pub fn take_all(signature: &mut Signature, errors: &mut Errors) -> Option<Vec<Parameter>> {
    let mut parameters = Vec::new();
    let mut is_right = true;
    for input in &mut signature.inputs {
        let FnArg::Typed(input) = input else { continue };
        match Parameter::take(input, errors) {
            Some(parameter) => parameters.push(parameter),
            None => is_right = false,
        }
    }
    is_right.then_some(parameters)
}

/// That there is at most one body, and none where the method of the request has none.
pub fn check_bodies(parameters: &[Parameter], verb: &Ident, errors: &mut Errors) -> Option<()> {
    let mut is_right = true;
    let mut known = None;
    for parameter in parameters {
        let Place::Body(kind) = &parameter.place else {
            continue;
        };
        // Which of those with a condition are there, only the compiler knows.
        if !parameter.conditions.is_empty() {
            continue;
        }
        if verb == "get" || verb == "head" {
            let method = verb.to_string().to_uppercase();
            errors.error(
                kind.span(),
                Code::BodyOnGet,
                format!(
                    "a {method} request has no body, and `{}` is one",
                    parameter.name
                ),
                "send it as `#[query]`, or make the route a `#[post(…)]`",
            );
            is_right = false;
        } else if let Some(first) = known {
            errors.error(
                kind.span(),
                Code::DuplicateBody,
                format!(
                    "the route has two bodies, `{first}` and `{}`",
                    parameter.name
                ),
                "put both into one struct, or send one as `#[query]`",
            );
            is_right = false;
        }
        known = known.or(Some(&parameter.name));
    }
    is_right.then_some(())
}

impl Parameter {
    fn take(input: &mut PatType, errors: &mut Errors) -> Option<Self> {
        let is_place = |attribute: &Attribute| {
            let path = attribute.path();
            let is_other = ["cfg", "allow", "expect", "warn", "deny", "forbid", "doc"];
            path.get_ident().is_some() && !is_other.iter().any(|other| path.is_ident(other))
        };
        let places = take(&mut input.attrs, is_place);
        let Pat::Ident(name) = &*input.pat else {
            errors.error(
                input.pat.span(),
                Code::InvalidParameter,
                "the parameter has no name",
                "give it the name of its placeholder or of its key in the query",
            );
            // The compiler would find something else wrong with it.
            *input.pat = syn::parse_quote!(_);
            return None;
        };
        let name = name.ident.clone();
        if let Some(second) = places.get(1) {
            errors.error(
                second.path().span(),
                Code::InvalidParameter,
                format!("the parameter `{name}` has two places in the request"),
                "keep one of the two attributes",
            );
            return None;
        }
        let place = match places.first() {
            None => Place::Path,
            Some(attribute) => match Place::parse(attribute) {
                Ok(place) => place,
                Err(finding) => {
                    errors.finding(attribute.path().span(), finding);
                    return None;
                }
            },
        };
        if let (Place::Body(kind), Type::Reference(borrowed)) = (&place, &*input.ty)
            && kind == "body"
            && borrowed
                .lifetime
                .as_ref()
                .is_none_or(|lifetime| lifetime.ident != "static")
        {
            errors.error(
                input.ty.span(),
                Code::InvalidParameter,
                format!("the body `{name}` is borrowed, and a request owns what it sends"),
                "take a `Vec<u8>`, a `String` or `service_connect::Bytes`",
            );
            return None;
        }
        let conditions = input.attrs.iter();
        let conditions = conditions.filter(|attribute| attribute.path().is_ident("cfg"));
        let conditions = quote!(#(#conditions)*);
        if matches!(place, Place::Path) && !conditions.is_empty() {
            errors.error(
                name.span(),
                Code::InvalidParameter,
                format!("the parameter `{name}` of the path is there under a condition only"),
                "write a method for each path",
            );
            return None;
        }
        Some(Self {
            text: plain(&name),
            name,
            place,
            conditions,
        })
    }

    /// Whether it stands for a placeholder.
    pub fn is_in_path(&self) -> bool {
        matches!(self.place, Place::Path)
    }

    /// What is said of one that stands for none.
    pub fn unused(&self) -> Finding {
        let name = &self.text;
        let message = format!("the parameter `{name}` is not sent");
        Finding::error(Code::UnusedParameter, message).help(format!(
            "write `{{{name}}}` where it belongs in the path, or in front of it `#[query]`, `#[header(\"…\")]`, or for \
             the body `#[json]`, `#[form]` or `#[body]`"
        ))
    }

    /// Whether it is the body.
    pub fn is_body(&self) -> bool {
        matches!(self.place, Place::Body(_))
    }

    /// Adds it to the path `local`, percent-encoded.
    pub fn segment(&self, local: &Ident) -> TokenStream {
        let Self { name, text, .. } = self;
        // At the parameter, where the compiler says what is wrong with its type.
        let span = name.span().resolved_at(Span::mixed_site());
        quote_spanned!(span=> #local.segment(#text, &#name);)
    }

    /// Adds it to `request`.
    pub fn step(&self, request: &Ident) -> TokenStream {
        let Self {
            name,
            text,
            place,
            conditions,
        } = self;
        // At the parameter, where the compiler says what is wrong with its type.
        let span = name.span().resolved_at(Span::mixed_site());
        let step = match place {
            Place::Path => return TokenStream::new(),
            Place::Query(Some(key)) => {
                quote_spanned!(span=> ::service_connect::__private::query_key(#request, #key, &#name))
            }
            Place::Query(None) => {
                quote_spanned!(span=> ::service_connect::__private::query(#request, #text, &#name))
            }
            Place::Header(header) => {
                quote_spanned!(span=> ::service_connect::__private::header(#request, #header, &#name))
            }
            Place::Body(kind) if kind == "body" => quote_spanned!(span=> #request.body(#name)),
            Place::Body(kind) => {
                let kind = Ident::new(&kind.to_string(), span);
                quote_spanned!(span=> #request.#kind(&#name))
            }
        };
        quote!(#conditions let #request = #step;)
    }
}

impl Place {
    /// `#[query]`, `#[query("key")]`, `#[header("name")]`, `#[json]`, `#[form]` or `#[body]`.
    fn parse(attribute: &Attribute) -> Result<Self, Finding> {
        let invalid = |message: String| Finding::error(Code::InvalidParameter, message);
        let word = attribute.path().get_ident().map(ToString::to_string);
        let word = word.unwrap_or_default();
        if !PLACES.contains(&&*word) {
            let others =
                "a parameter is `#[query]`, `#[header(\"…\")]`, `#[json]`, `#[form]` or `#[body]`";
            let finding = invalid(format!("a parameter cannot be `#[{word}]`"));
            if word == "cfg_attr" {
                return Err(
                    finding.help("write the attribute itself, or a method for each condition")
                );
            }
            if word == "path" {
                return Err(
                    finding.help("take it off: without an attribute it stands for its placeholder")
                );
            }
            return Err(finding.meant(&word, PLACES, || others.to_owned()));
        }
        let argument = match &attribute.meta {
            Meta::Path(_) => None,
            _ => Some(attribute.parse_args::<LitStr>().map_err(|_| {
                invalid(format!("what belongs to `#[{word}]` is not understood")).help(form(&word))
            })?),
        };
        match (&*word, argument) {
            ("query", Some(key)) if key.value().is_empty() => {
                Err(invalid("the key of the query is empty".to_owned()).help(form(&word)))
            }
            ("query", key) => Ok(Self::Query(key.map(|key| key.value()))),
            ("header", Some(name)) => header(&name.value()).map(Self::Header),
            ("header", None) => {
                Err(invalid("`#[header]` does not name the header".to_owned()).help(form(&word)))
            }
            (_, Some(_)) => {
                Err(invalid(format!("`#[{word}]` takes no argument")).help(form(&word)))
            }
            (_, None) => attribute
                .path()
                .get_ident()
                .cloned()
                .map(Self::Body)
                .ok_or_else(|| invalid(format!("`#[{word}]` is not understood"))),
        }
    }
}

/// A name without the `r#` of a keyword.
fn plain(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

fn form(word: &str) -> String {
    match word {
        "query" => "write `#[query]`, or `#[query(\"page-size\")]` where the key has another name"
            .to_owned(),
        "header" => "write `#[header(\"x-request-id\")]`".to_owned(),
        word => format!("write `#[{word}]`"),
    }
}

/// The name in lower case, as the client sends it.
fn header(name: &str) -> Result<String, Finding> {
    let invalid = |message: String| Finding::error(Code::InvalidParameter, message);
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(is_allowed) {
        let message = format!("`{name}` is not the name of a header");
        return Err(invalid(message).help("a name has letters, digits and `-`"));
    }
    let lower = name.to_ascii_lowercase();
    if RESERVED.contains(&&*lower) {
        let message = format!("the header `{lower}` is set by the client");
        return Err(invalid(message).help("take the parameter out"));
    }
    Ok(lower)
}
