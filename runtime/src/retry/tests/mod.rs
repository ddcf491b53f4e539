//! Calls of a service with several tasks, each at an address of this machine's loopback network.

mod judged;
mod proxy;
mod sent;
mod tasks;
mod told;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{advance, sleep};

use super::*;
use crate::Resilience;
use crate::choose::{Target, Way};
use crate::connection::Pool;

/// What a task does with a request, by its number and that of its connection.
type Reply = fn(task: usize, connection: usize) -> &'static str;

const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const BAD: &str = "HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n";
/// After 50 ms.
const SLOW: &str = "HTTP/1.1 200 OK\r\nx-after: 50\r\ncontent-length: 0\r\n\r\n";
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

    /// How many of so many GETs each task gets.
    async fn gets(&self, count: usize) -> Vec<usize> {
        let before = self.counts();
        for _ in 0..count {
            assert_eq!(self.get().await, 200);
        }
        let counts = self.counts().into_iter().zip(before);
        counts.map(|(all, before)| all - before).collect()
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
                // The end of an upload is not waited for.
                let is_upload = head.starts_with(b"PUT");
                if head.ends_with(b"\r\n\r\n") && !is_upload {
                    head.clear();
                    seen.lock().unwrap()[task].push(connection);
                    let answer = reply(task, connection);
                    let after = answer.split("x-after: ").nth(1);
                    if let Some(after) = after.and_then(|rest| rest.lines().next()) {
                        sleep(Duration::from_millis(after.parse().unwrap())).await;
                    }
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
    }
}

const TASKS: [[u8; 4]; 3] = [[127, 0, 0, 1], [127, 0, 0, 2], [127, 0, 0, 3]];
const PROXY: [[u8; 4]; 1] = [[127, 255, 0, 1]];

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
