//! The service `web`: calls `api`, and says at `/metrics` how that goes, as Prometheus reads it.
//!
//! ```sh
//! python3 -m http.server --bind 127.0.0.1 8000 &
//! PORT=8080 SERVICE_CONNECT_URL_API=http://127.0.0.1:8000 \
//!     cargo run --manifest-path examples/metrics/Cargo.toml &
//! curl http://127.0.0.1:8080/ http://127.0.0.1:8080/metrics
//! ```
//!
//! In `http_client_request_duration_seconds` and the others are the calls, with nothing to do for it but to install a recorder
//! before the first one.

use std::error::Error;
use std::time::Duration;

use axum::http::StatusCode;
use axum::{Router, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use metrics_util::MetricKindMask;
use tokio::net::TcpListener;

// `Api` and the other services of `copilot/`.
service_connect::clients!();

/// Of `http.client.request.duration` in seconds, as OpenTelemetry advises.
const BUCKETS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// How long the numbers of a task are shown that is gone.
const GONE: Duration = Duration::from_secs(600);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let prometheus = PrometheusBuilder::new()
        .with_recommended_naming(true)
        .set_buckets_for_metric(Matcher::Suffix("duration".to_owned()), &BUCKETS)?
        .idle_timeout(MetricKindMask::HISTOGRAM, Some(GONE))
        .install_recorder()?;
    let routes = Router::new()
        .route("/", get(home))
        .route("/metrics", get(async move || prometheus.render()));
    let listener = TcpListener::bind(service_connect::listen_addr!()?).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

/// What `api` says.
async fn home() -> Result<String, (StatusCode, String)> {
    let bad_gateway = |error: service_connect::Error| (StatusCode::BAD_GATEWAY, error.to_string());
    let response = Api::get("/").await.map_err(bad_gateway)?;
    let response = response.error_for_status().map_err(bad_gateway)?;
    response.text().await.map_err(bad_gateway)
}
