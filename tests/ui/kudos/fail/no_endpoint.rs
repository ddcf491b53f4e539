use service_connect::service_client;

#[service_client("mailer")]
struct Mailer;

#[service_client("report", discovery)]
struct Report;

#[service_client("site")]
struct Site;

#[service_client("hooks", discovery)]
struct Hooks;

#[service_client("queue")]
struct Queue;

fn main() {}
