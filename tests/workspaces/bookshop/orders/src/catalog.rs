//! A client of the catalog.

use std::env;
use std::fmt;

use reqwest::{Client, Method};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize)]
pub struct Book {
    id: u64,
    price: u32,
}

/// What may go wrong with it.
#[derive(Debug)]
pub enum CatalogError {
    Unreachable(String),
    Http(reqwest::Error),
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "unreachable: {why}"),
            Self::Http(error) => error.fmt(f),
        }
    }
}

impl From<reqwest::Error> for CatalogError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

pub struct Catalog {
    http: Client,
    base_url: String,
}

impl Catalog {
    pub fn new() -> Self {
        let endpoint = env::var("COPILOT_SERVICE_DISCOVERY_ENDPOINT")
            .unwrap_or_else(|_| "test.bookshop.local".to_string());
        Self {
            http: Client::new(),
            base_url: format!("http://catalog.{endpoint}:8080"),
        }
    }

    pub async fn book(&self, id: u64) -> Result<Book, CatalogError> {
        let book = self
            .http
            .request(Method::GET, format!("{}/books/{}", self.base_url, id))
            .send()
            .await
            .map_err(|error| CatalogError::Unreachable(error.to_string()))?
            .json()
            .await
            .map_err(|error| CatalogError::Unreachable(format!("no book: {error}")))?;
        Ok(book)
    }

    /// Says that a book was sold. Its error is the client's, so this one stays as it is.
    pub async fn sold(&self, id: u64) -> Result<(), CatalogError> {
        self.http
            .post(format!("{}/books/{id}/sold", self.base_url))
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }
}
