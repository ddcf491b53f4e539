//! A service of another repository has a stub as any other.
#![deny(warnings)]
use service_connect::service_client;

service_connect::clients!();

#[service_client("search")]
struct Calls;

#[service_client("archive", discovery)]
struct Old;

fn main() {
    assert_eq!(Search::base_url().unwrap(), "http://search");
    assert_eq!(Calls::base_url().unwrap(), "http://search");
    let _ = (Archive::get("/"), Old::get("/"));
}
