//! What `preflight` says in a task, for everything that can keep calls from a service: brought about each time.

use data_plane::{Answers, Client, Environment, Mode, Result, programs};

const PROGRAM: &str = env!("CARGO_BIN_EXE_preflight");

/// The verdict with its cause, and the explanation.
fn said(lines: &[String]) -> (&str, &str) {
    match lines {
        [verdict, explanation] => (verdict, explanation),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn expect(client: &Client, verdict: &str, words: &str) -> Result<()> {
    let lines = client.run(PROGRAM.as_ref(), &["orders"])?.output()?;
    let (found, explanation) = said(&lines);
    assert_eq!(found, verdict, "{explanation}");
    assert!(explanation.contains(words), "{explanation}");
    Ok(())
}

/// `orders` is behind the proxies of clients, and in DNS.
fn shop(tasks: u8) -> Result<Environment> {
    let mut environment = Environment::start("shop", "test")?;
    environment.serve("orders", "orders", 80, tasks)?;
    Ok(environment)
}

#[test]
fn what_can_be_reached_is_ready() -> Result<()> {
    let environment = shop(2)?;
    for mode in [Mode::Tcp, Mode::Http] {
        let client = environment.client("caller", mode)?;
        expect(&client, "ready none", "orders: ready: http://orders in ")?;
    }
    // Its tasks get no Service Connect.
    let client = environment.client("report", Mode::Tcp)?;
    let url = "orders: ready: http://orders.test.shop.local in ";
    expect(&client, "ready none", url)
}

#[test]
fn a_task_that_started_before_the_first_deployment_has_to_be_deployed_again() -> Result<()> {
    let mut environment = Environment::start("shop", "test")?;
    environment.serve("prices", "prices.test.internal", 8080, 1)?;
    let client = environment.client("caller", Mode::Tcp)?;
    environment.serve("orders", "orders", 80, 1)?;
    let words = "so deploy `caller` again";
    expect(&client, "ready started-before", words)
}

#[test]
fn a_task_without_any_name_has_service_connect_off() -> Result<()> {
    let environment = shop(1)?;
    let client = environment.old_client("caller")?;
    let words = "this task knows no name of Service Connect";
    expect(&client, "ready service-connect-off", words)?;
    let client = client.with("SERVICE_CONNECT_FALLBACK", "off");
    expect(&client, "not-ready service-connect-off", words)
}

#[test]
fn a_service_without_a_healthy_task() -> Result<()> {
    let mut environment = shop(1)?;
    let caller = environment.client("caller", Mode::Tcp)?;
    let report = environment.client("report", Mode::Tcp)?;
    environment.retire("orders", 0)?;
    caller.wait_for_tasks("orders", 0)?;
    for client in [&caller, &report] {
        let words = "no task of `orders` is healthy, or none is deployed";
        expect(client, "not-ready no-task", words)?;
    }
    // Without discovery the proxy is all there is to ask.
    let caller = caller.with("SERVICE_CONNECT_FALLBACK", "off");
    let words = "takes the connection and closes it: it knows no healthy task";
    expect(&caller, "not-ready no-task", words)?;
    // One of requests says nothing before it has one.
    let client = environment.client("caller", Mode::Http)?;
    expect(&client, "ready none", "")
}

#[test]
fn a_task_in_which_nothing_listens() -> Result<()> {
    let environment = shop(1)?;
    let clients = [("caller", Mode::Tcp), ("report", Mode::Tcp)];
    let clients = clients.map(|(name, mode)| environment.client(name, mode));
    let program = programs::kudos("api")?;
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    environment.task("orders", 0)?.signal("KILL", &name)?;
    for client in clients {
        let words = "nothing listens on port 80 in the tasks of `orders`";
        expect(&client?, "not-ready nothing-listens", words)?;
    }
    Ok(())
}

#[test]
fn a_task_that_is_gone() -> Result<()> {
    let environment = shop(1)?;
    let client = environment.client("report", Mode::Tcp)?;
    environment.task("orders", 0)?.end()?;
    let words = "nobody answers on port 80 of `orders`";
    expect(&client, "not-ready silent", words)
}

/// DNS still has the answer of before.
#[test]
fn a_task_that_the_proxy_does_not_know() -> Result<()> {
    let mut environment = shop(1)?;
    let client = environment.client("caller", Mode::Tcp)?;
    let report = environment.client("report", Mode::Tcp)?;
    expect(&report, "ready none", "")?;
    environment.retire("orders", 0)?;
    client.wait_for_tasks("orders", 0)?;
    let words = "though tasks of `orders` take some directly";
    expect(&client, "not-ready proxy-cut-off", words)
}

#[test]
fn a_proxy_that_is_gone() -> Result<()> {
    let environment = shop(1)?;
    let mut client = environment.client("caller", Mode::Tcp)?;
    client.kill_proxy()?;
    let words = "127.255.0.1:80 refuses connections";
    expect(&client, "not-ready no-proxy", words)?;
    client.restart_proxy()?;
    expect(&client, "ready none", "")
}

#[test]
fn a_name_that_dns_does_not_know_or_says_nothing_about() -> Result<()> {
    let mut environment = shop(1)?;
    let client = environment.client("report", Mode::Tcp)?;
    for answers in [Answers::Nothing, Answers::NoSuchName] {
        environment.set_dns(answers)?;
        let words = "`orders.test.shop.local` has no address";
        expect(&client, "not-ready no-task", words)?;
    }
    environment.signal_dns("STOP")?;
    let words = "DNS did not say in time where `orders.test.shop.local` is";
    expect(&client, "not-ready dns-silent", words)?;
    environment.signal_dns("CONT")
}

#[test]
fn a_process_without_the_variables_of_a_task() -> Result<()> {
    let environment = shop(1)?;
    let task = environment.task("orders", 0)?;
    let caller = [("COPILOT_SERVICE_NAME", "report")];
    let caller = caller.map(|(name, value)| (name.to_owned(), value.to_owned()));
    for (variables, verdict, words) in [
        (
            &[][..],
            "not-ready not-in-ecs",
            "run `cargo service-connect dev`",
        ),
        (
            &caller,
            "not-ready variable",
            "COPILOT_SERVICE_DISCOVERY_ENDPOINT is not set",
        ),
    ] {
        let lines = task
            .run(PROGRAM.as_ref(), variables, &["orders"])?
            .output()?;
        let (found, explanation) = said(&lines);
        assert_eq!(found, verdict, "{explanation}");
        assert!(explanation.contains(words), "{explanation}");
    }
    Ok(())
}
