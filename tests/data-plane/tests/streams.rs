//! 100 MB in each direction, by each way.

use data_plane::{Environment, Mode, Result, Way};

const BYTES: &str = "100000000";

fn moved(mode: Mode, expected: Way) -> Result<()> {
    let mut environment = Environment::start("shop", "test")?;
    let store = env!("CARGO_BIN_EXE_store").as_ref();
    environment.serve_by(store, "store", "store", 80, 1)?;
    let client = match expected {
        Way::Proxy => environment.client("caller", mode)?,
        Way::Discovery => environment.old_client("caller", mode)?,
    };
    let program = env!("CARGO_BIN_EXE_mover").as_ref();
    for (direction, request) in [("up", "post / "), ("down", "get /100000000 ")] {
        let call = || client.run(program, &[direction, BYTES])?.output();
        let (way, lines) = environment.way("store", &client, call)?;
        assert_eq!(way, expected, "{direction}");
        assert_eq!(lines, [format!("{BYTES} http://store")], "{direction}");
        let log = environment.log("store")?;
        let requests = log.iter().filter(|line| line.starts_with(request));
        assert_eq!(requests.count(), 1, "{log:?}");
    }
    Ok(())
}

#[test]
fn through_a_proxy_of_connections() -> Result<()> {
    moved(Mode::Tcp, Way::Proxy)
}

#[test]
fn through_a_proxy_of_requests() -> Result<()> {
    moved(Mode::Http, Way::Proxy)
}

#[test]
fn by_discovery() -> Result<()> {
    moved(Mode::Tcp, Way::Discovery)
}
