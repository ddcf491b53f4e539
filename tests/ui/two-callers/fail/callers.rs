service_connect::clients!();

#[service_connect::service_client("api")]
struct Strict;

#[service_connect::service_client("api", discovery)]
struct Discovered;

fn main() {
    let _ = Api::get("/");
}
