use service_connect::service_client;

// Off in one environment, by a section of the manifest.
#[service_client("billing")]
struct Billing;

// Off everywhere, because nothing is written.
#[service_client("search")]
trait Search {
    #[get("/")]
    async fn all(&self) -> service_connect::Result<String>;
}

fn main() {}
