//! `Api::channel()`, below clients as tonic generates them.

mod bad;
mod calls;
#[path = "../support/child.rs"]
mod child;
mod connections;
#[path = "../support/h2.rs"]
mod h2_server;
#[path = "../support/mod.rs"]
mod http1;
mod retries;
mod statics;
#[path = "../support/grpc.rs"]
mod support;
mod times;
#[cfg(feature = "tls")]
mod tls;

use service_connect::{Channel, Client};
