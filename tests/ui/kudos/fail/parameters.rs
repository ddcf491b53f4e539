use service_connect::{Result, service_client};

#[service_client("api")]
trait Kudos {
    #[get("/kudos")]
    async fn header_without_name(&self, #[header] request: &str) -> Result<u64>;

    #[get("/kudos")]
    async fn no_header(&self, #[header("request id")] request: &str) -> Result<u64>;

    #[get("/kudos")]
    async fn header_of_the_client(&self, #[header("Host")] host: &str) -> Result<u64>;

    #[get("/kudos")]
    async fn two_places(&self, #[query] #[header("x-page")] page: u64) -> Result<u64>;

    #[get("/kudos/{id}")]
    async fn in_path_and_query(&self, #[query] id: u64) -> Result<u64>;

    #[get("/kudos")]
    async fn misspelt(&self, #[qurey] page: u64) -> Result<u64>;

    #[post("/kudos")]
    async fn argument(&self, #[json("kudo")] kudo: u64) -> Result<u64>;

    #[get("/kudos")]
    async fn wrong_argument(&self, #[query(5)] page: u64) -> Result<u64>;

    #[get("/kudos/{id}")]
    async fn path(&self, #[path] id: u64) -> Result<u64>;

    #[post("/kudos")]
    async fn borrowed(&self, #[body] text: &str) -> Result<u64>;

    #[get("/kudos")]
    async fn no_name(&self, #[query] (page, size): (u64, u64)) -> Result<u64>;
}

fn main() {}
