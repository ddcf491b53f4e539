//! Takes orders.

mod cache;
mod catalog;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};

use catalog::{Book, Catalog};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = Router::new()
        .route("/price/{id}", get(price))
        .route("/sold/{id}", post(sold))
        .route("/health", get(health));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn price(Path(id): Path<u64>) -> Result<Json<Book>, StatusCode> {
    let catalog = Catalog::new();
    let book = catalog.book(id).await.map_err(|error| {
        tracing::error!("the catalog does not answer: {error}");
        StatusCode::BAD_GATEWAY
    })?;
    Ok(Json(book))
}

async fn sold(Path(id): Path<u64>) -> StatusCode {
    match Catalog::new().sold(id).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!("the catalog was not told: {error}");
            StatusCode::BAD_GATEWAY
        }
    }
}

async fn health() -> StatusCode {
    match cache::ping().await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            tracing::error!("the cache does not answer: {error}");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
