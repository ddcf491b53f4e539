//! The service `billing` of kudos: the invoices of a customer.

use axum::{Json, Router, extract::Path, routing::get};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let routes = Router::new().route("/customers/{customer}/invoices", get(invoices));
    let listener = TcpListener::bind(service_connect::listen_addr!()?).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

async fn invoices(Path(customer): Path<String>) -> Json<Value> {
    Json(json!([{ "id": 1, "customer": customer, "cents": 4200 }]))
}
