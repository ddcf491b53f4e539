//! `preflight SERVICE`: whether a service of the shop can be reached from here: `ready CAUSE` or `not-ready CAUSE`, and a
//! line of explanation.

use std::env;
use std::time::Duration;

use service_connect::{Cause, preflight};

service_connect::clients!();

/// More than the second that a connection may take, and less than a test waits.
const LIMIT: Duration = Duration::from_secs(3);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let service = env::args().nth(1).unwrap_or_default();
    let client = match service.as_str() {
        "orders" => Orders::client(),
        "prices" => Prices::client(),
        _ => panic!("say orders or prices, not {service:?}"),
    };
    let report = preflight([client]).timeout(LIMIT).await;
    for check in &report.checks {
        let ready = if check.is_ready() {
            "ready"
        } else {
            "not-ready"
        };
        println!("{ready} {}", check.cause.map_or("none", Cause::code));
        println!("{check}");
    }
    // The look-up that DNS never answers would hold the process.
    std::process::exit(0);
}
