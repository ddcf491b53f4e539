//! Environments as ECS Copilot deploys them, out of real parts: tasks in network namespaces of their own, a DNS server
//! that answers as Cloud Map does, Envoy for Service Connect.
//!
//! ```no_run
//! use data_plane::{Environment, Mode, Way};
//!
//! let mut environment = Environment::start("kudos", "test")?;
//! environment.serve("api", "api", 80, 2)?;
//! let front_end = environment.front_end(Mode::Tcp)?;
//! let (way, answer) = environment.way("api", &front_end, || front_end.get("/"))?;
//! assert_eq!((way, answer.status), (Way::Proxy, 200));
//! # Ok::<(), data_plane::Error>(())
//! ```
//!
//! All of an environment ends with the value, and with the process that made it, however that ends: see [`namespace`].
//! The script `run` beside `Cargo.toml` finds the programs and says where they are.

pub mod client;
pub mod dns;
pub mod environment;
pub mod envoy;
pub mod error;
pub mod grpc;
pub mod http;
pub mod namespace;
pub mod process;
pub mod programs;
pub mod service;
pub mod shared;
pub mod task;

pub use client::Client;
pub use dns::Answers;
pub use environment::{Environment, Way};
pub use envoy::{Mode, Upstream};
pub use error::{Error, Result};
