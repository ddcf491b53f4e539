//! Who calls whom, and by which way in each environment.
//!
//! ```
//! use service_connect_codegen::Application;
//! use service_connect_codegen::map::{Order, calls, edges};
//!
//! let application = Application::default();
//! let calls = calls(&application, &[]);
//! let edges = edges(&calls);
//! assert!(Order::find(&application, &edges, None).is_free());
//! ```

mod call;
mod circle;
mod edge;
mod order;
mod outside;
mod pipeline;
mod variables;

pub use call::{Call, CallKind, Way};
pub use edge::{Alike, Edge, Entry, edges};
pub use order::{Cycle, Elsewhere, Order, Orders, redeploy};
pub use outside::{Named, Outside, outside};
pub use pipeline::pipelines;
pub use variables::calls;
