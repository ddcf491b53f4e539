service_connect::clients!();

#[service_connect::service_client("api")]
struct Calls;

fn main() {
    let _ = Web::get("/");
    let _ = Api::get("/");
}
