//! Keeps the tickets.

mod index;

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

/// The environment's private zone.
static ZONE: LazyLock<String> = LazyLock::new(|| {
    std::env::var("COPILOT_SERVICE_DISCOVERY_ENDPOINT").unwrap_or("helpdesk.local".to_string())
});

#[derive(Deserialize, Serialize)]
pub struct Ticket {
    id: u64,
    text: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let router = Router::new().route("/tickets", post(open));
    let listener = tokio::net::TcpListener::bind(("0.0.0.0", 8000)).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

async fn open(Json(ticket): Json<Ticket>) -> StatusCode {
    if let Err(error) = index::add(&ticket).await {
        tracing::warn!(
            "the ticket {} cannot be found by search: {error}",
            ticket.id
        );
    }
    StatusCode::CREATED
}
