//! Kudos as it is: every way that its manifests have.

use data_plane::{Environment, Mode, Result, Way};

#[test]
fn by_the_default_alias_on_port_80() -> Result<()> {
    let mut environment = Environment::start("kudos", "test")?;
    environment.serve("api", "api", 80, 2)?;
    for mode in [Mode::Tcp, Mode::Http] {
        let front_end = environment.front_end(mode)?;
        let (way, answer) = environment.way("api", &front_end, || front_end.get("/"))?;
        assert_eq!(way, Way::Proxy, "{mode:?}");
        assert_eq!(answer.body, "Hello from api in test\n");
        assert_eq!(environment.asked("api"), 0);
    }
    Ok(())
}
