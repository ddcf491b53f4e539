//! The order to deploy in.

use service_connect_codegen::copilot::Options;
use service_connect_codegen::map::{Order, edges};
use service_connect_codegen::{Declared, External, Origin, Place};

use crate::{calling, connected, load, load_with};

/// `(rule, calls, waves, circles)`; a circle as `SHORTEST WAY / DEPLOYED AGAIN / CALLS OF WHICH ONE IS ENOUGH`.
type Row<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a [&'a str]);

const ROWS: &[Row<'_>] = &[
    ("without calls there is no order", &["a", "b"], &[], &[]),
    ("servers come first", &["a: b", "b"], &["b", "a"], &[]),
    (
        "what has nothing to do with each other goes together",
        &["a: c", "b: c", "c", "d: a", "e"],
        &["c", "a b", "d"],
        &[],
    ),
    (
        "a client waits for the last of its servers",
        &["a: b c", "b: c", "c"],
        &["c", "b", "a"],
        &[],
    ),
    ("who calls itself needs nobody", &["a: a"], &[], &[]),
    (
        "and is deployed after others all the same",
        &["a: a b", "b"],
        &["b", "a"],
        &[],
    ),
    (
        "of two that call each other, one is deployed again",
        &["a: b", "b: a"],
        &["a", "b"],
        &["a b a / a / a-b b-a"],
    ),
    (
        "the one whose calls are in all circles, whatever its name",
        &["a: m", "b: m", "m: a b"],
        &["m", "a b"],
        &["a m a / m / "],
    ),
    (
        "the shortest circle is told",
        &["a: b", "b: c", "c: a d", "d: c"],
        &["c", "b d", "a"],
        &["c d c / c / "],
    ),
    (
        "a circle comes after its servers and before its clients",
        &["x: a", "a: b", "b: a y", "y"],
        &["a y", "b x"],
        &["a b a / a / a-b b-a"],
    ),
    (
        "where everyone calls everyone, all but one are deployed again",
        &["a: b c", "b: a c", "c: a b"],
        &["a b", "c"],
        &["a b a / a b / "],
    ),
    (
        "of two circles one call may be in both",
        &["a: b", "b: c d", "c: a", "d: c"],
        &["a", "c", "d", "b"],
        &["a b c a / a / a-b c-a"],
    ),
    (
        "two circles",
        &["a: b", "b: a", "c: d", "d: c"],
        &["a c", "b d"],
        &["a b a / a / a-b b-a", "c d c / c / c-d d-c"],
    ),
];

#[test]
fn clients_come_after_their_servers() {
    let mut broken = Vec::new();
    for (rule, calls, waves, circles) in ROWS {
        let loaded = load(&calling(calls), &[]);
        let calls = loaded.calls();
        let order = Order::find(&loaded.application, &edges(&calls), Some(0));
        let found: Vec<_> = order.waves.iter().map(|wave| wave.join(" ")).collect();
        let cycles = order.cycles.iter().map(|cycle| {
            assert!(cycle.is_smallest);
            let enough = cycle.enough.iter().map(|call| call.join("-"));
            let enough: Vec<_> = enough.collect();
            format!(
                "{} / {} / {}",
                cycle.shortest.join(" "),
                cycle.again.join(" "),
                enough.join(" ")
            )
        });
        let cycles: Vec<_> = cycles.collect();
        if found != *waves || cycles != *circles {
            broken.push(format!("{rule}: {found:?} {cycles:?}"));
        }
        assert_eq!(order.is_free(), waves.is_empty());
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_calls_by_service_connect_need_an_order_and_each_environment_has_its_own() {
    let mut services = vec![
        connected(
            "web",
            &[
                "http://api",
                "http://old.${COPILOT_ENVIRONMENT_NAME}.kudos.local",
            ],
        ),
        connected("api", &[]),
        connected("old", &[]),
    ];
    services[1].1 += "environments: {prod: {network: {connect: false}}}\n";
    let loaded = load(&services, &[]);
    let calls = loaded.calls();
    let edges = edges(&calls);
    let [prod, test] =
        [Some(0), Some(1)].map(|index| Order::find(&loaded.application, &edges, index));
    assert!(prod.is_free());
    assert_eq!(test.waves, [["api"], ["web"]]);
}

#[test]
fn what_is_deployed_from_elsewhere_is_told() {
    let place = Place::new("Cargo.toml", 3, 1, 0..1);
    let declared = Declared {
        port: Some((80, place.clone())),
        connect: Some((true, place.clone())),
        ..Declared::default()
    };
    let external = vec![External {
        name: "search".into(),
        place,
        origin: Origin::Declared(declared),
    }];
    let options = Options {
        external,
        ..Options::default()
    };
    let loaded = load_with(&calling(&["a: search", "b: search"]), &[], options);
    let calls = loaded.calls();
    let order = Order::find(&loaded.application, &edges(&calls), Some(0));
    assert_eq!(order.waves, [[""; 0]; 0]);
    assert_eq!(order.elsewhere[0].service, "search");
    assert_eq!(order.elsewhere[0].callers, ["a", "b"]);
    assert!(!order.is_free());
}

#[test]
fn of_a_large_circle_not_every_set_is_tried_and_none_is_deployed_in_vain() {
    // Everyone calls the next two: a set is right if no two neighbours are left out.
    let names: Vec<_> = (0..40).map(|index| format!("s{index:02}")).collect();
    let calls: Vec<_> = (0..40)
        .map(|index| {
            let [one, two] = [1, 2].map(|step| &names[(index + step) % 40]);
            format!("{}: {one} {two}", names[index])
        })
        .collect();
    let calls: Vec<_> = calls.iter().map(String::as_str).collect();
    let loaded = load(&calling(&calls), &[]);
    let calls = loaded.calls();
    let order = Order::find(&loaded.application, &edges(&calls), Some(0));
    let [cycle] = &order.cycles[..] else {
        panic!("{:?}", order.cycles)
    };
    assert!(!cycle.is_smallest);
    assert_eq!(cycle.services.len(), 40);
    assert_eq!(
        order.waves.iter().map(Vec::len).sum::<usize>(),
        40,
        "the rest is in order"
    );
    assert!(cycle.again.len() < 10, "{:?}", cycle.again);
}

#[test]
fn who_calls_most_is_not_deployed_again_where_the_others_are() {
    // `hub` is in most circles, but each `x` has one of its own, and with them deployed again there is none left.
    let pairs = (0..6).flat_map(|index| {
        [
            format!("x{index}: y{index} hub"),
            format!("y{index}: x{index}"),
        ]
    });
    let hub = "hub: x0 x1 x2 x3 x4 x5".to_owned();
    let calls: Vec<_> = pairs.chain([hub]).collect();
    let calls: Vec<_> = calls.iter().map(String::as_str).collect();
    let loaded = load(&calling(&calls), &[]);
    let calls = loaded.calls();
    let order = Order::find(&loaded.application, &edges(&calls), Some(0));
    assert_eq!(order.cycles[0].again, ["x0", "x1", "x2", "x3", "x4", "x5"]);
}

#[test]
fn a_name_is_one_word_of_the_shell() {
    use service_connect_codegen::map::redeploy;
    assert_eq!(
        redeploy("a; rm -rf 'x'", "te st"),
        r"copilot svc deploy --force --name 'a; rm -rf '\''x'\''' --env 'te st'"
    );
}
