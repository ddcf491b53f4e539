use service_connect::service_client;

const API: &str = "api";

#[service_client]
struct Nothing;

#[service_client(API)]
struct Constant;

#[service_client(5)]
struct Number;

#[service_client("api", timeout = 5)]
struct Unknown;

#[service_client("api", enviroments = ["test"])]
struct Misspelt;

#[service_client("api", environments = ["tset"])]
struct Environment;

#[service_client("mailer", environments = [])]
struct NoEnvironment;

#[service_client("mailer", environments = "test")]
struct NoList;

#[service_client("api", discovery = true)]
struct Flag;

#[service_client("api", discovery, discovery)]
struct Twice;

#[service_client("api", "billing")]
struct Two;

#[service_client("api" discovery)]
struct NoComma;

#[service_client("api")]
struct Fields {
    _field: u8,
}

#[service_client("api")]
fn function() {}

service_connect::clients!(Api);

fn main() {}
