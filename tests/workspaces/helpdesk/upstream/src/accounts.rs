//! Who is who.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// A person.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Account {
    pub id: u64,
    pub email: String,
}

/// Asks the accounts for people. Each service gives it the address that it was told.
pub struct AccountsClient {
    http: reqwest::Client,
    base_url: String,
}

impl AccountsClient {
    pub fn new(http: reqwest::Client, base_url: String) -> Self {
        Self { http, base_url }
    }

    /// The address of the service, if nobody was told one.
    pub fn discovered(http: reqwest::Client) -> Self {
        let zone = std::env::var("COPILOT_SERVICE_DISCOVERY_ENDPOINT").unwrap_or_default();
        Self::new(http, format!("http://accounts.{zone}:8001"))
    }

    fn url(&self, path: &str) -> String {
        format!("{}/v1{path}", self.base_url)
    }

    pub async fn account(&self, id: u64) -> Result<Account> {
        let response = self
            .http
            .get(self.url(&format!("/accounts/{id}")))
            .send()
            .await
            .context("the accounts cannot be reached")?;
        Ok(response.error_for_status()?.json().await?)
    }
}
