use service_connect::{Result, service_client};

#[service_client("api")]
trait Kudos {
    const LIMIT: usize;

    #[get("kudos")]
    async fn relative(&self) -> Result<u64>;

    #[get("/kudos/{id}")]
    async fn missing_parameter(&self) -> Result<u64>;

    #[get("/kudos")]
    async fn missing_placeholder(&self, id: u64) -> Result<u64>;

    #[get("/kudos/{id")]
    async fn open_brace(&self, id: u64) -> Result<u64>;

    #[get]
    async fn no_path(&self) -> Result<u64>;

    #[get("/kudos")]
    fn not_async(&self) -> Result<u64>;

    #[get("/kudos")]
    async fn no_result(&self);

    #[get("/kudos")]
    async fn no_self() -> Result<u64>;

    async fn no_route(&self) -> Result<u64>;

    #[get("/kudos")]
    #[post("/kudos")]
    async fn two_routes(&self) -> Result<u64>;

    #[get("/kudos")]
    async fn own_body(&self) -> Result<u64> {
        Ok(1)
    }
}

fn main() {}
