//! Calls of a service with several tasks, each at an address of this machine's loopback network.
//!
//! Where it is counted who gets them, the clock stands still, so that no task looks slow beside the others.

use std::net::SocketAddr;

use tokio::task::JoinSet;
use tokio::time::Duration;
use tonic::Code;

use self::h2_server::{Reply, Server};
use self::support::{Clock, EchoClient, Task};
use super::{Channel, Client, Target};
use crate::Resilience;
use crate::connection::Pool;

#[path = "../../../tests/support/h2.rs"]
mod h2_server;
#[path = "../../../tests/support/grpc.rs"]
mod support;

/// A service whose name nobody knows, so that its tasks are those that a test says.
struct Service {
    client: EchoClient,
    pool: std::sync::Arc<Pool>,
    tasks: Vec<Task>,
}

impl Service {
    async fn start(count: u8, network: u8) -> Service {
        let mut tasks: Vec<Task> = Vec::new();
        for number in 1..=count {
            let port = tasks.first().map_or(0, |task| task.address.port());
            let address = format!("127.7.{network}.{number}:{port}");
            tasks.push(Task::start_at(&address).await);
        }
        // Of its own, as the ports of two tests may be the same.
        let url = format!(
            "http://service-{network}.invalid:{}",
            tasks[0].address.port()
        );
        let service = Service {
            client: EchoClient::new(Client::at(&url).unwrap().channel()),
            pool: Pool::of(&Target::parse(&url).unwrap(), Resilience::DEFAULT),
            tasks,
        };
        service.learn(0..count.into());
        service
    }

    /// These tasks are those that DNS names.
    fn learn(&self, tasks: std::ops::Range<usize>) {
        let addresses: Vec<SocketAddr> =
            self.tasks[tasks].iter().map(|task| task.address).collect();
        self.pool.begin_lookup();
        self.pool.learn(Ok(addresses));
    }

    /// How many calls each task got.
    fn counts(&self) -> Vec<usize> {
        self.tasks.iter().map(|task| task.calls().len()).collect()
    }

    fn connections(&self) -> Vec<usize> {
        self.tasks.iter().map(Task::connections).collect()
    }
}

#[tokio::test]
async fn each_call_goes_to_another_task_over_the_one_connection_to_it() {
    let mut service = Service::start(3, 1).await;
    let _clock = Clock::stop();
    for _ in 0..30 {
        service.client.unary("kudos").await.unwrap();
    }
    assert_eq!(service.counts(), [10, 10, 10]);
    assert_eq!(service.connections(), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_a_time_are_spread_too() {
    let service = Service::start(3, 2).await;
    let mut calls = JoinSet::new();
    for _ in 0..90 {
        let mut client = service.client.clone();
        calls.spawn(async move { client.unary("sleep:50").await.unwrap() });
    }
    calls.join_all().await;
    let counts = service.counts();
    assert!(
        counts.iter().all(|count| (15..=45).contains(count)),
        "{counts:?}"
    );
    assert_eq!(service.connections(), [1, 1, 1]);
}

/// What it has goes on; new streams find it.
#[tokio::test]
async fn a_task_that_comes_gets_its_share_at_once() {
    let mut service = Service::start(3, 3).await;
    let _clock = Clock::stop();
    service.learn(0..3);
    // A name has to miss a task in two answers.
    for _ in 0..2 {
        service.learn(0..2);
    }
    for _ in 0..10 {
        service.client.unary("kudos").await.unwrap();
    }
    assert_eq!(service.counts(), [5, 5, 0]);
    service.learn(0..3);
    for _ in 0..30 {
        service.client.unary("kudos").await.unwrap();
    }
    assert_eq!(service.counts(), [15, 15, 10]);
}

/// Nothing was sent, so a POST goes on.
#[tokio::test]
async fn a_task_that_is_gone_costs_no_call() {
    let mut service = Service::start(3, 4).await;
    service.client.unary("kudos").await.unwrap();
    let ended = service.tasks[1].stop();
    ended.await;
    for _ in 0..60 {
        service.client.unary("kudos").await.unwrap();
    }
    let counts = service.counts();
    assert_eq!(counts.iter().sum::<usize>(), 61, "{counts:?}");
}

/// Five times in a row; a status that is the caller's doing is none.
#[tokio::test]
async fn a_task_that_is_unavailable_gets_no_calls_for_a_while() {
    let mut service = Service::start(3, 5).await;
    let clock = Clock::stop();
    let first = service.tasks[0].address.ip().to_string();
    let fail = |code: u16| format!("fail-at:{first}/{code}");
    for _ in 0..60 {
        let _ = service.client.unary(&fail(13)).await;
    }
    assert_eq!(service.counts(), [20, 20, 20]);
    let mut failed = 0;
    for _ in 0..60 {
        if let Err(status) = service.client.unary(&fail(14)).await {
            assert_eq!(status.code(), Code::Unavailable);
            failed += 1;
        }
    }
    assert_eq!(failed, 5);
    assert_eq!(service.counts()[0], 25);
    clock.pass(61).await;
    service.learn(0..3);
    for _ in 0..30 {
        service.client.unary("kudos").await.unwrap();
    }
    assert!(service.counts()[0] > 30, "{:?}", service.counts());
}

/// Whoever was impatient.
#[tokio::test]
async fn a_task_that_hangs_gets_no_calls_for_a_while() {
    let mut service = Service::start(3, 6).await;
    let hang = format!("hang-at:{}", service.tasks[0].address.ip());
    let mut late = 0;
    for _ in 0..60 {
        let mut request = tonic::Request::new(support::bytes(&hang));
        request.set_timeout(Duration::from_millis(300));
        late += usize::from(service.client.call(request).await.is_err());
    }
    // It is slow beside the others from the first one on, and after five in a row it is out.
    assert!((1..10).contains(&late), "{late}");
}

/// However many calls were on it.
#[tokio::test]
async fn a_connection_that_breaks_is_one_failure() {
    let breaking = Server::start_at("127.7.7.1:0", |stream| match stream {
        0..9 => Reply::Hang,
        9 => Reply::Break,
        _ => Reply::Echo,
    });
    let breaking = breaking.await;
    let _clock = Clock::stop();
    let port = breaking.address.port();
    let good = Task::start_at(&format!("127.7.7.2:{port}")).await;
    let url = format!("http://service-7.invalid:{port}");
    let client = EchoClient::new(Client::at(&url).unwrap().channel());
    let pool = Pool::of(&Target::parse(&url).unwrap(), Resilience::DEFAULT);
    pool.begin_lookup();
    pool.learn(Ok(vec![breaking.address, good.address]));
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let mut client = client.clone();
        calls.spawn(async move { client.unary("kudos").await.is_err() });
    }
    let failed = calls.join_all().await;
    assert_eq!(failed.into_iter().filter(|failed| *failed).count(), 10);
    for _ in 0..20 {
        client.clone().unary("kudos").await.unwrap();
    }
    let counts = (breaking.requests(), good.calls().len());
    assert_eq!(counts, (20, 20));
}
