//! One trace over the front end and `api` of kudos, whichever way the call goes.

use data_plane::{Client, Environment, Mode, Result, Way, programs};

/// A span, as the services print it.
#[derive(Debug)]
struct Span {
    trace: String,
    id: String,
    parent: String,
    kind: String,
}

impl Span {
    fn of(line: &str) -> Self {
        let value = |name: &str| {
            let mut words = line.split(' ');
            let value = words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_default().to_owned()
        };
        Self {
            trace: value("trace"),
            id: value("id"),
            parent: value("parent"),
            kind: value("kind"),
        }
    }
}

const NONE: &str = "0000000000000000";

/// What the front end and `api` print of one request to the front end: of the request, of the call that it makes, and of
/// the request that `api` gets.
fn spans(way: Way, client: Start) -> Result<[Span; 3]> {
    let mut environment = Environment::start("kudos", "test")?;
    let api = programs::kudos_with_telemetry("api")?;
    environment.serve_by(api.as_os_str(), "api", "api", 80, 1)?;
    let front_end = programs::kudos_with_telemetry("front-end")?;
    let front_end = client(&environment)?.start_front_end_by(front_end.as_os_str())?;
    let (went, answer) = environment.way("api", &front_end, || front_end.get("/"))?;
    assert_eq!((went, &*answer.body), (way, "Hello from api in test\n"));
    let mut lines = front_end.wait_for("span ", 2)?;
    lines.extend(environment.end("api")?);
    let spans = lines.iter().filter(|line| line.starts_with("span "));
    let spans: Vec<_> = spans.map(|line| Span::of(line)).collect();
    // In the order in which they ended.
    let [call, request, answered] = <[Span; 3]>::try_from(spans).expect("three spans");
    Ok([request, call, answered])
}

type Start = fn(&Environment) -> Result<Client>;

/// Through the proxy, in either mode, by the Service Connect name; straight to a task, by the discovery name, where that
/// does not resolve.
#[test]
fn a_trace_goes_on_from_one_service_to_the_next() -> Result<()> {
    let table: [(Way, Start); 3] = [
        (Way::Proxy, |it| it.client("front-end", Mode::Tcp)),
        (Way::Proxy, |it| it.client("front-end", Mode::Http)),
        (Way::Discovery, |it| it.old_client("front-end")),
    ];
    for (way, client) in table {
        let [request, call, answered] = spans(way, client)?;
        let kinds = [&request, &call, &answered].map(|span| &*span.kind);
        assert_eq!(kinds, ["Server", "Client", "Server"], "{way:?}");
        assert_eq!(request.parent, NONE, "{way:?}");
        assert_eq!(call.parent, request.id, "{way:?}");
        assert_eq!(answered.parent, call.id, "{way:?}");
        for span in [&call, &answered] {
            assert_eq!(span.trace, request.trace, "{way:?}");
        }
    }
    Ok(())
}
