use service_connect::service_client;

#[service_client("archive")]
struct Off;

#[service_client("queue", discovery)]
struct NoPort;

#[service_client("serach")]
struct Misspelt;

fn main() {}
