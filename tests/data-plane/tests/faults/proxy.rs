//! The proxy fails: nothing goes by another way, for the alias still resolves. It is back before the retries are over,
//! most of the time.

use data_plane::Result;

use crate::load::Load;
use crate::{BROKE, By, REFUSED, shop};

#[test]
fn the_proxy_is_restarted() -> Result<()> {
    for by in [By::TcpProxy, By::HttpProxy] {
        let environment = shop(2)?;
        let mut client = by.client(&environment)?;
        let load = Load::start(format!("proxy restarted, {by:?}"), &client)?;
        client.restart_proxy()?;
        let refused = format!("127.255.0.1:80 {REFUSED}");
        load.end()?.fails_only_by(&[&refused, BROKE]);
        assert!(client.taken("orders")? > 0, "{by:?}");
        assert_eq!(environment.asked("orders"), 0, "{by:?}");
    }
    Ok(())
}
