#[service_connect::service_client("billing")]
struct Billing;

fn main() {}
