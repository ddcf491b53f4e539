//! Overrides set in code: what sees them, and what does not.

#![allow(
    clippy::async_yields_async,
    reason = "what leaves an override unawaited is what is tried"
)]

#[path = "support/child.rs"]
mod child;
mod support;

use service_connect::__private::{Application, Endpoint, Service};
use service_connect::{Body, Client, Error, StatusCode, carry_overrides, with_override};
use support::Server;
use tower::Service as _;

static APPLICATION: Application = Application {
    callers: &["front-end"],
    environments: &[],
    base: "front-end",
};

const fn endpoint(alias: &'static str) -> Endpoint {
    Endpoint {
        port: 80,
        connect: Some(alias),
        discovery: true,
        reason: "",
    }
}

/// A stub, as `clients!()` makes it.
struct Api;
service_connect::__stub! { Api [] Service::new("api", &APPLICATION, &[], endpoint("api.invalid")) }

/// A struct below `#[service_client("api")]`: a static of its own.
struct Calls;
service_connect::__stub! { Calls [] Service::new("api", &APPLICATION, &[], endpoint("api.invalid")) }

struct Billing;
service_connect::__stub! { Billing [] Service::new("billing", &APPLICATION, &[], endpoint("billing.invalid")) }

const API: &str = "http://api.invalid";
const BILLING: &str = "http://billing.invalid";

fn at(url: &str) -> Client {
    Client::at(url).unwrap()
}

/// Where the three go, here and now.
fn urls() -> [String; 3] {
    [Api::base_url(), Calls::base_url(), Billing::base_url()].map(Result::unwrap)
}

