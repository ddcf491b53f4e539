//! What a call does where a server fails or is slow: what is sent again, when, and what is not.
//!
//! What several tasks do to each other is in `tests/data-plane`, where there are several.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use service_connect::{Client, Error, Method, Resilience};
use support::{Reply, Seen, Server, answer, bodies};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;
use tokio::time::{self, Instant};

/// Answers in turn; the last one again and again.
async fn in_turn(answers: Vec<Vec<u8>>) -> Server {
    let turn = AtomicUsize::new(0);
    Server::start(move |_| {
        let turn = turn.fetch_add(1, Ordering::Relaxed);
        let bytes = answers.get(turn).or(answers.last()).cloned();
        match bytes {
            // Nothing is written, and the connection is closed.
            Some(bytes) if bytes.is_empty() => Reply::Last(bytes),
            bytes => Reply::Bytes(bytes.unwrap_or_default()),
        }
    })
    .await
}

fn connections(server: &Server) -> Vec<usize> {
    server
        .seen()
        .iter()
        .map(|seen: &Seen| seen.connection)
        .collect()
}

#[tokio::test]
async fn which_answers_are_tried_again() {
    let good = answer("200 OK", "kudos");
    let from_envoy = b"HTTP/1.1 503 X\r\nserver: envoy\r\ncontent-length: 0\r\n\r\n".to_vec();
    for (first, requests) in [
        (answer("502 X", ""), 2),
        (answer("503 X", ""), 2),
        (answer("503 X", "with a body"), 2),
        (answer("504 X", ""), 2),
        (Vec::new(), 2),
        (answer("200 OK", "kudos"), 1),
        (answer("404 X", ""), 1),
        // It is the caller who is to slow down.
        (answer("429 X", ""), 1),
        // It may be the request's doing.
        (answer("500 X", ""), 1),
        (answer("501 X", ""), 1),
        // The proxy has tried twice itself.
        (from_envoy, 1),
        (b"SSH-2.0\r\n\r\n".to_vec(), 1),
    ] {
        let what = String::from_utf8(first.clone()).unwrap();
        let server = in_turn(vec![first, good.clone()]).await;
        let outcome = server.client().get("/").await;
        assert_eq!(server.seen().len(), requests, "{what:?}");
        if requests == 2 {
            assert_eq!(outcome.unwrap().status(), 200, "{what:?}");
        }
    }
}

