//! Tells search about tickets.

use crate::{Ticket, ZONE};

/// What may go wrong.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("search does not answer")]
    Http(#[from] reqwest::Error),
    #[error("search says {0}")]
    Status(u16),
}

pub async fn add(ticket: &Ticket) -> Result<(), IndexError> {
    // Without the port that it listens on.
    let url = format!("http://search.{}/indexes/tickets/documents", *ZONE);
    let response = reqwest::Client::new().post(url).json(ticket).send().await?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(IndexError::Status(status.as_u16())),
    }
}
