//! The shop of this crate: aliases that kudos has not, and clients that can say what they were told.

use data_plane::{Client, Environment, Mode, Result, Way};

/// All services of the shop, as its manifests say.
fn shop() -> Result<Environment> {
    let mut environment = Environment::start("shop", "test")?;
    environment.serve("orders", "orders", 80, 2)?;
    environment.serve("prices", "prices.test.internal", 8080, 1)?;
    environment.serve("stock", "stock.test.shop.local", 80, 1)?;
    Ok(environment)
}

/// Calls a service three times from one process.
fn call(client: &Client, service: &str) -> Result<Vec<String>> {
    let program = env!("CARGO_BIN_EXE_caller").as_ref();
    client.run(program, &[service, "3"])?.output()
}

/// What the caller writes for each answer. Envoy adds a header where it knows of HTTP, and the tasks have none.
fn answer(mode: Mode, url: &str, service: &str) -> String {
    let server = match mode {
        Mode::Tcp => "none",
        Mode::Http => "envoy",
    };
    format!("200 server={server} {url} Hello from {service} in test")
}

fn leads_to_the_proxy(service: &str, url: &str) -> Result<()> {
    let environment = shop()?;
    for mode in [Mode::Tcp, Mode::Http] {
        let client = environment.client("caller", mode)?;
        let (way, lines) = environment.way(service, &client, || call(&client, service))?;
        assert_eq!(way, Way::Proxy, "{mode:?}");
        let expected = answer(mode, url, service);
        assert_eq!(lines, [&*expected, &*expected, &*expected]);
        assert_eq!(environment.asked(service)?, 0, "{mode:?}");
    }
    Ok(())
}

#[test]
fn by_the_default_alias() -> Result<()> {
    leads_to_the_proxy("orders", "http://orders")
}

#[test]
fn by_an_alias_of_its_own() -> Result<()> {
    leads_to_the_proxy("prices", "http://prices.test.internal:8080")
}

/// The URL is that of discovery, and what it resolves to is another.
#[test]
fn by_an_alias_that_is_the_discovery_name() -> Result<()> {
    leads_to_the_proxy("stock", "http://stock.test.shop.local")
}

/// The hosts file is written when a task starts and never again.
#[test]
fn an_older_task_falls_back_to_discovery_and_warns_once() -> Result<()> {
    let environment = shop()?;
    let client = environment.old_client("caller")?;
    for (service, alias) in [("orders", "orders"), ("prices", "prices.test.internal")] {
        let (way, lines) = environment.way(service, &client, || call(&client, service))?;
        assert_eq!(way, Way::Discovery, "{service}");
        let (warnings, answers): (Vec<_>, Vec<_>) =
            lines.iter().partition(|line| line.contains("WARN"));
        let [warning] = &warnings[..] else {
            panic!("{service}: not one warning, but {lines:?}");
        };
        for part in [
            &*format!("the Service Connect name `{alias}` does not resolve"),
            &*format!("calls go to `{service}.test.shop.local` through discovery"),
        ] {
            assert!(warning.contains(part), "{warning} has no {part:?}");
        }
        assert_eq!(answers.len(), 3, "{lines:?}");
        for answer in answers {
            assert!(answer.starts_with("200 server=none "), "{answer}");
        }
        assert!(environment.asked(service)? > 0);
    }
    Ok(())
}

/// Where the alias is the discovery name there is nothing to fall back to, and nothing to warn of.
///
/// It is also what `by_an_alias_that_is_the_discovery_name` would see if the library passed the hosts file by.
#[test]
fn an_older_task_finds_the_alias_that_is_the_discovery_name() -> Result<()> {
    let environment = shop()?;
    let client = environment.old_client("caller")?;
    let (way, lines) = environment.way("stock", &client, || call(&client, "stock"))?;
    assert_eq!(way, Way::Discovery);
    let expected = answer(Mode::Tcp, "http://stock.test.shop.local", "stock");
    assert_eq!(lines, [&*expected, &*expected, &*expected]);
    assert!(environment.asked("stock")? > 0);
    Ok(())
}

/// What the tests above would see if the library took both ways.
#[test]
fn both_ways_are_seen() -> Result<()> {
    let environment = shop()?;
    let client = environment.client("caller", Mode::Http)?;
    let task = environment.task("orders", 0)?;
    let both = || {
        call(&client, "orders")?;
        task.get(task.address(), 80, "/some-request")
    };
    let error = environment.way("orders", &client, both).unwrap_err();
    assert_eq!(error.to_string(), "orders was called both ways");
    Ok(())
}

#[test]
fn an_older_task_fails_where_it_may_not_fall_back() -> Result<()> {
    let environment = shop()?;
    let client = environment.old_client("caller")?;
    let client = client.with("SERVICE_CONNECT_FALLBACK", "off");
    let error = call(&client, "orders").unwrap_err().to_string();
    assert!(error.contains("has to be redeployed"), "{error}");
    assert_eq!(environment.accepted("orders")?, [0, 0]);
    Ok(())
}
