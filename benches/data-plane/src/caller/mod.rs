//! The program in a client's task: it calls `orders`, and writes what came of it.
//!
//! ```sh
//! measure caller steady ours http://orders GET ours-tcp 1764106500 30   # from that second of the clock on, for 30 s
//! measure caller lasting ours http://orders 1800                        # for half an hour
//! echo 16 | measure caller turns reqwest http://orders                  # 16 workers, for one turn
//! ```

mod kernel;
mod lasting;
mod load;
mod steady;
mod subject;
mod turns;

use anyhow::{Context as _, Result, bail};
use tokio::runtime::{Builder, Runtime};

pub use lasting::Sample;
pub use load::Call;
pub use turns::Turn;

use subject::Subject;

/// The argument that makes this program the caller.
pub const ARGUMENT: &str = "caller";

pub fn run(arguments: &[String]) -> Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [how, library, url, ref rest @ ..] = arguments[..] else {
        bail!("a caller is told how to call, by which library, and what");
    };
    let subject = Subject::new(library, url)?;
    match (how, rest) {
        ("steady", &[method, name, start, seconds]) => {
            let plan = steady::Plan {
                is_post: method == "POST",
                name: name.to_owned(),
                start: start.parse()?,
                seconds: seconds.parse()?,
            };
            on_one_thread()?.block_on(steady::run(subject, plan))
        }
        ("lasting", &[seconds]) => {
            on_one_thread()?.block_on(lasting::run(subject, seconds.parse()?))
        }
        ("turns", []) => turns::run(&Runtime::new()?, &subject),
        _ => bail!("a caller does not do this: {arguments:?}"),
    }
}

/// So that all the clients that call at the same time fit on a small machine.
fn on_one_thread() -> Result<Runtime> {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().context("no runtime starts")
}