#[tokio::test]
async fn which_requests_are_tried_again() {
    for (method, may) in [
        (Method::GET, true),
        (Method::HEAD, true),
        (Method::OPTIONS, true),
        (Method::PUT, true),
        (Method::DELETE, true),
        (Method::POST, false),
        (Method::PATCH, false),
        (Method::from_bytes(b"PURGE").unwrap(), false),
    ] {
        for first in [answer("503 X", ""), Vec::new()] {
            let what = format!("{method} {}", first.len());
            let server = in_turn(vec![first, answer("200 OK", "")]).await;
            let request = server.client().request(method.clone(), "/x?a=1");
            let outcome = request.header("x-a", "1").body("kudos").await;
            let seen = server.seen();
            assert_eq!(seen.len(), if may { 2 } else { 1 }, "{what}");
            assert_eq!(
                outcome.is_ok_and(|answer| answer.status() == 200),
                may,
                "{what}"
            );
            for seen in seen {
                assert_eq!(seen.line(), format!("{method} /x?a=1 HTTP/1.1"));
                assert_eq!(
                    (seen.header("x-a"), &*seen.body),
                    (vec!["1"], &b"kudos"[..])
                );
            }
        }
    }
    // A streamed body is gone once it was sent.
    let server = in_turn(vec![answer("503 X", ""), answer("200 OK", "")]).await;
    let request = server.client().put("/").body(bodies::parts([Ok("kudos")]));
    assert_eq!(request.await.unwrap().status(), 503);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn the_last_answer_comes_back() {
    let answers = ["first", "second", "third", "fourth"];
    let answers = answers.map(|body| answer("503 X", body)).into();
    let server = in_turn(answers).await;
    let response = server.client().get("/").await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.text().await.unwrap(), "third");
    assert_eq!(server.seen().len(), 3);
    // An answer is more than none.
    let server = in_turn(vec![answer("502 X", "first"), Vec::new()]).await;
    let response = server.client().get("/").await.unwrap();
    assert_eq!(response.text().await.unwrap(), "first");
    assert_eq!(server.seen().len(), 3);
    // Whoever never answers breaks the connection last.
    let server = in_turn(vec![Vec::new()]).await;
    let error = server.client().get("/").await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_retry_goes_over_another_connection() {
    let server = Server::start(|seen| {
        Reply::Bytes(match seen.connection {
            1 => answer("503 X", ""),
            _ => answer("200 OK", ""),
        })
    })
    .await;
    let client = server.client();
    assert_eq!(client.get("/").await.unwrap().status(), 200);
    assert_eq!(connections(&server), [1, 2]);
    // The one that failed gets another chance, and is then given up.
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let response = client.post("/").await.unwrap();
        statuses.push(response.status().as_u16());
    }
    assert!(
        statuses.iter().filter(|status| **status == 503).count() <= 1,
        "{statuses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_says_when_is_taken_at_its_word() {
    let later = |seconds: &str| {
        format!("HTTP/1.1 503 X\r\nretry-after: {seconds}\r\ncontent-length: 0\r\n\r\n")
            .into_bytes()
    };
    // A date in the past is now.
    for (seconds, deadline, waits) in [
        ("18446744073709551615", 15, None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 15, Some(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 15, None),
        ("2", 15, Some(2)),
        ("20", 15, None),
        ("2", 1, None),
        ("soon", 15, Some(0)),
    ] {
        let server = in_turn(vec![later(seconds), answer("200 OK", "")]).await;
        let start = Instant::now();
        let request = server
            .client()
            .get("/")
            .timeout(Duration::from_secs(deadline));
        let status = request.await.unwrap().status();
        if let Some(wait) = waits {
            assert_eq!(status, 200);
            assert_eq!(start.elapsed().as_secs(), wait, "{seconds}");
        } else {
            assert_eq!((status.as_u16(), server.seen().len()), (503, 1));
            assert!(start.elapsed() < Duration::from_secs(1), "{seconds}");
        }
    }
}

/// Never answers the first request, and each other one.
async fn slow_at_first() -> Server {
    let turn = AtomicUsize::new(0);
    Server::start(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::Hang,
        _ => Reply::Bytes(answer("200 OK", "kudos")),
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_slow_try_gets_a_second_one_beside_it() {
    let server = slow_at_first().await;
    let start = Instant::now();
    let request = server.client().get("/").timeout(Duration::from_secs(3));
    assert_eq!(request.await.unwrap().text().await.unwrap(), "kudos");
    assert_eq!(start.elapsed().as_secs(), 1);
    assert_eq!(connections(&server), [1, 2]);
    // The first one stays open until the deadline.
    let closed = async {
        server.closed().await;
        start.elapsed().as_secs()
    };
    assert_eq!(closed.await, 3);

    for off in [Resilience::OFF, without_second_try()] {
        let server = slow_at_first().await;
        let client = server.client().with_resilience(off);
        let error = client
            .get("/")
            .timeout(Duration::from_secs(3))
            .await
            .unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!(server.seen().len(), 1);
    }
    let server = slow_at_first().await;
    let request = server.client().post("/").timeout(Duration::from_secs(3));
    assert!(request.await.unwrap_err().is_timeout());
    assert_eq!(server.seen().len(), 1);
}

/// One that changes something could do so after the caller's next request.
#[tokio::test(start_paused = true)]
async fn what_changes_something_gets_no_second_try_beside_it() {
    for method in [Method::PUT, Method::DELETE, Method::POST, Method::PATCH] {
        let server = slow_at_first().await;
        let request = server.client().request(method.clone(), "/");
        let late = request.timeout(Duration::from_secs(3)).await;
        assert!(late.unwrap_err().is_timeout(), "{method}");
        assert_eq!(server.seen().len(), 1, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_try_that_fails_is_followed_by_another() {
    let turn = AtomicUsize::new(0);
    let server = Server::start(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::Hang,
        1 => Reply::Bytes(answer("503 X", "")),
        _ => Reply::Bytes(answer("200 OK", "")),
    })
    .await;
    let start = Instant::now();
    assert_eq!(server.client().get("/").await.unwrap().status(), 200);
    assert_eq!((start.elapsed().as_secs(), server.seen().len()), (5, 3));
    // Where no other one may follow, the answer is more than none.
    let turn = AtomicUsize::new(0);
    let server = Server::start(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::Hang,
        _ => Reply::Bytes(answer("503 X", "")),
    })
    .await;
    assert_eq!(server.client().get("/").await.unwrap().status(), 503);
    assert_eq!(server.seen().len(), 3, "a second try counts as a retry");
}

#[tokio::test]
async fn what_was_sent_is_not_denied_by_what_came_after_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::at(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        support::read_head(&mut stream).await;
        drop((listener, stream));
    });
    let error = client.get("/").await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert!(
        error.to_string().contains("may have been carried out"),
        "{error}"
    );
    server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_retry_begins_that_would_be_late() {
    let server = in_turn(vec![answer("503 X", "")]).await;
    for _ in 0..50 {
        let start = Instant::now();
        let limit = Duration::from_millis(8);
        let request = server.client().get("/").timeout(limit);
        assert_eq!(request.await.unwrap().status(), 503);
        assert!(start.elapsed() <= limit, "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn settings_may_be_as_large_as_they_like() {
    let server = Server::saying("kudos").await;
    let mut resilience = Resilience::DEFAULT;
    for time in [
        &mut resilience.ejection_time,
        &mut resilience.max_ejection_time,
        &mut resilience.lookup_interval,
        &mut resilience.connect_timeout,
        &mut resilience.max_proxy_connection_age,
    ] {
        *time = Duration::MAX;
    }
    resilience.retries = u32::MAX;
    resilience.retry_budget = u32::MAX;
    let url = format!("http://localhost:{}", server.address.port());
    let client = Client::at(url).unwrap().with_resilience(resilience);
    for _ in 0..3 {
        let request = client.get("/").timeout(Duration::MAX);
        assert_eq!(request.await.unwrap().text().await.unwrap(), "kudos");
    }
}

fn without_second_try() -> Resilience {
    let mut resilience = Resilience::DEFAULT;
    resilience.second_try = false;
    resilience
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_answers_is_late_after_three_tries() {
    let server = Server::start(|_| Reply::Hang).await;
    let start = Instant::now();
    let error = server.client().get("/").await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(
        error.to_string().contains("may have been carried out"),
        "{error}"
    );
    assert_eq!((start.elapsed().as_secs(), server.seen().len()), (15, 3));
}

#[tokio::test]
async fn a_service_in_trouble_gets_a_fifth_more_at_most() {
    let server = in_turn(vec![answer("503 X", "")]).await;
    let client = server.client();
    for _ in 0..200 {
        assert_eq!(client.get("/").await.unwrap().status(), 503);
    }
    let seen = server.seen().len();
    assert!((201..=240).contains(&seen), "{seen}");
}

#[tokio::test]
async fn more_requests_than_may_be_in_flight_are_refused_at_once() {
    let server = Server::start(|_| Reply::Hang).await;
    let mut resilience = Resilience::DEFAULT;
    resilience.max_in_flight = 3;
    let client = server.client().with_resilience(resilience);
    let mut calls = JoinSet::new();
    for _ in 0..3 {
        calls.spawn(client.get("/").send());
    }
    server.wait_for(3).await;
    let error = client.get("/").await.unwrap_err();
    assert!(matches!(error, Error::Busy(_)), "{error:?}");
    assert!(error.to_string().contains("3 requests"), "{error}");
    calls.shutdown().await;
    // They were given up, so there is room again.
    let late = client.get("/").timeout(Duration::from_millis(50)).await;
    assert!(late.unwrap_err().is_timeout());
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_just_starting_is_waited_for() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let client = Client::at(format!("http://{}", socket.local_addr().unwrap())).unwrap();
    let server = tokio::spawn(async move {
        // On this clock, the first try was refused before that, and the next one comes after it.
        time::sleep(Duration::from_millis(15)).await;
        let (mut stream, _) = socket.listen(1).unwrap().accept().await.unwrap();
        support::read_head(&mut stream).await;
        stream.write_all(&answer("200 OK", "")).await.unwrap();
    });
    // Nothing was sent, so it is the same for a POST.
    assert_eq!(client.post("/").await.unwrap().status(), 200);
    server.await.unwrap();
}
