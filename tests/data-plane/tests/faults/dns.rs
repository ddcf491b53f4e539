//! DNS fails: calls go to the tasks that it named before.

use data_plane::{Answers, Result};

use crate::load::Load;
use crate::{By, shop};

#[test]
fn dns_is_gone_or_silent() -> Result<()> {
    for signal in ["KILL", "STOP"] {
        let environment = shop(2)?;
        let client = By::Discovery.client(&environment)?;
        let load = Load::start(format!("DNS has {signal}"), &client)?;
        environment.signal_dns(signal)?;
        load.end()?.fails_nowhere();
    }
    Ok(())
}

/// As where the last task was taken out, and then the service.
#[test]
fn dns_has_no_tasks() -> Result<()> {
    let mut environment = shop(2)?;
    let client = By::Discovery.client(&environment)?;
    let load = Load::start("DNS has no tasks", &client)?;
    environment.set_dns(Answers::Nothing)?;
    load.wait_for_second(2)?;
    environment.set_dns(Answers::NoSuchName)?;
    load.end()?.fails_nowhere();
    Ok(())
}
