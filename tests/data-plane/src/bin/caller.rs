//! The service `caller` of the shop: `caller SERVICE TIMES` calls a service so many times, and prints a line for each
//! answer, `STATUS server=SERVER URL BODY`, and one for each warning.

use std::env;

use service_connect::{Client, Result};

service_connect::clients!();

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .without_time()
        .with_ansi(false)
        .init();
    let mut arguments = env::args().skip(1);
    let service = arguments.next().unwrap_or_default();
    let times = arguments.next().and_then(|times| times.parse().ok());
    let client = match service.as_str() {
        "orders" => Orders::client(),
        "prices" => Prices::client(),
        "stock" => Stock::client(),
        _ => panic!("the shop has no service {service:?}: say orders, prices or stock"),
    };
    for _ in 0..times.unwrap_or(1) {
        println!("{}", call(&client).await?);
    }
    Ok(())
}

async fn call(client: &Client) -> Result<String> {
    let url = client.base_url()?;
    let response = client.get("/some-request").await?;
    let status = response.status().as_u16();
    let server = response.headers().get("server");
    let server = server.map_or("none".into(), |server| {
        String::from_utf8_lossy(server.as_bytes()).into_owned()
    });
    let body = response.text().await?;
    Ok(format!("{status} server={server} {url} {}", body.trim()))
}
