use service_connect::{Result, service_client};

#[service_client("api")]
trait Kudos {
    #[get("/kudos")]
    async fn all(&self) -> Result<Vec<u64>>

    #[get("/kudos/{id}")]
    async fn one(&self, id: u64, #[query] lang: &str) -> Result<u64>;
}

fn main() {}
