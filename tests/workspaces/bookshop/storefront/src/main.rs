//! What customers see.

mod cart;
mod error;
mod pages;

use std::env;

use axum::Router;
use axum::routing::{get, post};

/// What all handlers share.
#[derive(Clone)]
pub struct AppState {
    http: reqwest::Client,
    recommendations_url: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let state = AppState {
        http: reqwest::Client::new(),
        recommendations_url: env::var("RECOMMENDATIONS_URL")?,
    };
    let app = Router::new()
        .route("/", get(pages::home))
        .route("/books/{id}", get(pages::book))
        .route("/cart", post(cart::add))
        .route("/cart/checkout", post(cart::checkout))
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
