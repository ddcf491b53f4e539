//! The cart, which the service for orders keeps.

use std::env;

use anyhow::Context;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::AppState;
use crate::error::AppError;

#[derive(Deserialize, Serialize)]
pub struct Item {
    book: u64,
    count: u32,
}

#[derive(Deserialize, Serialize)]
pub struct Receipt {
    number: String,
}

/// The address of the service for orders.
fn orders(path: &str) -> String {
    // Somebody moved it to 8080 since.
    format!("http://orders:3000{path}")
}

pub async fn add(
    State(state): State<AppState>,
    Json(item): Json<Item>,
) -> Result<Json<Item>, AppError> {
    state
        .http
        .post(orders("/cart/items"))
        .header("x-request-id", "42")
        .json(&item)
        .send()
        .await?
        .error_for_status()?;
    Ok(Json(item))
}

pub async fn checkout(State(state): State<AppState>) -> Result<Json<Receipt>, AppError> {
    let endpoint = env::var("COPILOT_SERVICE_DISCOVERY_ENDPOINT")
        .context("COPILOT_SERVICE_DISCOVERY_ENDPOINT is not set")?;
    let url = format!("http://orders.{endpoint}:8080/cart/checkout");
    tracing::info!("checking out at {url}");
    let receipt = state
        .http
        .post(&url)
        .query(&[("express", true)])
        .send()
        .await
        .context("orders cannot be reached")?
        .json()
        .await?;
    Ok(Json(receipt))
}
