//! Kudos as it is: every way that its manifests have, with the front end unchanged.

use data_plane::{Environment, Mode, Result, Way};

const ANSWER: &str = "Hello from api in";
const INVOICES: &str = r#"[{"id":1,"customer":"you & me","cents":4200}]"#;

/// Two tasks of `api` and one of `billing`, both behind the proxies of clients, whatever the manifests say: the wrong
/// way would be answered too.
fn deploy(environment: &mut Environment) -> Result<()> {
    environment.serve("api", "api", 80, 2)?;
    environment.serve("billing", "billing", 8080, 1)
}

fn kudos(name: &str) -> Result<Environment> {
    let mut environment = Environment::start("kudos", name)?;
    deploy(&mut environment)?;
    Ok(environment)
}

#[test]
fn by_the_default_alias_on_port_80() -> Result<()> {
    let environment = kudos("test")?;
    for mode in [Mode::Tcp, Mode::Http] {
        let front_end = environment.front_end(mode)?;
        let (way, answer) = environment.way("api", &front_end, || front_end.get("/"))?;
        assert_eq!(way, Way::Proxy, "{mode:?}");
        assert_eq!(answer.body, format!("{ANSWER} test\n"));
        assert_eq!(environment.asked("api")?, 0);
    }
    Ok(())
}

#[test]
fn by_the_default_alias_on_port_8080() -> Result<()> {
    let environment = kudos("test")?;
    for mode in [Mode::Tcp, Mode::Http] {
        let front_end = environment.front_end(mode)?;
        let call = || front_end.get("/invoices");
        let (way, answer) = environment.way("billing", &front_end, call)?;
        assert_eq!(way, Way::Proxy, "{mode:?}");
        assert_eq!((answer.status, &*answer.body), (200, INVOICES));
        assert_eq!(environment.asked("billing")?, 0);
    }
    Ok(())
}

/// `billing` has Service Connect off in `prod`.
#[test]
fn by_discovery_where_one_side_is_off() -> Result<()> {
    let environment = kudos("prod")?;
    let front_end = environment.front_end(Mode::Tcp)?;
    let call = || front_end.get("/invoices");
    let (way, answer) = environment.way("billing", &front_end, call)?;
    assert_eq!(way, Way::Discovery);
    assert_eq!((answer.status, &*answer.body), (200, INVOICES));
    assert_eq!(environment.asked("billing")?, 1);
    let (way, answer) = environment.way("api", &front_end, || front_end.get("/"))?;
    assert_eq!(way, Way::Proxy, "`api` is on");
    assert_eq!(answer.body, format!("{ANSWER} prod\n"));
    Ok(())
}

/// All environments had one domain before Copilot v1.9.
#[test]
fn by_discovery_in_a_legacy_domain() -> Result<()> {
    let mut environment = Environment::start_legacy("kudos", "prod")?;
    deploy(&mut environment)?;
    let front_end = environment.front_end(Mode::Tcp)?;
    let call = || front_end.get("/invoices");
    let (way, answer) = environment.way("billing", &front_end, call)?;
    assert_eq!(way, Way::Discovery);
    assert_eq!((answer.status, &*answer.body), (200, INVOICES));
    assert_eq!(environment.asked("billing")?, 1, "of billing.kudos.local");
    let ways = front_end.get("/ways")?;
    assert_eq!(ways.body, "http://api http://billing.kudos.local:8080");
    Ok(())
}

/// By the base values of the manifests, which have Service Connect on.
#[test]
fn by_the_default_alias_in_an_environment_unknown_at_build_time() -> Result<()> {
    let environment = kudos("staging")?;
    let front_end = environment.front_end(Mode::Tcp)?;
    for (service, path, expected) in [
        ("api", "/", &*format!("{ANSWER} staging\n")),
        ("billing", "/invoices", INVOICES),
    ] {
        let (way, answer) = environment.way(service, &front_end, || front_end.get(path))?;
        assert_eq!((way, &*answer.body), (Way::Proxy, expected), "{service}");
        assert_eq!(environment.asked(service)?, 0);
    }
    Ok(())
}

/// The addresses are the same in both, and the programs too: what differs is what Copilot deployed.
#[test]
fn two_environments_side_by_side() -> Result<()> {
    let (test, prod) = (kudos("test")?, kudos("prod")?);
    let (from_test, from_prod) = (test.front_end(Mode::Tcp)?, prod.front_end(Mode::Tcp)?);
    for (environment, front_end, name, to_billing) in [
        (&test, &from_test, "test", Way::Proxy),
        (&prod, &from_prod, "prod", Way::Discovery),
    ] {
        let (way, answer) = environment.way("api", front_end, || front_end.get("/"))?;
        assert_eq!(way, Way::Proxy, "{name}");
        assert_eq!(answer.body, format!("{ANSWER} {name}\n"));
        let call = || front_end.get("/invoices");
        let (way, answer) = environment.way("billing", front_end, call)?;
        assert_eq!((way, &*answer.body), (to_billing, INVOICES), "{name}");
    }
    for environment in [test, prod] {
        for service in ["api", "billing"] {
            let accepted: u64 = environment.accepted(service)?.iter().sum();
            assert_eq!(accepted, 1, "nothing came from the other environment");
        }
    }
    Ok(())
}

/// What the tests above would see if the library took the other way: here it is told to.
#[test]
fn the_other_way_is_seen() -> Result<()> {
    let environment = kudos("prod")?;
    let front_end = environment
        .client("front-end", Mode::Tcp)?
        .with("SERVICE_CONNECT_URL_API", "http://api.prod.kudos.local")
        .with("SERVICE_CONNECT_URL_BILLING", "http://billing:8080")
        .start_front_end()?;
    let (way, answer) = environment.way("api", &front_end, || front_end.get("/"))?;
    assert_eq!((way, answer.status), (Way::Discovery, 200));
    assert_eq!(environment.asked("api")?, 1);
    let call = || front_end.get("/invoices");
    let (way, answer) = environment.way("billing", &front_end, call)?;
    assert_eq!((way, answer.status), (Way::Proxy, 200));
    assert_eq!(environment.asked("billing")?, 0);
    Ok(())
}
