use service_connect::service_client;

#[service_client("udp-log")]
struct Log;

fn main() {}