async fn body(request: service_connect::RequestBuilder) -> String {
    request.await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn what_does_not_see_it_says_what_was_forgotten() {
    let server = Server::saying("").await;
    let lost = with_override(Api::client(), server.client(), async {
        tokio::spawn(async { Api::get("/").await }).await.unwrap()
    });
    let error = lost.await.unwrap_err();
    assert!(
        error.is_resolve() && error.to_string().contains("only with `carry_overrides`"),
        "{error}"
    );
    // A plain URL has no stub to override.
    let error = at("http://nowhere.invalid").get("/").await.unwrap_err();
    assert!(
        error.is_resolve() && !error.to_string().contains("carry"),
        "{error}"
    );
}

#[tokio::test]
async fn a_tower_service_sees_it_as_any_call_does() {
    let server = Server::saying("kudos").await;
    let request = |uri: &str| http::Request::get(uri).body(Body::default()).unwrap();
    let url = server.client().url("/x").unwrap();
    let inside = async {
        let mut api = Api::client();
        let named = api.call(request(&url)).await.unwrap().status();
        (named, api.call(request("/y")).await.unwrap().status())
    };
    let answers = with_override(Api::client(), server.client(), inside).await;
    assert_eq!(answers, (StatusCode::OK, StatusCode::OK));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn everything_of_the_service_is_seen_inside_and_nothing_outside() {
    let server = Server::saying("kudos").await;
    let before = Api::client();
    with_override(Api::client(), server.client(), async {
        assert_eq!(body(Api::get("/stub")).await, "kudos");
        assert_eq!(body(Calls::post("/struct")).await, "kudos");
        assert_eq!(body(before.get("/client")).await, "kudos");
        let base = format!("http://{}", server.address);
        assert_eq!(urls(), [&*base, &*base, BILLING]);
        assert_eq!(Api::url("x").unwrap(), format!("{base}/x"));
        assert_eq!(Api::authority().unwrap(), server.address.to_string());
    })
    .await;
    let seen = server.seen();
    let lines: Vec<_> = seen.iter().map(support::Seen::line).collect();
    let expected =
        ["GET /stub", "POST /struct", "GET /client"].map(|line| format!("{line} HTTP/1.1"));
    assert_eq!(lines, expected);
    assert_eq!(urls(), [API, API, BILLING]);
    assert!(Api::get("/").await.unwrap_err().is_resolve());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tests_beside_each_other_have_their_own() {
    let tests = (0..16).map(|number| async move {
        let url = format!("http://127.0.0.1:{}", 1000 + number);
        let inside = async {
            for _ in 0..50 {
                assert_eq!(Api::base_url().unwrap(), url);
                // Another task, or this one on another thread, has its turn.
                tokio::task::yield_now().await;
            }
        };
        with_override(Api::client(), at(&url), inside).await;
        assert_eq!(Api::base_url().unwrap(), API);
    });
    let tests: Vec<_> = tests.map(tokio::spawn).collect();
    for test in tests {
        test.await.unwrap();
    }
}

#[tokio::test]
async fn two_in_one_task_do_not_see_each_other() {
    let watch = async |url: &str| {
        for _ in 0..10 {
            assert_eq!(Api::base_url().unwrap(), url);
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(
        with_override(Api::client(), at("http://one"), watch("http://one")),
        with_override(Api::client(), at("http://two"), watch("http://two")),
        watch(API),
    );
}

#[tokio::test]
async fn the_inner_one_holds_and_several_nest() {
    let both = with_override(
        Api::client(),
        at("http://outer"),
        with_override(Billing::client(), at("http://billing"), async {
            assert_eq!(urls(), ["http://outer", "http://outer", "http://billing"]);
            with_override(Calls::client(), at("http://inner"), async {
                assert_eq!(urls(), ["http://inner", "http://inner", "http://billing"]);
            })
            .await;
            assert_eq!(urls(), ["http://outer", "http://outer", "http://billing"]);
        }),
    );
    both.await;
    // What stands in is used as it is: two that point at each other change places.
    let crossed = with_override(
        Api::client(),
        Billing::client(),
        with_override(Billing::client(), Api::client(), async { urls() }),
    );
    assert_eq!(crossed.await, [BILLING, BILLING, API]);
}

#[tokio::test]
async fn a_client_of_a_url_stands_for_its_base_url() {
    let elsewhere = at("https://elsewhere.invalid");
    let inside = with_override(elsewhere.clone(), at("http://127.0.0.1:1"), async {
        let same = at("https://elsewhere.invalid:443/").base_url().unwrap();
        assert_eq!(
            [same, elsewhere.base_url().unwrap()],
            ["http://127.0.0.1:1"; 2]
        );
        at("https://elsewhere.invalid:444").base_url().unwrap()
    });
    assert_eq!(inside.await, "https://elsewhere.invalid:444");
    assert_eq!(urls(), [API, API, BILLING]);
}

#[tokio::test]
async fn what_counts_is_where_a_call_is_awaited() {
    let server = Server::saying("kudos").await;
    let overridden = |future| with_override(Api::client(), server.client(), future);

    let made_outside = Api::get("/made-outside");
    assert_eq!(overridden(Box::pin(body(made_outside))).await, "kudos");

    let escaped = with_override(Api::client(), server.client(), async {
        Api::get("/made-inside")
    });
    let error = escaped.await.await.unwrap_err();
    assert!(error.is_resolve(), "{error}");

    let sent = with_override(Api::client(), server.client(), async {
        Api::get("/sent").send()
    });
    let error = sent.await.await.unwrap_err();
    assert!(error.is_resolve(), "{error}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_call_that_has_begun_stays_with_its_override() {
    let server = Server::start(|_| support::Reply::Bytes(support::answer("503 Busy", "no"))).await;
    let response = with_override(Api::client(), server.client(), async {
        Api::get("/x?key=1").await
    });
    // Its error is made out here, and still says where it went and which service was meant.
    let error = response.await.unwrap().error_for_status().unwrap_err();
    let place = format!(
        "GET http://{}/x (service `api` through a URL set in code)",
        server.address
    );
    assert!(error.to_string().starts_with(&place), "{error}");
    let Error::Status(details) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(details.service(), Some("api"));
}

#[tokio::test]
async fn a_request_that_is_not_valid_names_the_override() {
    let to = at("http://127.0.0.1:1");
    let error = with_override(Api::client(), to, async { Api::get("/a\nb").await });
    let error = error.await.unwrap_err().to_string();
    assert!(
        error.contains("http://127.0.0.1:1/") && error.contains("service `api`"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_sees_what_is_carried_over() {
    let base = || async { Api::base_url().unwrap() };
    with_override(Api::client(), at("http://over"), async move {
        assert_eq!(tokio::spawn(base()).await.unwrap(), API);
        let carried = tokio::spawn(carry_overrides(base())).await.unwrap();
        assert_eq!(carried, "http://over");
        // Also through tasks of tasks.
        let twice = tokio::spawn(carry_overrides(async move {
            tokio::spawn(carry_overrides(base())).await.unwrap()
        }));
        assert_eq!(twice.await.unwrap(), "http://over");
    })
    .await;
    assert_eq!(tokio::spawn(carry_overrides(base())).await.unwrap(), API);
}

#[tokio::test]
async fn what_is_carried_is_taken_where_it_is_called() {
    let nothing = carry_overrides(async { urls() });
    let api = with_override(Api::client(), at("http://api"), async {
        carry_overrides(async { urls() })
    });
    let api = api.await;
    // What holds where it is polled holds as well, further out.
    let billing = at("http://billing");
    let seen = with_override(Billing::client(), billing.clone(), api).await;
    assert_eq!(seen, ["http://api", "http://api", "http://billing"]);
    let seen = with_override(Billing::client(), billing, nothing).await;
    assert_eq!(seen, [API, API, "http://billing"]);
}

#[test]
fn futures_are_what_spawn_takes() {
    fn spawnable<T: Future + Send + 'static>(_: T) {}
    spawnable(with_override(
        Api::client(),
        at("http://x"),
        Api::get("/").send(),
    ));
    spawnable(carry_overrides(Api::get("/").send()));
    // And a future that is not `Send` is no trouble in a task of one thread.
    let local = std::rc::Rc::new(());
    let future = with_override(Api::client(), at("http://x"), async move {
        tokio::task::yield_now().await;
        (std::rc::Rc::strong_count(&local), Api::base_url().unwrap())
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert_eq!(runtime.block_on(future), (1, "http://x".to_owned()));
}

#[test]
fn one_in_code_beats_the_variable() {
    if child::is_child() {
        let to = with_override(Api::client(), at("http://code"), async { urls() });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        println!("inside: {:?}", runtime.block_on(to));
        println!("outside: {:?} {:?}", Api::base_url(), Billing::base_url());
        return;
    }
    let variables = [
        // It is not even read where it is malformed.
        ("SERVICE_CONNECT_URL_API", "no URL".to_owned()),
        ("SERVICE_CONNECT_URL_BILLING", "http://variable".to_owned()),
    ];
    let output = child::run("one_in_code_beats_the_variable", &variables);
    for part in [
        "inside: [\"http://code\", \"http://code\", \"http://variable\"]",
        "outside: Err(service `api`: SERVICE_CONNECT_URL_API is not a base URL",
        " Ok(\"http://variable\")",
    ] {
        assert!(output.contains(part), "{output} has no {part}");
    }
}
