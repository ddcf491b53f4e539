//! The service `api` of kudos: answers with its own name.

use std::env;

use axum::{Router, routing::get};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let routes = Router::new().route("/some-request", get(some_request));
    #[cfg(feature = "telemetry")]
    let routes = telemetry::observe(routes);
    let listener = TcpListener::bind(service_connect::listen_addr!()?).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

async fn some_request() -> String {
    let variable = |name| env::var(name).unwrap_or_else(|_| "nowhere".to_owned());
    let service = variable("COPILOT_SERVICE_NAME");
    let environment = variable("COPILOT_ENVIRONMENT_NAME");
    format!("Hello from {service} in {environment}\n")
}
