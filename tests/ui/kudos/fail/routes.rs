use service_connect::{Result, service_client};

#[service_client("api")]
trait Kudos {
    const LIMIT: usize;

    async fn no_route(&self) -> Result<u64>;

    #[get("/kudos")]
    #[post("/kudos")]
    async fn two_routes(&self) -> Result<u64>;

    #[fetch("/kudos")]
    async fn no_method(&self) -> Result<u64>;

    #[gett("/kudos")]
    async fn nearly_a_method(&self) -> Result<u64>;

    #[get]
    async fn no_path(&self) -> Result<u64>;

    #[get("/kudos")]
    pub async fn public(&self) -> Result<u64>;

    #[get(PATH)]
    async fn no_literal(&self) -> Result<u64>;

    #[get("/kudos", timeout = 5)]
    async fn something_else(&self) -> Result<u64>;

    #[get("kudos")]
    async fn relative(&self) -> Result<u64>;

    #[get("/kudos/{id")]
    async fn open_brace(&self, id: u64) -> Result<u64>;

    #[get("/kudos and notes")]
    async fn blanks(&self) -> Result<u64>;

    #[get("/kudos/../admin")]
    async fn dots(&self) -> Result<u64>;

    #[get("/kudos/{id}")]
    async fn missing_parameter(&self) -> Result<u64>;

    #[get("/kudos/{author}")]
    async fn misspelt_parameter(&self, auhtor: &str) -> Result<u64>;

    #[post("/kudos")]
    async fn unused_parameter(&self, kudo: u64) -> Result<u64>;

    #[post("/kudos")]
    async fn two_bodies(&self, #[json] kudo: u64, #[form] note: &[(&str, &str)]) -> Result<u64>;

    #[get("/kudos")]
    async fn body_on_get(&self, #[json] filter: u64) -> Result<u64>;

    #[get("/kudos")]
    fn not_async(&self) -> Result<u64>;

    #[get("/kudos")]
    async fn nothing(&self);

    #[get("/kudos")]
    async fn no_result(&self) -> Vec<u64>;

    #[get("/kudos")]
    async fn no_self() -> Result<u64>;

    #[get("/kudos")]
    async fn own_body(&self) -> Result<u64> {
        Ok(1)
    }
}

// What is right is there all the same.
fn main() {
    let client = KudosClient::new();
    let _ = (client.no_literal(), client.dots());
}
