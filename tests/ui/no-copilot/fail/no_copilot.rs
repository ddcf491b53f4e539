service_connect::clients!();

#[service_connect::service_client("api")]
struct Calls;

fn main() {}
