//! 100 MB in each direction, by each way, in little memory.

use data_plane::shared::BYTES;
use data_plane::{Environment, Mode, Result, Way};

/// Of a caller, in KiB: half of what is moved.
const MOST_MEMORY: usize = 50_000;

fn moved(caller: &str, mode: Mode, expected: (Way, &str)) -> Result<()> {
    let mut environment = Environment::start("shop", "test")?;
    let store = env!("CARGO_BIN_EXE_store").as_ref();
    environment.serve_by(store, "store", "store", 80, 1)?;
    let client = environment.client(caller, mode)?;
    let program = env!("CARGO_BIN_EXE_mover").as_ref();
    let (way, url) = expected;
    for direction in ["up", "down"] {
        let call = || client.run(program, &[direction])?.output();
        let (taken, lines) = environment.way("store", &client, call)?;
        assert_eq!(taken, way, "{direction}");
        let [arrived, memory] = &lines[..] else {
            panic!("{direction}: {lines:?}");
        };
        assert_eq!(*arrived, format!("{BYTES} {url}"), "{direction}");
        println!("{direction}, {way:?} in {mode:?}: {memory} KiB");
        let memory: usize = memory.parse().expect("a number");
        assert!(memory < MOST_MEMORY, "{direction}: {memory} KiB");
    }
    let log = environment.end("store")?;
    for request in ["post / ".to_owned(), format!("get /{BYTES} ")] {
        let requests = log.iter().filter(|line| line.starts_with(&request));
        assert_eq!(requests.count(), 1, "{log:?}");
    }
    Ok(())
}

#[test]
fn through_a_proxy_of_connections() -> Result<()> {
    moved("caller", Mode::Tcp, (Way::Proxy, "http://store"))
}

#[test]
fn through_a_proxy_of_requests() -> Result<()> {
    moved("caller", Mode::Http, (Way::Proxy, "http://store"))
}

#[test]
fn by_discovery() -> Result<()> {
    let expected = (Way::Discovery, "http://store.test.shop.local");
    moved("report", Mode::Tcp, expected)
}
