//! Sends mail about orders.

use std::time::Duration;

use anyhow::Result;
use serde::Deserialize;

/// Everywhere the same, as the staging environment has it.
const ORDERS: &str = "http://orders.test.bookshop.local:8080";

#[derive(Debug, Deserialize)]
struct Order {
    number: String,
    book: u64,
}

#[derive(Debug, Deserialize)]
struct Book {
    title: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    loop {
        let orders: Vec<Order> = reqwest::get(format!("{ORDERS}/placed"))
            .await?
            .json()
            .await?;
        for order in &orders {
            if let Err(error) = send(order).await {
                tracing::error!("no mail about {}: {error:#}", order.number);
            }
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

async fn send(order: &Order) -> Result<()> {
    let client = reqwest::Client::new();
    // Without a port, which is 80.
    let url = "http://catalog/books/".to_owned() + &order.book.to_string();
    let book: Book = client.get(url).send().await?.json().await?;
    // The name is misspelt.
    let page = client
        .get(format!("http://recomendations:8080/for/{}", order.book))
        .send()
        .await?
        .text()
        .await?;
    tracing::info!("mail about {}: {page}", book.title);
    Ok(())
}
