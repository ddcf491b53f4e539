//! The server for users' tests: what it answers, and what it saw.

use std::time::Duration;

use service_connect::testing::{Answer, Server};
use service_connect::{Client, Error, Method, RequestBuilder, StatusCode};

async fn text(client: &Client, path: &str) -> String {
    client.get(path).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_request_gets_the_answer_that_was_set_last() {
    let server = Server::start().await;
    server.otherwise().text("else");
    let set = [
        (Method::GET, "/"),
        (Method::GET, "/kudos"),
        (Method::POST, "/kudos"),
        (Method::GET, "/kudos/{id}"),
        (Method::GET, "/kudos/8"),
        (Method::GET, "/kudos?page=2"),
        (Method::GET, "/{a}/of/{b}"),
        (Method::GET, "zoë & co"),
        (Method::GET, "/q?name=zoë&a"),
        (Method::GET, "/slash/"),
    ];
    for (method, path) in set {
        server
            .on(method.clone(), path)
            .text(format!("{method} {path}"));
    }
    let table = [
        (Method::GET, "", "GET /"),
        (Method::GET, "/", "GET /"),
        (Method::GET, "/?x", "GET /"),
        (Method::GET, "/kudos", "GET /kudos"),
        (Method::POST, "/kudos", "POST /kudos"),
        (Method::PUT, "/kudos", "else"),
        (Method::GET, "/kudos/", "else"),
        (Method::GET, "//kudos", "else"),
        (Method::GET, "/kudos/7", "GET /kudos/{id}"),
        (Method::GET, "/kudos/7/x", "else"),
        (Method::GET, "/kudos/8", "GET /kudos/8"),
        (Method::GET, "/kudos?page=2", "GET /kudos?page=2"),
        (Method::GET, "/kudos?page=3", "GET /kudos"),
        (Method::GET, "/1/of/2", "GET /{a}/of/{b}"),
        (Method::GET, "/zo%C3%AB%20&%20co", "GET zoë & co"),
        (Method::GET, "/q?name=zo%C3%AB&a", "GET /q?name=zoë&a"),
        (Method::GET, "/q", "else"),
        (Method::GET, "/slash/", "GET /slash/"),
        (Method::GET, "/slash", "else"),
        (Method::GET, "/KUDOS", "else"),
    ];
    let client = server.client();
    for (method, path, expected) in table {
        let response = client.request(method.clone(), path).await.unwrap();
        assert_eq!(response.text().await.unwrap(), expected, "{method} {path}");
    }
    server.on(Method::GET, "/kudos").text("changed");
    assert_eq!(text(&client, "/kudos").await, "changed");
    server.otherwise().text("changed");
    assert_eq!(text(&client, "/else").await, "changed");
    assert_eq!(text(&client, "/kudos/8").await, "GET /kudos/8");
}

#[tokio::test]
async fn a_path_is_met_however_it_is_encoded() {
    let server = Server::start().await;
    server.on(Method::GET, "/users/me@example.com").text("user");
    server.on(Method::GET, "/find?q=a b&page=2").text("found");
    let client = server.client();
    for path in [
        "/users/me@example.com",
        "/users/me%40example.com",
        "/users/%6De@example.com",
    ] {
        assert_eq!(text(&client, path).await, "user");
    }
    let request = client.get("/find").query(&[("page", "2"), ("q", "a b")]);
    assert_eq!(request.await.unwrap().text().await.unwrap(), "found");
    assert_eq!(text(&client, "/find?page=2&q=a%20b").await, "found");
    for path in [
        "/find?q=a b",
        "/find?q=a b&page=2&more",
        "/users/me@example.com/x",
    ] {
        assert_eq!(client.get(path).await.unwrap().status(), 501, "{path}");
    }
}

#[tokio::test]
async fn what_has_no_answer_says_so_and_is_seen() {
    let server = Server::start().await;
    let client = server.client();
    let explain = async |request: RequestBuilder| {
        let response = request.await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED);
        response.text().await.unwrap()
    };
    let text = explain(client.get("/x?key=1")).await;
    assert_eq!(
        text,
        "the test server has no answer to GET /x?key=1, only to nothing: set one with \
         server.on(Method::GET, \"/x\")\n"
    );
    server.on(Method::GET, "/kudos/{id}").status(200);
    server.on(Method::PUT, "/y").status(200);
    let text = explain(client.post("/kudos").body("x")).await;
    assert!(
        text.contains("POST /kudos, only to GET /kudos/{id}, PUT /y: "),
        "{text}"
    );
    explain(client.get("/kudos/7/x")).await;
    assert_eq!(server.requests().len(), 3);
    assert_eq!(server.requests()[1].text(), "x");
}

