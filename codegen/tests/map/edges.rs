//! All calls of one service by another as one edge.

use service_connect_codegen::map::{Call, CallKind, Edge, Entry, edges, outside};
use service_connect_codegen::{Place, Via};

use crate::support::every_kind;
use crate::{connected, load};

/// A typed call, at a line of a source.
fn typed(caller: &str, callee: &str, line: u32) -> Call {
    let application = every_kind();
    let [from, to] = [caller, callee].map(|name| application.service(name).unwrap());
    let place = Place::new("src/main.rs", line, 1, 0..1);
    Call::typed(&application, from, to, CallKind::Attribute, Some(place))
}

/// `CALLER CALLEE LINE… VIA…`, the ways in `prod` and in `test`.
fn described(edge: &Edge<'_>) -> String {
    let lines = edge
        .calls
        .iter()
        .map(|call| call.place.as_ref().unwrap().line.to_string());
    let ways = edge
        .ways
        .iter()
        .map(|way| way.via.map_or("none", Via::as_str).to_owned());
    let rest: Vec<_> = lines.chain(ways).collect();
    format!("{} {} {}", edge.caller, edge.callee, rest.join(" "))
}

#[test]
fn calls_of_one_service_by_another_are_one_edge() {
    let calls = [
        typed("web", "half", 9),
        typed("api", "worker", 1),
        typed("web", "api", 2),
        typed("web", "half", 3),
        typed("unsaid", "api", 4),
        typed("web", "half", 5),
    ];
    let edges: Vec<_> = edges(&calls).iter().map(described).collect();
    assert_eq!(
        edges,
        [
            "api worker 1 none none",
            "unsaid api 4 discovery discovery",
            "web api 2 service-connect service-connect",
            "web half 3 5 9 discovery service-connect",
        ]
    );
}

#[test]
fn an_edge_is_as_good_as_the_worst_of_its_calls_and_connects_if_one_does() {
    let services = [
        connected("api", &[]),
        connected("web", &["http://api", "http://api:81"]),
    ];
    let loaded = load(&services, &[]);
    let calls = loaded.calls();
    let edges = edges(&calls);
    let [edge] = &edges[..] else {
        panic!("{edges:?}")
    };
    assert!(edge.is_broken());
    assert!(edge.connects(Some(0)), "the other one does");
    assert!(!edge.connects(None));
}

#[test]
fn what_a_service_lives_from_is_its_kind() {
    let application = every_kind();
    let entries: Vec<_> = application
        .services
        .iter()
        .filter_map(|service| Some(format!("{} {}", service.name, Entry::of(service)?.as_str())))
        .collect();
    assert_eq!(
        entries,
        [
            "job schedule",
            "private public",
            "public public",
            "site public",
            "udp public",
            "web public",
            "worker queue"
        ]
    );
}

#[test]
fn hosts_that_are_no_service_are_outside() {
    let services = [
        connected(
            "api",
            &[
                "postgres://db.example.com/x",
                "http://localhost:1",
                "http://127.0.0.1",
            ],
        ),
        connected(
            "web",
            &[
                "redis://cache-${COPILOT_ENVIRONMENT_NAME}.example.com",
                "http://api http://db.example.com",
            ],
        ),
    ];
    let loaded = load(&services, &[]);
    let outside = outside(&loaded.application, &loaded.settings);
    let described: Vec<_> = outside
        .iter()
        .map(|outside| {
            let named = outside.named.iter().map(|named| {
                format!(
                    "{} {}:{} {:?}",
                    named.caller, named.variable, named.place.line, named.environments
                )
            });
            format!("{}: {}", outside.host, named.collect::<Vec<_>>().join(", "))
        })
        .collect();
    assert_eq!(
        described,
        [
            "cache-prod.example.com: web V0:6 [Some(0)]",
            "cache-test.example.com: web V0:6 [Some(1)]",
            "db.example.com: api V0:6 [Some(0), Some(1)], web V1:7 [Some(0), Some(1)]",
        ]
    );
}
