//! Tells people what became of their tickets.

use std::env;
use std::time::Duration;

use anyhow::Result;
use reqwest::Client;
use serde::Deserialize;
use upstream::AccountsClient;

#[derive(Deserialize)]
struct Ticket {
    id: u64,
    by: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let endpoint = env::var("COPILOT_SERVICE_DISCOVERY_ENDPOINT").expect("set by Copilot");
    let client = Client::new();
    let accounts = AccountsClient::discovered(client.clone());
    loop {
        let url = format!(
            "http://tickets.{}:8080/tickets/changed?since={}",
            endpoint, 10
        );
        let changed = client
            .get(&url)
            .timeout(Duration::from_secs(5))
            .send()
            .await?;
        for ticket in changed.json::<Vec<Ticket>>().await? {
            let account = accounts.account(ticket.by).await?;
            tracing::info!("tell {} about {}", account.email, ticket.id);
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}
