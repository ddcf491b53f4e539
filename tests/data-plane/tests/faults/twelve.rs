//! More tasks than DNS names in one answer.

use data_plane::Result;

use crate::load::Load;
use crate::{By, shop};

/// For how long there are calls: DNS is asked ten times, and a task that none of the answers names is one in 14,000.
const SECONDS: u8 = 30;

#[test]
fn all_of_twelve_tasks_get_requests() -> Result<()> {
    let environment = shop(12)?;
    let client = By::Discovery.client(&environment)?;
    let load = Load::start_for(SECONDS, "twelve tasks", &client)?;
    load.end()?.fails_nowhere();
    let accepted = environment.accepted("orders")?;
    println!("    each task accepted: {accepted:?}");
    assert!(
        accepted.iter().all(|accepted| *accepted > 0),
        "{accepted:?}"
    );
    Ok(())
}
