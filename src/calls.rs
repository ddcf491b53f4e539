//! All calls that are known, wherever they are written.

use service_connect_codegen::map::Call;

use crate::context::Context;

/// Those that the variables of manifests make.
pub fn all(context: &Context) -> Vec<Call> {
    context.loaded().calls()
}
