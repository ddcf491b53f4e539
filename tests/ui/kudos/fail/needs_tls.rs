use service_connect::service_client;

service_connect::clients!();

#[service_client("secure")]
struct Attribute;

fn main() {
    let _ = Secure::get("/");
}
