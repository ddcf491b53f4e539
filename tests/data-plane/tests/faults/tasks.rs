//! A task fails, or goes, or comes.

use data_plane::shared::CALLERS;
use data_plane::{Environment, Result, programs};

use crate::load::Load;
use crate::{BROKE, By, CLOSED, LATE, UNAVAILABLE, UNREACHED, shop};

/// In which ways clients find the tasks, and how many calls may fail there.
type Ways<'a> = &'a [(By, usize)];

/// Three tasks, and what happens to them; `failures` are how calls may fail where any may. In the end each task tells how
/// many connections it accepted, if it is there to tell.
fn one_of_three(
    name: &str,
    fault: impl Fn(&mut Environment, &Load) -> Result<()>,
    failures: &[&str],
    ways: Ways<'_>,
) -> Result<()> {
    for (by, most) in ways {
        let mut environment = shop(3)?;
        let load = Load::start(name, *by, &environment)?;
        fault(&mut environment, &load)?;
        load.end(&environment)?.fails_by(failures, *most);
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

/// Adds a task.
pub fn add(environment: &mut Environment) -> Result<()> {
    environment.add(programs::kudos("api")?.as_os_str(), "orders")
}

/// Whether the task that was added last accepted a connection.
pub fn is_called(environment: &Environment) -> Result<bool> {
    let accepted = environment.accepted("orders")?;
    Ok(accepted.last().is_some_and(|accepted| *accepted > 0))
}

#[test]
fn a_task_is_killed() -> Result<()> {
    let fault = |environment: &mut Environment, _: &Load| kill(environment, 0);
    let ways = [
        (By::Discovery, 0),
        (By::Fallback, 0),
        (By::TcpProxy, 0),
        (By::HttpProxy, CALLERS),
    ];
    one_of_three("killed", fault, &[BROKE, CLOSED, UNAVAILABLE], &ways)
}

/// DNS and the proxies tell of it for some time.
#[test]
fn a_task_is_killed_and_taken_out_late() -> Result<()> {
    let fault = |environment: &mut Environment, load: &Load| {
        kill(environment, 0)?;
        load.go_on(2)?;
        environment.retire("orders", 0)
    };
    let failures = [BROKE, CLOSED, UNAVAILABLE];
    let ways = [
        (By::Discovery, 0),
        (By::TcpProxy, 0),
        (By::HttpProxy, CALLERS),
    ];
    one_of_three("killed, and out 2 s later", fault, &failures, &ways)
}

/// As a deployment does, but that the old ones do not end what they began, and that DNS says so at once: who has only the
/// addresses of tasks that were killed has nowhere to go.
#[test]
fn all_tasks_are_replaced() -> Result<()> {
    let fault = |environment: &mut Environment, load: &Load| {
        environment.set_ttl(0)?;
        for _ in 0..3 {
            add(environment)?;
        }
        for old in 0..3 {
            environment.retire("orders", old)?;
            kill(environment, old)?;
        }
        load.go_on_until(SOON, || {
            let accepted = environment.accepted("orders")?;
            Ok(accepted[3..].iter().all(|accepted| *accepted > 0))
        })
    };
    let ways = [
        (By::Discovery, 0),
        (By::TcpProxy, 0),
        (By::HttpProxy, 3 * CALLERS),
    ];
    one_of_three("replaced", fault, &[BROKE, CLOSED, UNAVAILABLE], &ways)
}

/// Its address is no more, so that nothing comes back from there.
#[test]
fn a_task_is_gone() -> Result<()> {
    let fault = |environment: &mut Environment, _: &Load| environment.task("orders", 0)?.end();
    let failures = [LATE, UNREACHED, BROKE, CLOSED, UNAVAILABLE];
    let ways = [
        (By::Discovery, 0),
        // None should. Yet a request may go out a second time over another connection that leads there too.
        (By::TcpProxy, CALLERS - 1),
        (By::HttpProxy, 2 * CALLERS),
    ];
    one_of_three("gone", fault, &failures, &ways)
}

/// It is connected to, and does not answer.
#[test]
fn a_task_hangs() -> Result<()> {
    let fault = |environment: &mut Environment, _: &Load| {
        let task = environment.task("orders", 0)?;
        task.signal("STOP", "api")
    };
    let ways = [
        (By::Discovery, 0),
        (By::Fallback, 0),
        (By::TcpProxy, 0),
        (By::HttpProxy, 2 * CALLERS),
    ];
    one_of_three("hangs", fault, &[LATE, UNREACHED, CLOSED], &ways)
}

/// Within how many seconds a new task is called: connections through a proxy are used for 10 s; DNS is asked every 3.
pub const SOON: usize = 13;

/// It gets its share of the requests as soon as DNS has named it; a proxy of connections leads there with the next ones.
#[test]
fn a_task_is_added() -> Result<()> {
    for by in By::WAYS {
        let mut environment = shop(3)?;
        let load = Load::start("added", by, &environment)?;
        add(&mut environment)?;
        load.go_on_until(SOON, || is_called(&environment))?;
        load.end(&environment)?.fails_nowhere();
        println!(
            "    each task accepted: {:?}",
            environment.accepted("orders")?
        );
    }
    Ok(())
}

/// Calls go to the others, again where one had been to it; a proxy of requests does that itself.
#[test]
fn a_task_answers_503() -> Result<()> {
    for by in By::WAYS {
        let mut environment = shop(2)?;
        environment.add(env!("CARGO_BIN_EXE_store").as_ref(), "orders")?;
        let load = Load::start("503", by, &environment)?;
        let unwell = environment.task("orders", 2)?;
        let answer = unwell.get(unwell.address(), 80, "/unwell")?;
        assert_eq!(answer.status, 503);
        let outcome = load.end(&environment)?;
        match by {
            By::Discovery | By::Fallback => outcome.fails_nowhere(),
            // A call may have met it three times: over three connections that lead there, or by the proxy's doing.
            By::TcpProxy | By::HttpProxy => outcome.fails_by(&[UNAVAILABLE], CALLERS - 1),
        }
        let log = environment.end("orders")?;
        let answers = log.iter().filter(|line| line.starts_with("unwell for "));
        // The first was for this test.
        assert!(answers.count() > 1, "no call met it");
    }
    Ok(())
}
