//! A library is no service: the called side is checked, by the base manifest where there is no environment.
#![deny(warnings)]
service_connect::clients!();

#[service_connect::service_client("api")]
struct Calls;

fn main() {
    let _ = (Api::base_url(), Billing::base_url(), Calls::base_url());
}
