//! Calls over gRPC, which share a connection to each task: what callers see of what happens to tasks, and how often a
//! task carries a call out.

use std::collections::HashMap;

use data_plane::shared::CALLERS;
use data_plane::{Environment, Result};

use crate::By;
use crate::load::{Load, Outcome};
use crate::tasks::{SOON, is_called};

/// A proxy of requests would have to be told that these are of HTTP/2.
const WAYS: [By; 2] = [By::Discovery, By::TcpProxy];

/// As `Status` says it: what was under way as the connection broke.
const UNDER_WAY: &str = "the connection or the stream broke before an answer came";
const UNWELL: &str = "Unavailable: unwell";

fn program() -> &'static std::ffi::OsStr {
    env!("CARGO_BIN_EXE_rpc").as_ref()
}

fn shop(tasks: u8) -> Result<Environment> {
    let mut environment = Environment::start("shop", "test")?;
    environment.set_ttl(1)?;
    environment.serve_by(program(), "orders", "orders", 80, tasks)?;
    Ok(environment)
}

/// What the tasks did, by address.
struct Done(HashMap<String, usize>);

impl Done {
    /// Fails where a call was carried out more than once, and where one that went well was carried out nowhere.
    fn once(environment: &Environment, outcome: &Outcome) -> Result<Self> {
        let (done, times) = Self::count(environment)?;
        let twice = times.iter().find(|(_, times)| **times > 1);
        assert_eq!(twice, None, "of {}", times.len());
        assert!(times.len() >= outcome.good);
        Ok(done)
    }

    fn count(environment: &Environment) -> Result<(Self, HashMap<String, usize>)> {
        let lines = environment.end("orders")?;
        let (mut done, mut times) = (HashMap::new(), HashMap::new());
        for line in lines.iter().filter_map(|line| line.strip_prefix("did ")) {
            let (call, address) = line.split_once(" at ").unwrap_or_default();
            *done.entry(address.to_owned()).or_default() += 1;
            *times.entry(call.to_owned()).or_default() += 1;
        }
        println!("    each task did: {done:?}");
        Ok((Self(done), times))
    }

    /// Fails where a task did less than so many percent of what it would do if all did as much.
    fn is_shared_by(&self, tasks: usize, percent: usize) {
        assert_eq!(self.0.len(), tasks, "{:?}", self.0);
        let all: usize = self.0.values().sum();
        let least = self.0.values().min().copied().unwrap_or_default();
        assert!(least * tasks * 100 >= all * percent, "{:?}", self.0);
    }
}

#[test]
fn each_task_gets_its_share() -> Result<()> {
    for (by, percent) in [(By::Discovery, 50), (By::Fallback, 50), (By::TcpProxy, 40)] {
        let environment = shop(3)?;
        let load = Load::start_of("grpc", by, &environment, &["orders", "grpc"])?;
        load.go_on(2)?;
        let outcome = load.end(&environment)?;
        outcome.fails_nowhere();
        if by != By::TcpProxy {
            // One to each, and others as that one grows old.
            assert!(
                environment
                    .accepted("orders")?
                    .iter()
                    .all(|accepted| *accepted <= 2)
            );
        }
        Done::once(&environment, &outcome)?.is_shared_by(3, percent);
    }
    Ok(())
}

#[test]
fn a_task_is_added() -> Result<()> {
    for (by, percent) in [(By::Discovery, 50), (By::TcpProxy, 30)] {
        let mut environment = shop(2)?;
        let load = Load::start_of("grpc, added", by, &environment, &["orders", "grpc"])?;
        environment.add(program(), "orders")?;
        load.go_on_until(SOON, || is_called(&environment))?;
        load.go_on(12)?;
        let outcome = load.end(&environment)?;
        outcome.fails_nowhere();
        // What the others did before it came is theirs.
        let done = Done::once(&environment, &outcome)?;
        done.is_shared_by(3, percent / 2);
    }
    Ok(())
}

/// As a deployment does it: the new ones first, and then the old ones end what they began.
#[test]
fn all_tasks_are_replaced() -> Result<()> {
    for by in WAYS {
        let mut environment = shop(3)?;
        let load = Load::start_of("grpc, replaced", by, &environment, &["orders", "grpc"])?;
        for _ in 0..3 {
            environment.add(program(), "orders")?;
        }
        for old in 0..3 {
            environment.retire("orders", old)?;
            environment.task("orders", old)?.signal("TERM", "rpc")?;
        }
        let outcome = load.end(&environment)?;
        outcome.fails_nowhere();
        let (done, times) = Done::count(&environment)?;
        assert_eq!(times.values().max(), Some(&1));
        if by == By::Discovery {
            // Through the proxy it may take longer until each has a connection.
            assert_eq!(done.0.len(), 6);
        }
    }
    Ok(())
}

/// What it was about to do may be done or not; nothing else fails, and nothing is done twice.
#[test]
fn a_task_is_killed() -> Result<()> {
    for by in [By::Discovery, By::Fallback, By::TcpProxy] {
        let environment = shop(3)?;
        let load = Load::start_of("grpc, killed", by, &environment, &["orders", "grpc"])?;
        environment.task("orders", 0)?.signal("KILL", "rpc")?;
        let outcome = load.end(&environment)?;
        outcome.fails_by(&[UNDER_WAY], CALLERS);
        Done::once(&environment, &outcome)?;
    }
    Ok(())
}

#[test]
fn a_task_is_killed_under_calls_that_may_be_sent_again() -> Result<()> {
    for by in [By::Discovery, By::Fallback, By::TcpProxy] {
        let environment = shop(3)?;
        let arguments = ["orders", "idempotent"];
        let load = Load::start_of("grpc, killed, idempotent", by, &environment, &arguments)?;
        environment.task("orders", 0)?.signal("KILL", "rpc")?;
        load.end(&environment)?.fails_nowhere();
    }
    Ok(())
}

/// It is connected to, and does not answer: those that are under way wait for it, and no others.
#[test]
fn a_task_hangs() -> Result<()> {
    for by in WAYS {
        let environment = shop(3)?;
        let load = Load::start_of("grpc, hangs", by, &environment, &["orders", "grpc"])?;
        environment.task("orders", 0)?.signal("STOP", "rpc")?;
        load.go_on(6)?;
        let outcome = load.end(&environment)?;
        let late = ["DeadlineExceeded", UNDER_WAY];
        outcome.fails_by(&late, if by.is_proxy() { 3 * CALLERS } else { CALLERS });
    }
    Ok(())
}

#[test]
fn a_task_is_unavailable() -> Result<()> {
    for (by, most) in [(By::Discovery, CALLERS + 5), (By::TcpProxy, 4 * CALLERS)] {
        let environment = shop(3)?;
        let load = Load::start_of("grpc, unavailable", by, &environment, &["orders", "grpc"])?;
        environment.task("orders", 0)?.signal("USR1", "rpc")?;
        load.end(&environment)?.fails_by(&[UNWELL], most);
    }
    for by in WAYS {
        let environment = shop(3)?;
        let arguments = ["orders", "idempotent"];
        let load = Load::start_of(
            "grpc, unavailable, idempotent",
            by,
            &environment,
            &arguments,
        )?;
        environment.task("orders", 0)?.signal("USR1", "rpc")?;
        let most = if by.is_proxy() { CALLERS } else { 0 };
        load.end(&environment)?.fails_by(&[UNWELL], most);
    }
    Ok(())
}
