//! Pages about books.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use crate::AppState;
use crate::error::AppError;

const CATALOG: &str = "http://catalog:8080";

/// A book, as the catalog has it.
#[derive(Deserialize, Serialize)]
pub struct Book {
    id: u64,
    title: String,
}

/// The books of the day, and what else one may like.
#[derive(Serialize)]
pub struct Home {
    books: Vec<Book>,
    recommended: Vec<Book>,
}

pub async fn home(State(state): State<AppState>) -> Result<Json<Home>, AppError> {
    // Catalog has it on everywhere, or so we thought.
    let books = state
        .http
        .get(format!("{CATALOG}/books/today"))
        .timeout(Duration::from_secs(2))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let recommended = match state
        .http
        .get(format!("{}/for/{}", state.recommendations_url, "everybody"))
        .send()
        .await
    {
        Ok(response) if response.status().is_success() => response.json().await?,
        Ok(response) => {
            tracing::warn!(status = %response.status(), "no recommendations");
            Vec::new()
        }
        Err(error) => {
            tracing::warn!("no recommendations: {error}");
            Vec::new()
        }
    };
    Ok(Json(Home { books, recommended }))
}

pub async fn book(
    State(state): State<AppState>,
    Path(id): Path<u64>,
) -> Result<Json<Book>, AppError> {
    let url = format!("{CATALOG}/books/{id}");
    let book = state.http.get(&url).send().await?.json().await?;
    Ok(Json(book))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_catalog_is_where_we_think() {
        assert!(super::CATALOG.starts_with("http://catalog"));
    }
}
