//! Tasks that come and go while a client runs: what was deployed last counts, for DNS and for a proxy from before.

use data_plane::{Client, Environment, Mode, Result, Way, programs};

/// Calls `orders` three times, by a connection of its own each time.
fn call(client: &Client) -> Result<()> {
    let program = env!("CARGO_BIN_EXE_caller").as_ref();
    for _ in 0..3 {
        let lines = client.run(program, &["orders"])?.output()?;
        let last = lines.last().map(String::as_str).unwrap_or_default();
        assert!(last.ends_with(" Hello from orders in test"), "{lines:?}");
    }
    Ok(())
}

/// The first task answers until the end, so that who still called it would not fail.
fn is_replaced(caller: &str, mode: Mode, expected: Way) -> Result<()> {
    let mut environment = Environment::start("shop", "test")?;
    environment.serve("orders", "orders", 80, 1)?;
    let client = environment.client(caller, mode)?;
    environment.add(programs::kudos("api")?.as_os_str(), "orders")?;
    client.wait_for_tasks("orders", 2)?;
    environment.retire("orders", 0)?;
    client.wait_for_tasks("orders", 1)?;
    let (way, ()) = environment.way("orders", &client, || call(&client))?;
    assert_eq!(way, expected);
    assert_eq!(environment.asked("orders")? > 0, way == Way::Discovery);
    let accepted = environment.accepted("orders")?;
    assert_eq!(accepted[0], 0, "the task that went was called");
    assert!(accepted[1] > 0, "the task that came was not called");
    let old = environment.task("orders", 0)?;
    let answer = old.get(old.address(), 80, "/some-request")?;
    assert_eq!(answer.status, 200, "it still runs");
    Ok(())
}

#[test]
fn by_discovery() -> Result<()> {
    is_replaced("report", Mode::Tcp, Way::Discovery)
}

#[test]
fn through_a_proxy_of_connections() -> Result<()> {
    is_replaced("caller", Mode::Tcp, Way::Proxy)
}

#[test]
fn through_a_proxy_of_requests() -> Result<()> {
    is_replaced("caller", Mode::Http, Way::Proxy)
}
