//! The macros of `service-connect`. Use them through that crate, which re-exports them and documents them with
//! examples that run.
//!
//! ```ignore
//! service_connect::clients!();
//!
//! #[service_connect::service_client("api")]
//! struct Calls;
//! ```

use proc_macro::TokenStream;
use service_connect_macros_core as core;

/// Brings in the clients that the build script generated: a `pub` type for every service of the application.
///
/// For the services `api` and `front-end` these are `Api` and `FrontEnd`, with associated functions like
/// `Api::get("/some-request")`. Calling one that cannot be reached from this crate in every environment is a
/// compile error that says why. An item of your own with the same name wins.
///
/// # Errors
///
/// Compile errors: without a build script that calls `service_connect_codegen::generate()`, without `copilot/`,
/// or if `services` in the package's metadata names a service that does not exist.
#[proc_macro]
pub fn clients(input: TokenStream) -> TokenStream {
    core::clients(&input.into()).into()
}

/// Checks that a service exists and can be called through Service Connect, on both sides and in every
/// environment, and makes a client of the item.
///
/// `#[service_client("api")] struct Calls;` gives `Calls` all the functions that a type of `clients!()` has. On a
/// trait, methods like `#[get("/kudos/{id}")] async fn kudos(&self, id: u64) -> Result<Kudo>;` become typed
/// routes, and `KudosClient` implements the trait `Kudos` over HTTP.
///
/// Arguments: `discovery` accepts service discovery where Service Connect is off; `environments = ["test"]`
/// leaves the other environments out of the check.
///
/// # Errors
///
/// Compile errors on the literal, each with the line of the manifest to change.
#[proc_macro_attribute]
pub fn service_client(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let tls = cfg!(feature = "tls");
    core::service_client(arguments.into(), item.into(), tls).into()
}

/// The address to listen on, as a `Result<SocketAddr>`: the port of the variable `PORT`, else `image.port` of the
/// manifest of `COPILOT_SERVICE_NAME` in this environment, on all interfaces.
///
/// # Errors
///
/// At run time, if `PORT` is no port or nothing says which port it is; at compile time as [`clients!`](macro@clients).
#[proc_macro]
pub fn listen_addr(input: TokenStream) -> TokenStream {
    core::listen_addr(&input.into()).into()
}
