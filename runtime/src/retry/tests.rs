//! Calls of a service with several tasks, each at an address of this machine's loopback network.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::advance;

use super::*;
use crate::Resilience;
use crate::choose::{Target, Way};
use crate::connection::Pool;

/// What a task does with a request, by its number and that of its connection.
type Reply = fn(task: usize, connection: usize) -> &'static str;

const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const BAD: &str = "HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n";
/// After 50 ms.
const SLOW: &str = "HTTP/1.1 200 OK\r\nx-slow: yes\r\ncontent-length: 0\r\n\r\n";
/// It never answers.
const SILENT: &str = "";

/// A service, and what its tasks saw: the number of each one's connection for each request.
struct Service {
    route: Route,
    pool: Arc<Pool>,
    seen: Arc<Mutex<Vec<Vec<usize>>>>,
}

impl Service {
    /// One whose name nobody knows, so that its tasks are those at these addresses.
    async fn start(addresses: &[[u8; 4]], resilience: Resilience, reply: Reply) -> Service {
        Service::start_at(0, addresses, resilience, reply).await
    }

    async fn start_at(
        mut port: u16,
        addresses: &[[u8; 4]],
        resilience: Resilience,
        reply: Reply,
    ) -> Service {
        let seen = Arc::new(Mutex::new(vec![Vec::new(); addresses.len()]));
        let mut answer = Vec::new();
        for (task, address) in addresses.iter().enumerate() {
            let address = SocketAddr::from((Ipv4Addr::from(*address), port));
            let listener = TcpListener::bind(address).await.unwrap();
            port = listener.local_addr().unwrap().port();
            answer.push(listener.local_addr().unwrap());
            tokio::spawn(serve(listener, task, Arc::clone(&seen), reply));
        }
        let target = Target::parse(&format!("http://service.invalid:{port}")).unwrap();
        let choice = Choice {
            target: target.clone(),
            way: Way::Discovery,
            fallback: None,
            environment: None,
            deployed: true,
        };
        let service = Service {
            pool: Pool::of(&target, resilience),
            route: Route::new(choice, resilience),
            seen,
        };
        service.learn(answer);
        service
    }

    /// The tasks are at these addresses, as DNS has it.
    fn learn(&self, answer: Vec<SocketAddr>) {
        assert!(self.pool.begin_lookup());
        self.pool.learn(Ok(answer));
    }

    async fn call(&self, method: Method, limit: Duration) -> Result<StatusCode> {
        let mut request = Request::new(Body::default());
        *request.method_mut() = method;
        let deadline = Deadline::DEFAULT.with_limit(limit);
        let outcome = send(&self.route, "service", framed(request), deadline).await;
        outcome.answer.map(|answer| answer.status())
    }

    async fn get(&self) -> StatusCode {
        let limit = Duration::from_secs(10);
        self.call(Method::GET, limit).await.unwrap()
    }

    /// How many requests each task got.
    fn counts(&self) -> Vec<usize> {
        self.seen.lock().unwrap().iter().map(Vec::len).collect()
    }

    /// Over how many connections the first task got its requests.
    fn connections(&self) -> usize {
        let seen = self.seen.lock().unwrap();
        seen[0].iter().max().map_or(0, |last| last + 1)
    }
}

async fn serve(
    listener: TcpListener,
    task: usize,
    seen: Arc<Mutex<Vec<Vec<usize>>>>,
    reply: Reply,
) {
    let connections = AtomicUsize::new(0);
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let connection = connections.fetch_add(1, Ordering::Relaxed);
        let seen = Arc::clone(&seen);
        tokio::spawn(async move {
            let mut head = Vec::new();
            while stream.read_buf(&mut head).await.is_ok_and(|read| read > 0) {
                if head.ends_with(b"\r\n\r\n") {
                    head.clear();
                    seen.lock().unwrap()[task].push(connection);
                    let answer = reply(task, connection);
                    if answer == SLOW {
                        sleep(Duration::from_millis(50)).await;
                    }
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
    }
}

const TASKS: [[u8; 4]; 3] = [[127, 0, 0, 1], [127, 0, 0, 2], [127, 0, 0, 3]];
const PROXY: [[u8; 4]; 1] = [[127, 255, 0, 1]];

#[tokio::test]
async fn requests_are_spread_over_the_tasks() {
    let service = Service::start(&TASKS, Resilience::DEFAULT, |_, _| GOOD).await;
    for _ in 0..60 {
        assert_eq!(service.get().await, 200);
    }
    assert_eq!(service.counts(), [20, 20, 20]);
    assert_eq!(service.connections(), 1, "one that is idle is used again");
}

#[tokio::test]
async fn a_task_that_fails_is_passed_over_after_five_times() {
    let reply: Reply = |task, _| if task == 1 { BAD } else { GOOD };
    let service = Service::start(&TASKS, Resilience::DEFAULT, reply).await;
    for _ in 0..60 {
        assert_eq!(service.get().await, 200);
    }
    assert_eq!(service.counts()[1], 5);
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

/// Nobody accepts there: once its queue is full, the kernel drops what asks to connect.
async fn deaf() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(0).unwrap();
    for _ in 0..8 {
        tokio::spawn(TcpStream::connect(listener.local_addr().unwrap()));
        tokio::task::yield_now().await;
    }
    listener
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

#[tokio::test]
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

#[tokio::test]
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

/// Where all fail it is not the connection.
#[tokio::test]
async fn a_service_in_trouble_keeps_its_connections() {
    for addresses in [&TASKS[..1], &PROXY] {
        let service = Service::start(addresses, Resilience::DEFAULT, |_, _| BAD).await;
        for _ in 0..200 {
            let status = service.call(Method::POST, Duration::from_secs(10)).await;
            assert_eq!(status.unwrap(), 503);
        }
        assert!(service.connections() <= 16, "{}", service.connections());
    }
}

#[tokio::test]
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
