//! The one request of `--request`.

use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use service_connect::{Client, Error, Response};
use tokio::time::timeout;

use crate::options::Format;
use crate::output;

use super::events;

/// For all of the answer: longer than the 15 s that the services themselves give each other, so that theirs is the error
/// one sees.
const DEADLINE: Duration = Duration::from_secs(30);

/// What is held of an answer, in bytes: it is printed once all has ended.
const MOST: usize = 64 << 20;

/// What to ask for: `SERVICE/PATH`.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whom to ask.
    pub service: String,
    path: String,
}

impl FromStr for Request {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (service, path) = text.split_at(text.find('/').unwrap_or(text.len()));
        if service.is_empty() || service.contains(':') {
            return Err("write SERVICE/PATH, such as front-end/");
        }
        let path = if path.is_empty() { "/" } else { path };
        Ok(Self {
            service: service.to_owned(),
            path: path.to_owned(),
        })
    }
}

/// What came back.
pub struct Answer {
    service: String,
    what: String,
    status: u16,
    body: Vec<u8>,
}

impl Request {
    /// Asks the service, which is at `url`.
    pub async fn send(self, url: String) -> Result<Answer> {
        let what = format!("GET {url}{}", self.path);
        let response = Client::at(&url)?
            .get(&self.path)
            .timeout(DEADLINE)
            .send()
            .await;
        let failed = |error| {
            let how = if is_unsent(&error) {
                "cannot be asked"
            } else {
                "did not answer"
            };
            anyhow!(error).context(format!("`{}` {how}", self.service))
        };
        let response = response.map_err(failed)?;
        let status = response.status().as_u16();
        let body = timeout(DEADLINE, body(response)).await;
        let body = body.unwrap_or_else(|_| bail!("{} s were not enough", DEADLINE.as_secs()));
        let body = body.with_context(|| format!("`{}` did not answer to the end", self.service))?;
        Ok(Answer {
            service: self.service,
            what,
            status,
            body,
        })
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MOST {
            bail!("there is more of it than {} MiB", MOST >> 20);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Whether it is this side that has to change before anything can be sent.
pub fn is_unsent(error: &Error) -> bool {
    matches!(
        error,
        Error::Variable(_) | Error::NoWay(_) | Error::Request(_)
    )
}

impl Answer {
    /// Whether it is a 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Prints the body as the last line of stdout, and on stderr the status of one that is no 2xx.
    pub fn print(&self, format: Format) -> Result<()> {
        let body = match format {
            Format::Human => {
                let mut body = self.body.clone();
                if body.last() != Some(&b'\n') {
                    body.push(b'\n');
                }
                body
            }
            Format::Json => {
                let body = String::from_utf8_lossy(&self.body);
                events::answered(&self.service, self.status, &body).into_bytes()
            }
        };
        output::raw(&body)?;
        if !self.is_success() {
            output::error(&format!("{} was answered with {}", self.what, self.status));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_begins_with_the_first_slash() {
        let parsed = |text: &str| {
            let Request { service, path } = text.parse().unwrap();
            (service, path)
        };
        assert_eq!(parsed("web"), ("web".into(), "/".into()));
        assert_eq!(parsed("web/a/b?c=/d"), ("web".into(), "/a/b?c=/d".into()));
        for wrong in ["/", "", "http://web/"] {
            assert!(wrong.parse::<Request>().is_err(), "{wrong}");
        }
    }
}
