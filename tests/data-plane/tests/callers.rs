//! One binary, running as five services of the shop: which way it may go depends on what its task is.

use data_plane::{Environment, Mode, Result, Way};

/// All have the alias in their hosts and a proxy, though ECS would give neither to a job or App Runner: so that the
/// wrong way would be answered.
fn way_of(caller: &str) -> Result<Way> {
    let mut environment = Environment::start("shop", "test")?;
    environment.serve("orders", "orders", 80, 1)?;
    let client = environment.client(caller, Mode::Tcp)?;
    let program = env!("CARGO_BIN_EXE_caller").as_ref();
    let call = || client.run(program, &["orders"])?.output();
    let (way, lines) = environment.way("orders", &client, call)?;
    let url = match way {
        Way::Proxy => "http://orders",
        Way::Discovery => "http://orders.test.shop.local",
    };
    let expected = format!("200 server=none {url} Hello from orders in test");
    assert_eq!(lines, [expected]);
    assert_eq!(environment.asked("orders")? > 0, way == Way::Discovery);
    Ok(way)
}

#[test]
fn a_backend_service_goes_through_the_proxy() -> Result<()> {
    assert_eq!(way_of("caller")?, Way::Proxy);
    Ok(())
}

#[test]
fn a_worker_goes_through_the_proxy() -> Result<()> {
    assert_eq!(way_of("mailer")?, Way::Proxy);
    Ok(())
}

#[test]
fn a_service_that_has_it_off_goes_by_discovery() -> Result<()> {
    assert_eq!(way_of("audit")?, Way::Discovery);
    Ok(())
}

#[test]
fn a_scheduled_job_goes_by_discovery() -> Result<()> {
    assert_eq!(way_of("report")?, Way::Discovery);
    Ok(())
}

#[test]
fn a_private_request_driven_service_goes_by_discovery() -> Result<()> {
    assert_eq!(way_of("hooks")?, Way::Discovery);
    Ok(())
}
