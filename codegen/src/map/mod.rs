//! Who calls whom, and by which way in each environment.
//!
//! ```
//! use service_connect_codegen::Application;
//! use service_connect_codegen::map::calls;
//!
//! assert!(calls(&Application::default(), &[]).is_empty());
//! ```

mod call;
mod variables;

pub use call::{Call, CallKind, Way};
pub use variables::calls;
