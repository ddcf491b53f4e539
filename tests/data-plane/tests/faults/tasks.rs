//! A task fails, or goes, or comes.

use data_plane::{Environment, Result, programs};

use crate::load::Load;
use crate::{BROKE, By, CALLERS, CLOSED, LATE, UNAVAILABLE, UNREACHED, shop};

/// Clients that find the three tasks in each way, and what happens to these; `ways` are those in which calls may fail
/// through a proxy of requests. In the end each task tells how many connections it accepted, if it is there to tell.
fn one_of_three(
    name: &str,
    fault: impl Fn(&mut Environment, &Load) -> Result<()>,
    ways: &[&str],
) -> Result<()> {
    for by in By::ALL {
        let mut environment = shop(3)?;
        let client = by.client(&environment)?;
        let load = Load::start(format!("{name}, {by:?}"), &client)?;
        fault(&mut environment, &load)?;
        let outcome = load.end()?;
        match by {
            By::Discovery | By::TcpProxy => outcome.fails_nowhere(),
            By::HttpProxy => outcome.fails_only_by(ways),
        }
        if let Ok(accepted) = environment.accepted("orders") {
            println!("    each task accepted: {accepted:?}");
        }
    }
    Ok(())
}

/// Its connections are closed and new ones refused.
fn kill(environment: &Environment, task: usize) -> Result<()> {
    environment.task("orders", task)?.signal("KILL", "api")
}

fn add(environment: &mut Environment) -> Result<()> {
    environment.add(programs::kudos("api")?.as_os_str(), "orders")
}

#[test]
fn a_task_is_killed() -> Result<()> {
    let fault = |environment: &mut Environment, _: &Load| kill(environment, 0);
    one_of_three("killed", fault, &[BROKE, CLOSED, UNAVAILABLE])
}

/// DNS and the proxies tell of it for some time.
#[test]
fn a_task_is_killed_and_taken_out_late() -> Result<()> {
    let fault = |environment: &mut Environment, load: &Load| {
        kill(environment, 0)?;
        load.wait_for_second(2)?;
        environment.retire("orders", 0)
    };
    let ways = [BROKE, CLOSED, UNAVAILABLE];
    one_of_three("killed, and out 2 s later", fault, &ways)
}

/// As a deployment does, but that the old ones do not end what they began.
#[test]
fn all_tasks_are_replaced() -> Result<()> {
    let fault = |environment: &mut Environment, _: &Load| {
        for _ in 0..3 {
            add(environment)?;
        }
        for old in 0..3 {
            environment.retire("orders", old)?;
            kill(environment, old)?;
        }
        Ok(())
    };
    one_of_three("replaced", fault, &[BROKE, CLOSED, UNAVAILABLE])
}

/// Its address is no more, so that nothing comes back from there.
#[test]
fn a_task_is_gone() -> Result<()> {
    let fault = |environment: &mut Environment, _: &Load| environment.task("orders", 0)?.end();
    one_of_three(
        "gone",
        fault,
        &[LATE, UNREACHED, BROKE, CLOSED, UNAVAILABLE],
    )
}

/// It is connected to, and does not answer.
#[test]
fn a_task_hangs() -> Result<()> {
    let fault = |environment: &mut Environment, _: &Load| {
        let task = environment.task("orders", 0)?;
        task.signal("STOP", "api")
    };
    one_of_three("hangs", fault, &[LATE, UNREACHED, CLOSED])
}

/// It gets its share of the requests as soon as DNS has named it; a proxy of connections leads there with the next ones.
#[test]
fn a_task_is_added() -> Result<()> {
    for by in By::ALL {
        let mut environment = shop(3)?;
        let client = by.client(&environment)?;
        let load = Load::start(format!("added, {by:?}"), &client)?;
        add(&mut environment)?;
        load.end()?.fails_nowhere();
        let accepted = environment.accepted("orders")?;
        println!("    each task accepted: {accepted:?}");
        let is_called = accepted.last().is_some_and(|accepted| *accepted > 0);
        assert!(is_called || matches!(by, By::TcpProxy), "{accepted:?}");
    }
    Ok(())
}

/// Calls go to the others, again where one had been to it; a proxy of requests does that itself.
#[test]
fn a_task_answers_503() -> Result<()> {
    for by in By::ALL {
        let mut environment = shop(2)?;
        environment.add(env!("CARGO_BIN_EXE_store").as_ref(), "orders")?;
        let client = by.client(&environment)?;
        let load = Load::start(format!("503, {by:?}"), &client)?;
        let unwell = environment.task("orders", 2)?;
        unwell.get(unwell.address(), 80, "/unwell")?;
        let outcome = load.end()?;
        match by {
            By::Discovery => outcome.fails_nowhere(),
            // A call may have met it three times: over three connections that lead there, or by the proxy's doing.
            By::TcpProxy | By::HttpProxy => {
                outcome.fails_only_by(&[UNAVAILABLE]);
                assert!(outcome.bad.len() < CALLERS, "{}", outcome.bad.len());
            }
        }
    }
    Ok(())
}
