//! Where people ask for help.

mod config;
mod routes;
mod search;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use config::Config;

/// What the handlers share.
pub struct App {
    pub config: Config,
    pub http: reqwest::Client,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let app = Arc::new(App {
        config,
        http: reqwest::Client::new(),
    });
    let router = Router::new()
        .route("/", get(routes::overview))
        .route("/tickets", post(routes::open))
        .route("/tickets/{id}", get(routes::ticket).delete(routes::close))
        .route("/search", get(search::search))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await?;
    tracing::info!("listening on http://localhost:3000");
    axum::serve(listener, router).await?;
    Ok(())
}
