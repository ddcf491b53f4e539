//! For the tests of what calls services: a real server on a loopback port. Behind the feature `testing`.
//!
//! Turn the feature on where tests are built, and nowhere else:
//!
//! ```toml
//! [dev-dependencies]
//! service-connect = { version = "0.1", features = ["testing"] }
//! ```
//!
//! A test starts a server, says what it answers, and hands its client to the code that is tried: as a value
//! (`KudosClient::with(server.client())`), or, for code that calls the static stubs, with
//! [`with_override`](crate::with_override). No variable is read or set, so tests run in parallel.
//!
//! ```
//! use service_connect::Method;
//! use service_connect::testing::{Answer, Server};
//!
//! # async fn test() -> service_connect::Result<()> {
//! let server = Server::start().await;
//! server.on(Method::GET, "/kudos/{id}").json(&["well", "done"]);
//! server.on(Method::POST, "/kudos").in_turn([Answer::status(503), Answer::status(201)]);
//! server.on(Method::PUT, "/kudos/7").answer_with(|request| Answer::text(request.text()));
//!
//! let client = server.client();
//! let kudos: Vec<String> = client.get("/kudos/7").await?.json().await?;
//! assert_eq!(kudos, ["well", "done"]);
//! assert_eq!(client.post("/kudos").await?.status(), 503);
//! assert_eq!(client.post("/kudos").await?.status(), 201);
//! assert_eq!(client.put("/kudos/7").body("thanks").await?.text().await?, "thanks");
//! assert_eq!(server.requests()[3].text(), "thanks");
//! # Ok(())
//! # }
//! # let mut runtime = tokio::runtime::Builder::new_current_thread();
//! # runtime.enable_all().build().unwrap().block_on(test()).unwrap();
//! ```
//!
//! # Faults
//!
//! | what goes wrong | how |
//! |---|---|
//! | nothing listens | [`Server::refusing`] |
//! | the connection is reset after the request | [`Answer::reset`] |
//! | no answer ever comes | [`Answer::hang`] |
//! | an answer takes its time | [`Answer::delay`] |
//! | a body comes a few bytes at a time | [`Answer::trickle`] |
//! | a body ends too early | [`Answer::cut_off`] |
//! | the service is overloaded | [`Answer::status`], with 503 |

mod answer;
mod body;
mod connection;
pub mod errors;
mod request;
mod routes;
mod server;
mod state;

pub use self::answer::Answer;
pub use self::request::Request;
pub use self::routes::On;
pub use self::server::Server;
