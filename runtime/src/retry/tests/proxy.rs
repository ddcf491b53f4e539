//! Through one address that stands for all tasks.

use super::*;

#[tokio::test(start_paused = true)]
async fn through_a_proxy_several_connections_take_turns() {
    let service = Service::start(&PROXY, Resilience::DEFAULT, |_, _| GOOD).await;
    for _ in 0..200 {
        service.get().await;
    }
    assert_eq!(service.connections(), 6);
    let last: Vec<_> = service.seen.lock().unwrap()[0].split_off(194);
    let mut turns = last.clone();
    turns.sort_unstable();
    assert_eq!(turns, [0, 1, 2, 3, 4, 5], "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_through_a_proxy_that_fails_twice_is_given_up() {
    let reply: Reply = |_, connection| if connection == 2 { BAD } else { GOOD };
    let service = Service::start(&PROXY, Resilience::DEFAULT, reply).await;
    for _ in 0..300 {
        assert_eq!(service.get().await, 200);
    }
    let seen = service.seen.lock().unwrap()[0].clone();
    let over_it = seen.iter().filter(|connection| **connection == 2);
    assert_eq!(over_it.collect::<Vec<_>>().len(), 2);
}

/// As one that leads to a task that is slow.
#[tokio::test]
async fn a_connection_through_a_proxy_that_is_slow_is_passed_over() {
    let reply: Reply = |_, connection| if connection == 2 { SLOW } else { GOOD };
    let service = Service::start(&PROXY, Resilience::DEFAULT, reply).await;
    for _ in 0..200 {
        assert_eq!(service.get().await, 200);
    }
    let seen = service.seen.lock().unwrap()[0].clone();
    let over_it = seen.iter().filter(|connection| **connection == 2);
    assert_eq!(over_it.collect::<Vec<_>>().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_through_a_proxy_has_an_age() {
    let mut resilience = Resilience::DEFAULT;
    resilience.max_proxy_connection_age = Duration::ZERO;
    for (addresses, connections) in [(&PROXY[..], 5), (&TASKS[..1], 1)] {
        let service = Service::start(addresses, resilience, |_, _| GOOD).await;
        for _ in 0..5 {
            service.get().await;
        }
        assert_eq!(service.connections(), connections, "{addresses:?}");
    }
}

/// Where the queue of the proxy is full for a while, those that are connected go on.
#[tokio::test(start_paused = true)]
async fn a_further_connection_is_opened_beside_the_calls() {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind((Ipv4Addr::new(127, 255, 0, 1), 0).into())
        .unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..8 {
            tokio::spawn(TcpStream::connect(address));
            tokio::task::yield_now().await;
        }
        let mut head = Vec::new();
        while stream.read_buf(&mut head).await.is_ok_and(|read| read > 0) {
            stream.write_all(GOOD.as_bytes()).await.unwrap();
        }
        drop(listener);
    });
    let client = crate::Client::at(format!("http://{address}")).unwrap();
    for _ in 0..60 {
        let start = Instant::now();
        assert_eq!(client.post("/").await.unwrap().status(), 200);
        assert!(
            start.elapsed() < Duration::from_millis(5),
            "{:?}",
            start.elapsed()
        );
    }
}
