//! Search, which is not ours and speaks for itself.

use std::sync::Arc;

use axum::extract::{Query, State};
use reqwest::Url;
use serde::Deserialize;

use crate::App;

#[derive(Deserialize)]
pub struct Words {
    q: String,
}

#[derive(Debug)]
pub struct Failed;

impl axum::response::IntoResponse for Failed {
    fn into_response(self) -> axum::response::Response {
        axum::http::StatusCode::BAD_GATEWAY.into_response()
    }
}

pub async fn search(
    State(app): State<Arc<App>>,
    Query(words): Query<Words>,
) -> Result<String, Failed> {
    find(&app, &words.q).await.map_err(|error| {
        tracing::error!("{error:#}");
        Failed
    })
}

async fn find(app: &App, q: &str) -> anyhow::Result<String> {
    let url = Url::parse(&app.config.services.search)?.join("/indexes/tickets/search")?;
    let found = app.http.get(url).query(&[("q", q)]).send().await?;
    anyhow::ensure!(
        found.status().is_success(),
        "{}: {:?}",
        found.status(),
        found.headers()
    );
    Ok(found.text().await?)
}
