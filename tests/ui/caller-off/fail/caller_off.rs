use service_connect::service_client;

#[service_client("api")]
struct Api;

fn main() {}
