//! Where a request goes the second time, and what that costs others.

use super::*;

const LONG: Duration = Duration::from_secs(1000);

#[tokio::test(start_paused = true)]
async fn posts_take_nothing_of_what_others_may_be_sent_again() {
    let reply: Reply = |task, _| if task == 1 { BAD } else { GOOD };
    let resilience = Resilience {
        ejection_failures: 0,
        ..Resilience::DEFAULT
    };
    let service = Service::start(&TASKS[..2], resilience, reply).await;
    for _ in 0..60 {
        let _ = service.call(Method::POST, LONG).await;
    }
    for _ in 0..6 {
        assert_eq!(service.get().await, 200);
    }
}

/// Several are due at the same time.
#[tokio::test(start_paused = true)]
async fn what_failed_once_finds_out_no_more() {
    let addresses: Vec<_> = (1..=7).map(|number| [127, 0, 0, number]).collect();
    let reply: Reply = |task, _| if task < 3 { BAD } else { GOOD };
    let service = Service::start(&addresses, Resilience::DEFAULT, reply).await;
    for round in 0..3 {
        for _ in 0..200 {
            let status = service.get().await;
            // Before they are known, three tries may meet all three.
            assert!(round == 0 || status == 200, "{round}");
        }
        // They are out for 30 s, and then for 60.
        for _ in 0..if round == 0 { 4 } else { 8 } {
            advance(Duration::from_secs(8)).await;
            let port = service.pool.target.port();
            let answer = addresses
                .iter()
                .map(|address| (Ipv4Addr::from(*address), port).into());
            service.learn(answer.collect());
        }
    }
    assert!(
        service.counts()[..3].iter().all(|count| *count > 5),
        "they were asked again"
    );
}

/// It cannot be sent again, so it had better not be the one that finds out.
#[tokio::test(start_paused = true)]
async fn without_retries_no_call_finds_out_where_there_are_others() {
    for retries in [0, 2] {
        let resilience = Resilience {
            retries,
            ..Resilience::DEFAULT
        };
        let reply: Reply = |task, _| if task == 1 { BAD } else { GOOD };
        let service = Service::start(&TASKS, resilience, reply).await;
        for _ in 0..60 {
            service.get().await;
        }
        for _ in 0..4 {
            advance(Duration::from_secs(8)).await;
            service.get().await;
        }
        for _ in 0..60 {
            assert_eq!(service.get().await, 200);
        }
        let asked = if retries == 0 { 5 } else { 6 };
        assert_eq!(service.counts()[1], asked);
    }
}

/// What one task asks for is no reason to leave another one alone.
#[tokio::test(start_paused = true)]
async fn who_asks_to_be_left_alone_is_waited_for_where_there_is_no_other() {
    const LATER: &str = "HTTP/1.1 503 X\r\nretry-after: 5\r\ncontent-length: 0\r\n\r\n";
    let reply: Reply = |task, _| if task == 0 { LATER } else { GOOD };
    for (tasks, longest, status) in [(2, 0, 200), (1, 10, 503)] {
        let service = Service::start(&TASKS[..tasks], Resilience::DEFAULT, reply).await;
        let mut waits = Vec::new();
        for _ in 0..2 {
            let start = Instant::now();
            let found = service.call(Method::GET, Duration::from_secs(15)).await;
            assert_eq!(found.unwrap(), status);
            waits.push(start.elapsed().as_secs());
        }
        assert_eq!(waits, [longest, longest], "{tasks} tasks");
    }
}
