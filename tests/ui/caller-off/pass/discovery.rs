//! A caller without Service Connect calls through discovery; in `test` the strict check holds.
#![deny(warnings)]
use service_connect::service_client;

service_connect::clients!();

#[service_client("api", discovery)]
struct Discovered;

#[service_client("api", environments = ["test"])]
struct InTest;

fn main() {
    let _ = (Api::base_url(), Discovered::base_url(), InTest::base_url());
}
