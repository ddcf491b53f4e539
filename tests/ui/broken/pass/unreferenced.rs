//! A broken manifest is an error only where its service is used.
#![deny(warnings)]
service_connect::clients!();

#[service_connect::service_client("good")]
struct Calls;

fn main() {
    let _ = (Good::base_url(), Calls::base_url());
}
