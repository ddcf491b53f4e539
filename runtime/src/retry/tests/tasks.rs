//! Which tasks get requests.

use super::*;

#[tokio::test(start_paused = true)]
async fn requests_are_spread_over_the_tasks() {
    let service = Service::start(&TASKS, Resilience::DEFAULT, |_, _| GOOD).await;
    for _ in 0..60 {
        assert_eq!(service.get().await, 200);
    }
    assert_eq!(service.counts(), [20, 20, 20]);
    assert_eq!(service.connections(), 1, "one that is idle is used again");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_fails_is_passed_over_after_five_times() {
    let reply: Reply = |task, _| if task == 1 { BAD } else { GOOD };
    let service = Service::start(&TASKS, Resilience::DEFAULT, reply).await;
    for _ in 0..60 {
        assert_eq!(service.get().await, 200);
    }
    assert_eq!(service.counts()[1], 5);
    let (in_flight, tasks, _) = service.pool.snapshot();
    let ejected: Vec<_> = tasks.iter().map(|task| task.ejected_for).collect();
    let is_out = ejected[1].is_some_and(|time| time.as_secs() == 29);
    assert!(
        is_out && ejected[0].is_none() && in_flight == 0,
        "{tasks:?}"
    );
    let off = Service::start(&TASKS, Resilience::OFF, reply).await;
    for _ in 0..60 {
        off.get().await;
    }
    assert_eq!(off.counts(), [20, 20, 20]);
}

/// Whoever gave up waiting: the deadline, or whoever dropped the call.
#[tokio::test]
async fn a_task_that_answers_nobody_is_passed_over() {
    let reply: Reply = |task, _| if task == 1 { SILENT } else { GOOD };
    for is_dropped in [false, true] {
        let service = Service::start(&TASKS, Resilience::DEFAULT, reply).await;
        let limit = Duration::from_millis(250);
        for _ in 0..30 {
            let limits = if is_dropped {
                (limit * 40, limit)
            } else {
                (limit, limit * 40)
            };
            let call = service.call(Method::POST, limits.0);
            let _ = tokio::time::timeout(limits.1, call).await;
        }
        // That it is slow is known before it is ejected.
        assert!(
            (1..5).contains(&service.counts()[1]),
            "{:?}",
            service.counts()
        );
    }
}

/// A third of the deadline is too short to say so, and a try that is put aside for another one goes on until the end of it.
#[tokio::test(start_paused = true)]
async fn a_try_that_is_put_aside_says_that_its_task_is_silent() {
    let reply: Reply = |task, _| if task == 1 { SILENT } else { GOOD };
    let service = Service::start(&TASKS, Resilience::DEFAULT, reply).await;
    let service = Arc::new(service);
    let mut calls = JoinSet::new();
    for _ in 0..15 {
        let service = Arc::clone(&service);
        let call = async move { service.call(Method::GET, Duration::from_millis(450)).await };
        calls.spawn(call);
    }
    for status in calls.join_all().await {
        assert_eq!(status.unwrap(), 200);
    }
    assert_eq!(service.counts()[1], 5);
    sleep(Duration::from_millis(450)).await;
    // One that is only slow would be asked now and then.
    for _ in 0..1200 {
        assert_eq!(service.get().await, 200);
    }
    assert_eq!(service.counts()[1], 5);
}

#[tokio::test(start_paused = true)]
async fn where_connecting_takes_long_the_next_task_is_tried_beside_it() {
    let deaf = deaf().await;
    let deaf = deaf.local_addr().unwrap();
    let others = &TASKS[1..];
    let resilience = Resilience::DEFAULT;
    let service = Service::start_at(deaf.port(), others, resilience, |_, _| GOOD).await;
    service.learn(vec![deaf]);
    // One call waits. Whoever got another connection meanwhile, after a second it is known that nobody answers there.
    for (since, expected) in [(0, &[250][..]), (1000, &[]), (999, &[]), (1001, &[250])] {
        sleep(Duration::from_millis(since)).await;
        let mut waits = Vec::new();
        for _ in 0..30 {
            let start = Instant::now();
            assert_eq!(service.get().await, 200);
            waits.push(start.elapsed().as_millis() / 10 * 10);
        }
        waits.retain(|wait| *wait > 0);
        assert_eq!(waits, expected, "{since} ms later");
    }
}

/// Where all fail it is not the connection.
#[tokio::test(start_paused = true)]
async fn a_service_in_trouble_keeps_its_connections() {
    for addresses in [&TASKS[..1], &PROXY] {
        for method in [Method::POST, Method::GET] {
            let service = Service::start(addresses, Resilience::DEFAULT, |_, _| BAD).await;
            for _ in 0..200 {
                let status = service.call(method.clone(), Duration::from_secs(10)).await;
                assert_eq!(status.unwrap(), 503);
            }
            let connections = service.connections();
            assert!(connections <= 20, "{method}: {connections}");
        }
    }
}

/// Its name does not resolve, so what is known is all there is: used while it is young, and while it is in use.
#[tokio::test(start_paused = true)]
async fn tasks_of_old_are_called_for_some_minutes_and_no_longer() {
    let service = Service::start(&TASKS, Resilience::DEFAULT, |_, _| GOOD).await;
    advance(Duration::from_secs(299)).await;
    assert_eq!(service.get().await, 200);
    for _ in 0..60 {
        advance(Duration::from_secs(9)).await;
        assert_eq!(service.get().await, 200, "in use");
    }
    advance(Duration::from_secs(11)).await;
    let error = service.call(Method::GET, Duration::from_secs(10)).await;
    assert!(error.unwrap_err().is_resolve());
}

/// An answer after a rest takes the place of what was known.
#[tokio::test(start_paused = true)]
async fn after_a_rest_only_those_are_called_that_dns_names_now() {
    let service = Service::start(&TASKS, Resilience::DEFAULT, |_, _| GOOD).await;
    let first =
        |task: u8| SocketAddr::from((Ipv4Addr::new(127, 0, 0, task), service.pool.target.port()));
    advance(Duration::from_secs(11)).await;
    service.learn(vec![first(3)]);
    for _ in 0..6 {
        assert_eq!(service.get().await, 200);
    }
    assert_eq!(service.counts(), [0, 0, 6]);
}
