//! The proxy fails: nothing goes by another way, for the alias still resolves. It is back before the retries are over,
//! most of the time.

use data_plane::Result;

use crate::load::Load;
use crate::{BROKE, By, REFUSED, shop};

#[test]
fn the_proxy_is_restarted() -> Result<()> {
    for by in [By::TcpProxy, By::HttpProxy] {
        let environment = shop(2)?;
        let mut load = Load::start("proxy restarted", by, &environment)?;
        load.restart_proxy()?;
        load.go_on(1)?;
        // How many fail is a matter of how long it was away; none does once it is back.
        let meanwhile = load.failed();
        let refused = format!("127.255.0.1:80 {REFUSED}");
        let outcome = load.end(&environment)?;
        outcome.fails_by(&[&refused, BROKE], meanwhile);
    }
    Ok(())
}