#[tokio::test]
async fn an_answer_is_what_was_said() {
    let server = Server::start().await;
    let answers = [
        (Answer::status(204), 204, None, ""),
        (
            Answer::text("hi ü"),
            200,
            Some("text/plain; charset=utf-8"),
            "hi ü",
        ),
        (
            Answer::json(&["a"]),
            200,
            Some("application/json"),
            "[\"a\"]",
        ),
        (
            Answer::json("x").with_status(418),
            418,
            Some("application/json"),
            "\"x\"",
        ),
        (Answer::status(999).body("raw"), 999, None, "raw"),
    ];
    for (answer, status, media_type, body) in answers {
        server
            .on(Method::GET, "/")
            .answer(answer.header("x-a", "1").header("x-a", "2"));
        let response = server.client().get("/").await.unwrap();
        assert_eq!(response.status(), status);
        let header = |name| {
            let values = response.headers().get_all(name).iter();
            values
                .map(|value| value.to_str().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(header("content-type"), Vec::from_iter(media_type));
        assert_eq!(header("x-a"), ["1", "2"]);
        assert_eq!(header("date"), Vec::<&str>::new(), "no two runs differ");
        assert_eq!(response.text().await.unwrap(), body);
    }
    let response = server.client().head("/").await.unwrap();
    assert_eq!(response.status(), 501);
}

#[tokio::test]
async fn answers_in_turn_and_computed_ones() {
    let server = Server::start().await;
    let client = server.client();
    let turns = [Answer::status(503), Answer::reset(), Answer::text("up")];
    server.on(Method::GET, "/turns").in_turn(turns);
    assert_eq!(client.get("/turns").await.unwrap().status(), 503);
    assert!(matches!(
        client.get("/turns").await,
        Err(Error::Transport(_))
    ));
    for _ in 0..2 {
        assert_eq!(text(&client, "/turns").await, "up");
    }
    server.on(Method::POST, "/sum").answer_with(|request| {
        let numbers: Vec<i32> = request.json().unwrap();
        Answer::json(&numbers.iter().sum::<i32>())
    });
    let response = client.post("/sum").json(&[1, 2, 3]).await.unwrap();
    assert_eq!(response.json::<i32>().await.unwrap(), 6);
}

#[tokio::test]
async fn requests_are_seen_as_they_came_and_in_order() {
    let server = Server::start().await;
    server.otherwise().status(200);
    let client = server.client();
    assert!(server.requests().is_empty());
    client
        .get("/a%2Fb/ü?q=ü&r")
        .header("x-one", "1")
        .await
        .unwrap();
    client.put("/long").body("x".repeat(300_000)).await.unwrap();
    client.post("/json").json(&[1]).await.unwrap();
    let [get, put, post] = &server.requests()[..] else {
        panic!("{:?}", server.requests())
    };
    assert_eq!((get.method(), get.path()), (&Method::GET, "/a%2Fb/%C3%BC"));
    assert_eq!(get.query(), Some("q=%C3%BC&r"));
    assert_eq!(get.target(), "/a%2Fb/%C3%BC?q=%C3%BC&r");
    assert_eq!(
        (get.header("X-One"), get.header("x-two")),
        (Some("1"), None)
    );
    assert_eq!(get.headers().len(), 2);
    assert_eq!(
        format!("http://{}", get.header("host").unwrap()),
        server.url()
    );
    assert_eq!((put.method(), put.body().len()), (&Method::PUT, 300_000));
    assert_eq!(
        (post.text().as_ref(), post.json::<[u8; 1]>().unwrap()),
        ("[1]", [1])
    );
    let error = post.json::<String>().unwrap_err().to_string();
    assert!(error.contains("POST /json"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_do_not_meet() {
    let tests = (0..32).map(|number: usize| async move {
        let server = Server::start().await;
        server.on(Method::GET, "/").text(number.to_string());
        let calls = (0..8).map(|_| {
            let client = server.client();
            tokio::spawn(async move { text(&client, "/").await })
        });
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(call.await.unwrap(), number.to_string());
        }
        assert_eq!(server.requests().len(), 8);
    });
    for test in tests.map(tokio::spawn).collect::<Vec<_>>() {
        test.await.unwrap();
    }
}

#[tokio::test]
async fn a_test_waits_for_what_is_under_way() {
    let server = Server::start().await;
    server.otherwise().answer(Answer::hang());
    for _ in 0..2 {
        tokio::spawn(server.client().get("/").send());
    }
    assert!(server.requests().is_empty());
    assert_eq!(server.wait_for_requests(2).await.len(), 2);
    assert_eq!(server.wait_for_requests(1).await.len(), 2, "all that came");
}

#[tokio::test(start_paused = true)]
async fn requests_that_do_not_come_are_told_from_those_that_did() {
    let server = Server::start().await;
    server.client().get("/only?one").await.unwrap();
    let waited = tokio::spawn(async move { server.wait_for_requests(2).await.len() });
    let panic = waited.await.unwrap_err().into_panic();
    let message = panic.downcast::<String>().unwrap();
    assert_eq!(
        *message,
        "2 requests were to come within 10s, and 1 did: GET /only?one"
    );
}

type Wrong = Box<dyn FnOnce() + Send>;

#[tokio::test]
async fn what_cannot_be_is_said_at_once() {
    let server = Server::start().await;
    // Of paths, which could never be met.
    for path in ["/k/{", "/k/x{a}", "/k/{a}{b}", "/k/{*rest}", "http://x/k"] {
        let on = std::panic::AssertUnwindSafe(|| drop(server.on(Method::GET, path)));
        let panic = std::panic::catch_unwind(on).unwrap_err();
        let message = panic.downcast::<String>().unwrap();
        assert!(message.starts_with("no request has the path"), "{message}");
    }
    let table: [(&str, Wrong); 6] = [
        ("200 to 999", Box::new(|| drop(Answer::status(101)))),
        (
            "no name of a header",
            Box::new(|| drop(Answer::text("").header("a b", ""))),
        ),
        (
            "`cut_off`",
            Box::new(|| drop(Answer::text("").header("Content-Length", "9"))),
        ),
        (
            "header x",
            Box::new(|| drop(Answer::text("").header("x", "a\r\nb"))),
        ),
        (
            "at least 1 byte",
            Box::new(|| drop(Answer::text("").trickle(0, Duration::ZERO))),
        ),
        (
            "control character",
            Box::new(move || drop(server.on(Method::GET, "/a\nb"))),
        ),
    ];
    for (part, wrong) in table {
        let panic = tokio::spawn(async move { wrong() })
            .await
            .unwrap_err()
            .into_panic();
        let message = match panic.downcast::<String>() {
            Ok(message) => *message,
            Err(panic) => (*panic.downcast::<&str>().unwrap()).to_owned(),
        };
        assert!(message.contains(part), "{message} has no {part}");
    }
}
