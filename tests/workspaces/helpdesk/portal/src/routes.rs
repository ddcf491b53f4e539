//! Pages about tickets.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use upstream::{Account, AccountsClient};

use crate::App;

#[derive(Deserialize, Serialize)]
pub struct Ticket {
    id: u64,
    by: u64,
    text: String,
}

#[derive(Serialize)]
pub struct Page {
    ticket: Ticket,
    by: Account,
    help: String,
}

#[derive(Serialize)]
pub struct Overview {
    open: Vec<Ticket>,
    closed: Vec<Ticket>,
}

/// A failed call of another service.
fn upstream_failed(error: impl std::fmt::Display) -> StatusCode {
    tracing::error!("{error}");
    StatusCode::BAD_GATEWAY
}

pub async fn overview(State(app): State<Arc<App>>) -> Result<Json<Overview>, StatusCode> {
    let list = |state: &'static str| {
        let request = app
            .http
            .get(format!("{}/tickets", app.config.services.tickets))
            .query(&[("state", state)]);
        async move { request.send().await?.json::<Vec<Ticket>>().await }
    };
    let (open, closed) = tokio::try_join!(list("open"), list("closed")).map_err(upstream_failed)?;
    Ok(Json(Overview { open, closed }))
}

pub async fn open(
    State(app): State<Arc<App>>,
    Json(ticket): Json<Ticket>,
) -> Result<StatusCode, StatusCode> {
    let url = format!("{}/tickets", app.config.services.tickets);
    let answer = app.http.post(url).json(&ticket).send().await.map_err(|e| {
        tracing::error!(error = %e, timeout = e.is_timeout(), "no ticket was opened");
        StatusCode::BAD_GATEWAY
    })?;
    Ok(answer.status())
}

pub async fn ticket(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
) -> Result<Json<Page>, StatusCode> {
    let services = &app.config.services;
    let ticket: Ticket = app
        .http
        .get(format!("{}/tickets/{}", services.tickets, id))
        .send()
        .await
        .and_then(|response| response.error_for_status())
        .map_err(|error| upstream_failed(error.to_string()))?
        .json()
        .await
        .map_err(|error| upstream_failed(error.to_string()))?;
    let accounts = AccountsClient::new(app.http.clone(), services.accounts.clone());
    let by = accounts.account(ticket.by).await.map_err(upstream_failed)?;
    let help = format!("{}/tickets", app.config.help_pages);
    Ok(Json(Page { ticket, by, help }))
}

pub async fn close(State(app): State<Arc<App>>, Path(id): Path<u64>) -> StatusCode {
    let tickets = &app.config.services.tickets;
    let response = app
        .http
        .delete(format!("{tickets}/tickets/{id}"))
        .send()
        .await;
    match response {
        Ok(response) => response.status(),
        Err(error) if error.is_timeout() => StatusCode::GATEWAY_TIMEOUT,
        Err(error) => upstream_failed(error.to_string()),
    }
}
