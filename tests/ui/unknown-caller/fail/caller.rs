service_connect::clients!();

#[service_connect::service_client("api")]
struct Calls;

fn main() {
    let _ = (Api::base_url(), Calls::base_url());
}
