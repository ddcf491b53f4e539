//! More tasks than DNS names in one answer.

use data_plane::{Environment, Result};

use crate::By;
use crate::load::Load;

/// Answers are kept as long as Cloud Map says, 10 s, and the second one has all tasks that the first had not.
const SECONDS: usize = 60;

#[test]
fn all_of_twelve_tasks_get_requests() -> Result<()> {
    let mut environment = Environment::start("shop", "test")?;
    environment.serve("orders", "orders", 80, 12)?;
    let load = Load::start("twelve tasks", By::Discovery, &environment)?;
    let accepted = || environment.accepted("orders");
    let are_called = || Ok(accepted()?.iter().all(|accepted| *accepted > 0));
    assert!(!are_called()?, "the first answer has some of them");
    load.go_on_until(SECONDS, are_called)?;
    load.end(&environment)?.fails_nowhere();
    Ok(())
}
