//! The service `front-end` of kudos: calls `api` and `billing` for the public.

use axum::http::StatusCode;
use axum::{Json, Router, routing::get};
use serde::{Deserialize, Serialize};
use service_connect::service_client;
use tokio::net::TcpListener;

#[cfg(test)]
mod tests;

// A type for every service of the application: `Api`, `Billing`, `FrontEnd`.
service_connect::clients!();

/// Service Connect has to be on for `api`, on both sides and in every environment.
#[service_client("api")]
struct Calls;

/// `billing` has Service Connect in `test` only, so discovery has to do in `prod`.
#[service_client("billing", discovery)]
trait Invoices {
    /// The invoices of a customer.
    #[get("/customers/{customer}/invoices")]
    async fn invoices(&self, customer: &str) -> service_connect::Result<Vec<Invoice>>;
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Invoice {
    id: u64,
    customer: String,
    cents: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let routes = Router::new()
        .route("/", get(home))
        .route("/invoices", get(invoices))
        .route("/ways", get(ways));
    #[cfg(feature = "telemetry")]
    let routes = telemetry::observe(routes);
    let listener = TcpListener::bind(service_connect::listen_addr!()?).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

async fn home() -> Result<String, (StatusCode, String)> {
    let response = Api::get("/some-request").await.map_err(bad_gateway)?;
    response.text().await.map_err(bad_gateway)
}

async fn invoices() -> Result<Json<Vec<Invoice>>, (StatusCode, String)> {
    let invoices = InvoicesClient::new().invoices("you & me").await;
    invoices.map(Json).map_err(bad_gateway)
}

/// Where calls go from here.
async fn ways() -> Result<String, (StatusCode, String)> {
    let api = Calls::base_url().map_err(bad_gateway)?;
    let billing = Billing::base_url().map_err(bad_gateway)?;
    Ok(format!("{api} {billing}"))
}

// The error says which service, which URL and what to do.
#[allow(clippy::needless_pass_by_value)] // As `map_err` passes it.
fn bad_gateway(error: service_connect::Error) -> (StatusCode, String) {
    eprintln!("{error}");
    (StatusCode::BAD_GATEWAY, error.to_string())
}
