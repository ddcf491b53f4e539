use service_connect::service_client;

#[service_client("ap")]
struct Near;

#[service_client("warehouse")]
struct Far;

fn main() {
    // The item is there all the same, so that nothing follows from our error.
    let _ = Near::get("/");
}
