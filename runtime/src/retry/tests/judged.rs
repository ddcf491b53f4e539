//! What counts against a task, and what does not.

use std::future::poll_fn;

use bytes::Bytes;
use futures_core::Stream;

use super::*;

/// After a millisecond.
const ERROR: &str = "HTTP/1.1 500 X\r\nx-after: 1\r\ncontent-length: 0\r\n\r\n";

/// So many failures eject two of three tasks; with some more all would be back.
const ENOUGH: usize = 14;

/// An error may be quick because nothing was done.
#[tokio::test(start_paused = true)]
async fn who_answers_errors_at_once_gets_no_more_than_a_share() {
    let reply: Reply = |task, _| if task == 0 { ERROR } else { SLOW };
    for (count, share) in [(2, 100), (3, 67)] {
        let service = Service::start(&TASKS[..count], Resilience::DEFAULT, reply).await;
        for _ in 0..200 {
            service.get().await;
        }
        let errors = service.counts()[0];
        assert!(errors <= share, "{errors} of 200 from one of {count}");
    }
    let reply: Reply = |_, connection| if connection == 2 { ERROR } else { SLOW };
    let service = Service::start(&PROXY, Resilience::DEFAULT, reply).await;
    let mut errors = 0;
    for _ in 0..300 {
        errors += usize::from(service.get().await == 500);
    }
    assert!(errors <= 60, "{errors} of 300 over one connection of 6");
}

/// Polled once, and then nobody looks for a while; the answer is there before they give up.
#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_looked_at_is_no_silence() {
    let service = Arc::new(Service::start(&TASKS, Resilience::DEFAULT, |_, _| GOOD).await);
    // So that there are connections, and a call is sent when it is polled.
    let mut warm = JoinSet::new();
    for _ in 0..30 {
        let service = Arc::clone(&service);
        warm.spawn(async move { service.get().await });
    }
    warm.join_all().await;
    let mut calls = Vec::new();
    for _ in 0..ENOUGH {
        let mut call = Box::pin(service.call(Method::GET, Duration::from_secs(10)));
        poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
        calls.push(call);
    }
    // As long as a silence is that says something.
    sleep(Duration::from_millis(250)).await;
    drop(calls);
    assert_eq!(service.gets(60).await, [20, 20, 20]);
}

/// Those who give up before the next task is tried beside it.
#[tokio::test(start_paused = true)]
async fn a_task_that_cannot_be_connected_to_is_known_whoever_gave_up() {
    let deaf = deaf().await;
    let deaf = deaf.local_addr().unwrap();
    let resilience = Resilience::DEFAULT;
    let service = Service::start_at(deaf.port(), &TASKS[1..], resilience, |_, _| GOOD).await;
    service.learn(vec![deaf]);
    let mut given_up = 0;
    for _ in 0..60 {
        let call = service.call(Method::POST, Duration::from_secs(10));
        let late = tokio::time::timeout(Duration::from_millis(200), call).await;
        given_up += usize::from(late.is_err());
        sleep(Duration::from_millis(20)).await;
    }
    assert!((1..=10).contains(&given_up), "{given_up} of 60");
}

/// Gives nothing, or fails.
struct Source {
    fails: bool,
}

impl Stream for Source {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.fails {
            Poll::Ready(Some(Err(io::Error::other("it is gone"))))
        } else {
            Poll::Pending
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_source_of_a_request_does_is_no_matter_of_the_task() {
    for fails in [true, false] {
        let service = Service::start(&TASKS, Resilience::DEFAULT, |_, _| GOOD).await;
        for _ in 0..ENOUGH {
            let mut request = Request::new(Body::wrap_stream(Source { fails }));
            *request.method_mut() = Method::PUT;
            let call = send(
                &service.route,
                "service",
                framed(request),
                Deadline::DEFAULT,
            );
            let ended = tokio::time::timeout(Duration::from_millis(500), call).await;
            assert_eq!(ended.is_ok(), fails);
        }
        assert_eq!(service.gets(60).await, [20, 20, 20], "fails: {fails}");
    }
}
