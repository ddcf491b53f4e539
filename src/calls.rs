//! All calls that are known, wherever they are written.

use service_connect_codegen::map::{Call, CallKind};

use crate::context::Context;

/// Those that the variables of manifests make.
pub fn all(context: &Context) -> Vec<Call> {
    context.loaded().calls()
}

/// How a call is written, in words.
pub fn written(kind: &CallKind) -> String {
    match kind {
        CallKind::Stub => "type".to_owned(),
        CallKind::Attribute => "attribute".to_owned(),
        CallKind::Url => "URL".to_owned(),
        CallKind::Variable(name) => format!("variable {name}"),
    }
}

/// The same for programs.
pub const fn kind(kind: &CallKind) -> &'static str {
    match kind {
        CallKind::Stub => "stub",
        CallKind::Attribute => "attribute",
        CallKind::Url => "url",
        CallKind::Variable(_) => "variable",
    }
}
