//! What goes wrong in an environment, under load, and what callers see of it: as it is, not as it should be. How many
//! calls fail is printed; what is asserted is which ones may.

use data_plane::{Client, Environment, Mode, Result, programs};

/// How many call at the same time, in `load`.
const CALLERS: usize = 8;

const BROKE: &str = "the connection broke before an answer came";
const LATE: &str = "no answer came within the deadline";
/// A proxy that has no task to go to closes what it accepted.
const CLOSED: &str = "no connection could be made";
const REFUSED: &str = "127.255.0.1:80 refused the connection";

/// What came of the calls.
struct Outcome {
    good: usize,
    bad: Vec<String>,
}

impl Outcome {
    /// Fails where a call failed in another way than these.
    fn fails_only_by(&self, ways: &[&str]) {
        assert!(self.good > CALLERS, "hardly any call went well");
        let is_known = |line: &&String| ways.iter().any(|way| line.contains(way));
        let unknown = self.bad.iter().find(|line| !is_known(line));
        assert_eq!(unknown, None, "among {} bad ones", self.bad.len());
    }
}

fn shop(tasks: u8) -> Result<Environment> {
    let mut environment = Environment::start("shop", "test")?;
    environment.serve("orders", "orders", 80, tasks)?;
    Ok(environment)
}

/// Calls `orders` for some seconds; `fault` happens once every caller had an answer.
fn under_load(
    name: &str,
    client: &mut Client,
    fault: impl FnOnce(&mut Client) -> Result<()>,
) -> Result<Outcome> {
    let program = env!("CARGO_BIN_EXE_load").as_ref();
    let load = client.run(program, &["orders", "4"])?;
    load.wait_for("running")?;
    fault(client)?;
    let mut lines = load.output()?;
    let last = lines.pop().unwrap_or_default();
    println!("{name}: {last}");
    let good = last.split(['=', ' ']).nth(1);
    let good = good.and_then(|good| good.parse().ok()).unwrap_or(0);
    lines.retain(|line| line.starts_with("bad: "));
    Ok(Outcome { good, bad: lines })
}

/// Clients that find the three tasks in each way, and one fault for one of the tasks.
fn one_of_three(
    name: &str,
    fault: impl Fn(&Environment) -> Result<()>,
    ways: &[&str],
) -> Result<()> {
    for (way, mode, has_hosts) in [
        ("discovery", Mode::Tcp, false),
        ("a proxy of connections", Mode::Tcp, true),
        ("a proxy of requests", Mode::Http, true),
    ] {
        let environment = shop(3)?;
        let mut client = if has_hosts {
            environment.client("caller", mode)?
        } else {
            environment.old_client("caller", mode)?
        };
        let name = format!("{name}, {way}");
        let outcome = under_load(&name, &mut client, |_| fault(&environment))?;
        outcome.fails_only_by(ways);
    }
    Ok(())
}

/// Its program is killed, so that its connections are closed and new ones refused.
#[test]
fn a_task_is_killed() -> Result<()> {
    let fault = |environment: &Environment| environment.task("orders", 0)?.signal("KILL", "api");
    // 503 is what a proxy of requests says when it cannot try again.
    one_of_three("killed", fault, &[BROKE, CLOSED, "503"])
}

/// Its address is no more, so that nothing comes back from there.
#[test]
fn a_task_is_gone() -> Result<()> {
    let fault = |environment: &Environment| environment.task("orders", 0)?.end();
    one_of_three("gone", fault, &[LATE, BROKE, CLOSED, "503"])
}

/// It is connected to, and does not answer.
#[test]
fn a_task_hangs() -> Result<()> {
    let fault = |environment: &Environment| environment.task("orders", 0)?.signal("STOP", "api");
    one_of_three("hangs", fault, &[LATE, CLOSED])
}

/// The proxy of requests asks others; that of connections, and discovery, pass it on.
#[test]
fn a_task_answers_503() -> Result<()> {
    for mode in [Mode::Tcp, Mode::Http] {
        let mut environment = shop(2)?;
        environment.add(env!("CARGO_BIN_EXE_store").as_ref(), "orders")?;
        let mut client = environment.client("caller", mode)?;
        let name = format!("503, {mode:?}");
        let outcome = under_load(&name, &mut client, |_| Ok(()))?;
        outcome.fails_only_by(&["503"]);
        match mode {
            Mode::Tcp => assert!(outcome.bad.len() > 1),
            // A call may have met it three times, before the proxy was through with it.
            Mode::Http => assert!(outcome.bad.len() < CALLERS),
        }
    }
    Ok(())
}

#[test]
fn a_task_is_added() -> Result<()> {
    let mut environment = shop(2)?;
    let mut client = environment.old_client("caller", Mode::Tcp)?;
    let api = programs::kudos("api")?;
    let add = |_: &mut Client| environment.add(api.as_os_str(), "orders");
    under_load("added", &mut client, add)?.fails_only_by(&[]);
    Ok(())
}

/// Without an answer of DNS, the connections that there are go on.
#[test]
fn dns_is_gone_or_silent() -> Result<()> {
    for signal in ["KILL", "STOP"] {
        let environment = shop(2)?;
        let mut client = environment.old_client("caller", Mode::Tcp)?;
        let name = format!("DNS has {signal}");
        let fault = |_: &mut Client| environment.signal_dns(signal);
        under_load(&name, &mut client, fault)?.fails_only_by(&[]);
    }
    Ok(())
}

/// While there is no proxy nothing goes by another way, for the alias still resolves; after that it is used again.
#[test]
fn the_proxy_is_restarted() -> Result<()> {
    for mode in [Mode::Tcp, Mode::Http] {
        let environment = shop(2)?;
        let mut client = environment.client("caller", mode)?;
        let name = format!("proxy restarted, {mode:?}");
        let outcome = under_load(&name, &mut client, Client::restart_proxy)?;
        outcome.fails_only_by(&[REFUSED, BROKE]);
        assert!(client.taken("orders")? > 0, "{mode:?}");
        assert_eq!(environment.asked("orders"), 0, "{mode:?}");
    }
    Ok(())
}
