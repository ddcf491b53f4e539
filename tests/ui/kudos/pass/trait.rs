//! The trait stays one that a test can implement; its futures are `Send`.
use service_connect::{Result, service_client};

#[derive(serde::Deserialize)]
struct Kudo {
    id: u64,
}

/// Kudos.
#[service_client("api")]
trait Kudos {
    /// One of them.
    #[get("/kudos/{id}/by/{author}")]
    async fn kudo(&self, id: u64, author: &str) -> Result<Kudo>;

    #[delete("/kudos")]
    async fn clear(&self) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>>;

    fn name(&self) -> &'static str {
        "kudos"
    }
}

struct Fake;

impl Kudos for Fake {
    async fn kudo(&self, id: u64, _author: &str) -> Result<Kudo> {
        Ok(Kudo { id })
    }

    async fn clear(&self) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

fn is_send(_: impl Send) {}

fn generic(kudos: &(impl Kudos + Sync)) {
    is_send(kudos.kudo(1, "me"));
    let _ = kudos.name();
}

fn main() {
    generic(&Fake);
    generic(&KudosClient::new());
    generic(&KudosClient::with(service_connect::Client::at("http://127.0.0.1:1").unwrap()));
}
