//! Who calls: this library or reqwest, both as they are by default but for the deadline.

use std::time::Duration;

use anyhow::{Result, bail};
use reqwest::Url;
use service_connect::{Client, Method};

const DEADLINE: Duration = Duration::from_secs(2);

/// A client of `orders`.
#[derive(Clone)]
pub enum Subject {
    Ours(Client),
    Reqwest(reqwest::Client, Url),
}

impl Subject {
    pub fn new(library: &str, url: &str) -> Result<Self> {
        Ok(match library {
            "ours" => Self::Ours(Client::at(url)?),
            "reqwest" => {
                let client = reqwest::Client::builder().timeout(DEADLINE).build()?;
                Self::Reqwest(client, url.parse()?)
            }
            _ => bail!("there is no library {library:?}: say ours or reqwest"),
        })
    }

    /// The task that answered, or what went wrong, in words.
    pub async fn call(&self, is_post: bool, path: &str) -> Result<String, String> {
        let method = if is_post { Method::POST } else { Method::GET };
        match self {
            Self::Ours(client) => through_ours(client, method, path)
                .await
                .map_err(|error| error.to_string()),
            Self::Reqwest(client, url) => {
                let mut url = url.clone();
                url.set_path(path);
                through_reqwest(client, method, url)
                    .await
                    .map_err(|error| chain(&error))
            }
        }
    }
}

async fn through_ours(
    client: &Client,
    method: Method,
    path: &str,
) -> service_connect::Result<String> {
    let request = client.request(method, path).timeout(DEADLINE);
    request.await?.error_for_status()?.text().await
}

async fn through_reqwest(
    client: &reqwest::Client,
    method: Method,
    url: Url,
) -> reqwest::Result<String> {
    let response = client.request(method, url).send().await?;
    response.error_for_status()?.text().await
}

/// reqwest says what was the matter in the causes only.
fn chain(mut error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    while let Some(cause) = error.source() {
        text = format!("{text}: {cause}");
        error = cause;
    }
    text
}
