//! Everything that the macros generate, under lints that most crates do not turn on.

use service_connect::{Result, service_client};

/// The clients of the application.
pub mod services {
    service_connect::clients!();
}

/// Calls of `api`.
#[service_client("api")]
#[derive(Debug)]
pub struct Calls;

/// Typed routes of `api`.
#[service_client("api")]
pub trait Kudos {
    /// One of them.
    #[get("/kudos/{id}")]
    async fn kudo(&self, id: u64) -> Result<Kudo>;
}

/// What `api` answers.
#[derive(Debug, serde::Deserialize)]
pub struct Kudo {
    /// Its number.
    pub id: u64,
}

/// Calls in every form.
///
/// # Errors
///
/// Whatever goes wrong.
#[inline]
pub async fn calls() -> Result<String> {
    let _ = Calls::get("/").await?;
    let _ = KudosClient::new().kudo(1).await?.id;
    let _ = service_connect::listen_addr!()?;
    services::Api::get("/some-request").await?.text().await
}

/// A service on port 443, which only this feature lets compile.
#[cfg(feature = "tls")]
#[service_client("secure", discovery)]
#[derive(Debug)]
pub struct Secure;

/// Calls of it.
///
/// # Errors
///
/// Whatever goes wrong.
#[cfg(feature = "tls")]
#[inline]
pub fn secure() -> Result<[String; 2]> {
    Ok([Secure::base_url()?, services::Secure::base_url()?])
}
