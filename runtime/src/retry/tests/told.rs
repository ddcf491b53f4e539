//! What is told of tasks that are ejected, and of calls on the way to them.

#[path = "../../../tests/support/listener.rs"]
mod listener;
#[path = "../../../tests/support/locks.rs"]
mod locks;
#[cfg(feature = "metrics")]
#[path = "../../../tests/support/recorder.rs"]
mod recorder;

use std::sync::atomic::AtomicBool;

use tokio::task::LocalSet;
use tracing::Level;

use self::listener::Listener;
use super::*;
use crate::drain;

#[tokio::test(start_paused = true)]
async fn an_ejection_and_its_end_are_told() {
    static IS_WELL: AtomicBool = AtomicBool::new(false);
    let reply: Reply = |task, _| match task {
        1 if !IS_WELL.load(Ordering::Relaxed) => BAD,
        _ => GOOD,
    };
    let service = Service::start(&TASKS, Resilience::DEFAULT, reply).await;
    let listener = Listener::default();
    let _guard = listener.listen();
    for _ in 0..15 {
        let _ = service.call(Method::POST, Duration::from_secs(10)).await;
    }
    IS_WELL.store(true, Ordering::Relaxed);
    // Its name is looked up again after a rest, and nobody knows it.
    for _ in 0..9 {
        advance(Duration::from_secs(4)).await;
        let _ = service.call(Method::POST, Duration::from_secs(10)).await;
        service.get().await;
        service.get().await;
    }
    let port = service.pool.target.port().to_string();
    let told = listener.events();
    let levels: Vec<_> = told.iter().map(|event| event.level).collect();
    assert_eq!(levels, [Level::WARN, Level::INFO], "{told:?}");
    for event in &told {
        for (name, value) in [
            ("server.address", "service.invalid"),
            ("server.port", &*port),
            ("network.peer.address", "127.0.0.2"),
            ("network.peer.port", &*port),
        ] {
            assert_eq!(event.get(name), Some(value), "{name}");
        }
    }
    assert_eq!(told[0].get("error.type"), Some("failed"));
    assert_eq!(
        told[0].get("service_connect.ejection.duration"),
        Some("30.0")
    );
}

/// The ejection is told where the answer is taken, with all that the pool has to count of it.
#[tokio::test]
async fn a_panic_over_an_ejection_leaves_nothing_in_flight() {
    let reply: Reply = |task, _| if task == 1 { BAD } else { GOOD };
    let mut resilience = Resilience::DEFAULT;
    resilience.max_in_flight = 1;
    let service = Arc::new(Service::start(&TASKS, resilience, reply).await);
    let tasks = LocalSet::new();
    let mut panics = 0;
    for _ in 0..30 {
        let service = Arc::clone(&service);
        let call = tasks.spawn_local(async move {
            let _guard = Listener::upset("event").listen();
            service.call(Method::POST, Duration::from_secs(10)).await
        });
        match tasks.run_until(call).await {
            Ok(answer) => drop(answer.unwrap()),
            Err(error) => panics += u32::from(error.is_panic()),
        }
    }
    assert_eq!((panics, service.counts()[1]), (1, 5));
}

/// What takes the lock of the pool, on another thread, whatever is told: it would wait for ever if that is held.
#[tokio::test]
async fn no_lock_is_held_where_an_ejection_is_told() {
    let listener = Listener::with(|occasion| {
        locks::are_free(|| drain(Duration::ZERO), occasion);
    });
    let reply: Reply = |task, _| if task == 1 { BAD } else { GOOD };
    let service = Service::start(&TASKS, Resilience::DEFAULT, reply).await;
    let _guard = listener.listen();
    for _ in 0..30 {
        let _ = service.call(Method::POST, Duration::from_secs(10)).await;
    }
    assert_eq!(listener.events().len(), 1);
}

#[cfg(feature = "metrics")]
#[tokio::test]
async fn tries_and_ejections_are_counted_for_each_task() {
    let kept = recorder::Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let reply: Reply = |task, _| if task == 1 { BAD } else { GOOD };
    let service = Service::start(&TASKS, Resilience::DEFAULT, reply).await;
    for _ in 0..30 {
        let _ = service.call(Method::POST, Duration::from_secs(10)).await;
    }
    let port = service.pool.target.port();
    let at = |task: u8| {
        let task = format!("network.peer.address=127.0.0.{task},network.peer.port={port}");
        format!("{task},server.address=service.invalid,server.port={port}")
    };
    let ejections = kept.of("service_connect.client.ejections");
    let expected = format!("error.type=failed,{}", at(2));
    assert_eq!(
        ejections.into_iter().collect::<Vec<_>>(),
        [(expected, vec![1.0])]
    );
    let tries = kept.of("service_connect.client.try.duration");
    let counts: Vec<_> = tries
        .iter()
        .map(|(labels, all)| (&**labels, all.len()))
        .collect();
    let of = |task, outcome| format!("{},service_connect.outcome={outcome}", at(task));
    let expected = [of(1, "answered"), of(2, "failed"), of(3, "answered")];
    let labels: Vec<_> = counts.iter().map(|(labels, _)| *labels).collect();
    assert_eq!(labels, expected);
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<usize>(), 30);
    assert_eq!(counts[1].1, 5);
}
