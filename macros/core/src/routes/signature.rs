//! What a route's method has to look like, apart from its path and parameters.

use proc_macro2::Span;
use quote::ToTokens;
use service_connect_codegen::Code;
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, Receiver, ReceiverKind, ReturnType, Signature, TraitItemFn, Type, TypePath,
};

use crate::diagnostic::Errors;

/// What is wrong with the method apart from its path and parameters; if nothing is, the type that it returns.
pub fn check<'a>(
    routes: &[Attribute],
    method: &'a TraitItemFn,
    errors: &mut Errors,
) -> Option<&'a Type> {
    let Signature {
        ident: name,
        asyncness,
        output,
        ..
    } = &method.sig;
    let mut is_right = true;
    let mut wrong = |span: Span, code, what: &str, help: &str| {
        errors.error(span, code, what, help);
        is_right = false;
    };
    if routes.is_empty() {
        wrong(
            name.span(),
            Code::MissingRoute,
            &format!("the method `{name}` has no route"),
            "write `#[get(\"/path\")]` above it, or give it a body",
        );
        // Nobody knows yet what else it has to be.
        return None;
    }
    if let Some(second) = routes.get(1) {
        wrong(
            second.path().span(),
            Code::DuplicateRoute,
            &format!("the method `{name}` has two routes"),
            "write a method for each",
        );
    }
    if asyncness.is_none() {
        wrong(
            name.span(),
            Code::NotAsync,
            &format!("the route `{name}` is not async"),
            "write `async fn`",
        );
    }
    match output {
        ReturnType::Default => wrong(
            name.span(),
            Code::MissingResult,
            &format!("the route `{name}` returns nothing"),
            "let it return `service_connect::Result<()>`, or what the answer is read as in place of `()`",
        ),
        ReturnType::Type(_, output) if !may_be_result(output) => {
            let plain = output.to_token_stream().to_string().replace(' ', "");
            wrong(
                output.span(),
                Code::MissingResult,
                &format!("the route `{name}` returns no `Result`"),
                &format!("a call can fail: let it return `service_connect::Result<{plain}>`"),
            );
        }
        ReturnType::Type(..) => {}
    }
    if method.default.is_some() {
        wrong(
            name.span(),
            Code::OwnBody,
            &format!("the route `{name}` has a body of its own"),
            "write `;` in its place, for the body is generated, or take the route away",
        );
    }
    let by_reference =
        |receiver: &Receiver| matches!(receiver.kind, ReceiverKind::Reference(_, _, None));
    let receiver = match method.sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) if by_reference(receiver) => None,
        Some(FnArg::Receiver(receiver)) => Some(receiver.span()),
        _ => Some(name.span()),
    };
    if let Some(span) = receiver {
        wrong(
            span,
            Code::MissingSelf,
            &format!("the route `{name}` does not take `&self`"),
            "write `&self` as its first parameter",
        );
    }
    match output {
        ReturnType::Type(_, output) if is_right => Some(output),
        _ => None,
    }
}

/// Whether a type is a `Result` or could be another name for one, which the compiler knows.
fn may_be_result(output: &Type) -> bool {
    match output {
        Type::Paren(inner) => may_be_result(&inner.elem),
        Type::Group(inner) => may_be_result(&inner.elem),
        Type::Path(TypePath { path, .. }) => {
            let last = path.segments.last().map(|last| last.ident.to_string());
            last.is_some_and(|name| !NO_RESULTS.contains(&&*name))
        }
        Type::Macro(_) | Type::Verbatim(_) => true,
        _ => false,
    }
}

/// What a route may read, and what it cannot be by itself.
const NO_RESULTS: [&str; 28] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize", "Arc", "BTreeMap", "Box", "Bytes", "Cow", "HashMap", "HashSet",
    "Option", "Response", "String", "Vec",
];
