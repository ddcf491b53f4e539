//! DNS fails: calls go to the tasks that it named before. When it is back, they go to those that it names then.

use data_plane::{Answers, Environment, Result};

use crate::load::Load;
use crate::tasks::{add, is_called};
use crate::{By, shop};

/// Until DNS has been asked for what it has to say now.
fn go_on_until_asked(load: &Load, environment: &Environment) -> Result<()> {
    let before = environment.asked("orders")?;
    load.go_on_until(SECONDS, || Ok(environment.asked("orders")? > before))
}

/// Within how many seconds DNS is asked and what it says is done.
const SECONDS: usize = 8;

/// Whoever asked may still wait for an answer, 5 s at a time.
const AFTER_SILENCE: usize = 15;

#[test]
fn dns_is_gone() -> Result<()> {
    let environment = shop(2)?;
    let load = Load::start("DNS is gone", By::Discovery, &environment)?;
    go_on_until_asked(&load, &environment)?;
    environment.signal_dns("KILL")?;
    // Two look-ups find nobody.
    load.go_on(SECONDS)?;
    load.end(&environment)?.fails_nowhere();
    Ok(())
}

#[test]
fn dns_is_silent_for_a_while() -> Result<()> {
    let mut environment = shop(2)?;
    let load = Load::start("DNS is silent", By::Discovery, &environment)?;
    environment.signal_dns("STOP")?;
    load.go_on(SECONDS)?;
    environment.signal_dns("CONT")?;
    add(&mut environment)?;
    load.go_on_until(AFTER_SILENCE, || is_called(&environment))?;
    load.end(&environment)?.fails_nowhere();
    Ok(())
}

/// As where the last task was taken out, and then the service; and then it comes back.
#[test]
fn dns_has_no_tasks() -> Result<()> {
    let mut environment = shop(2)?;
    let load = Load::start("DNS has no tasks", By::Discovery, &environment)?;
    for answers in [Answers::Nothing, Answers::NoSuchName] {
        environment.set_dns(answers)?;
        go_on_until_asked(&load, &environment)?;
    }
    environment.set_dns(Answers::Tasks)?;
    add(&mut environment)?;
    load.go_on_until(SECONDS, || is_called(&environment))?;
    load.end(&environment)?.fails_nowhere();
    Ok(())
}
