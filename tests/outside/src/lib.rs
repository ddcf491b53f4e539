//! Everything that the macros generate, under lints that most crates do not turn on.

use service_connect::{Response, Result, service_client};

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

    /// Some of them.
    #[get("/kudos")]
    async fn find<T>(&self, #[query] filter: &T, #[query] page: Option<u32>) -> Result<Vec<Kudo>>
    where
        T: serde::Serialize + Sync + ?Sized;

    /// A new one.
    #[post("/kudos")]
    async fn send(
        &self,
        #[header("x-request-id")] request: &str,
        #[json] kudo: &Kudo,
    ) -> Result<Response>;

    /// Several at once.
    #[put("/kudos")]
    #[cfg(not(feature = "tls"))]
    async fn replace(&self, #[body] kudos: Vec<u8>) -> Result<()>;
}

/// What `api` answers.
#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub struct Kudo {
    /// Its number.
    pub id: u64,
}

/// Calls in every form.
///
/// ```no_run
/// service_connect::clients!();
///
/// # async fn example() -> service_connect::Result<()> {
/// let answer = Api::get("/some-request").await?;
/// let same = web::services::Api::get("/some-request").await?;
/// # Ok(())
/// # }
/// ```
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
