//! The server: a loopback port, and what came over it.
//!
//! ```
//! use service_connect::Method;
//! use service_connect::testing::Server;
//!
//! # async fn test() -> service_connect::Result<()> {
//! let server = Server::start().await;
//! server.on(Method::GET, "/kudos/7").text("well done");
//!
//! let call = tokio::spawn(server.client().get("/kudos/7").send());
//! let requests = server.wait_for_requests(1).await;
//! assert_eq!(requests[0].target(), "/kudos/7");
//! assert_eq!(call.await.unwrap()?.text().await?, "well done");
//! # Ok(())
//! # }
//! # let mut runtime = tokio::runtime::Builder::new_current_thread();
//! # runtime.enable_all().build().unwrap().block_on(test()).unwrap();
//! ```

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::connection::serve;
use super::state::State;
use super::{On, Request};
use crate::{Client, Resilience};

const NO_PORT: &str = "a test server needs a port of the loopback interface";

/// How long a test waits for requests that do not come.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it takes until a connection is accepted again after that failed, as without file descriptors.
const AGAIN: Duration = Duration::from_millis(10);

/// An HTTP/1.1 server on a loopback port of its own. Dropping it closes the port and all connections.
///
/// It runs in tasks of the tokio runtime that it was started in, so a test must not block the only thread of that.
pub struct Server {
    client: Client,
    url: String,
    state: Arc<State>,
    /// Accepts, and owns the tasks of the connections: they end with it, and it ends with this.
    task: JoinSet<()>,
    /// Keeps the port of a server that refuses.
    _port: Option<TcpSocket>,
}

impl Server {
    /// Starts a server that has no answers yet: a request without one gets 501 and a text that says so.
    ///
    /// # Panics
    /// If there is no loopback interface, or no tokio runtime with io and time enabled.
    pub async fn start() -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = listener.expect(NO_PORT);
        let mut server = Server::at(address);
        let state = Arc::clone(&server.state);
        server.task.spawn(accept(listener, state));
        server
    }

    /// A server that is down: its port refuses connections, and belongs to nobody else until this is dropped.
    ///
    /// # Panics
    /// As [`start`](Server::start).
    #[must_use]
    pub fn refusing() -> Server {
        // Bound, so that nobody else gets the port, and never listened on.
        let bound = TcpSocket::new_v4().and_then(|socket| {
            socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
            Ok((socket.local_addr()?, socket))
        });
        let (address, socket) = bound.expect(NO_PORT);
        Server {
            _port: Some(socket),
            ..Server::at(address)
        }
    }

    #[track_caller]
    fn at(address: SocketAddr) -> Server {
        let url = format!("http://{address}");
        let client = Client::at(&url).expect("an address and a port make a base URL");
        Server {
            client: client.with_resilience(Resilience::OFF),
            url,
            state: Arc::default(),
            task: JoinSet::new(),
            _port: None,
        }
    }

    /// The base URL: `http://127.0.0.1:` and the port.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of this server. It sends each request once, so that the server sees what the test does; for what calls do
    /// otherwise, give it `Resilience::DEFAULT` [again](Client::with_resilience).
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// What to answer to this method and path; `{…}` as a segment stands for any one, as in typed routes.
    ///
    /// A path with a query is for that query only, one without for any. Of two that fit the one that was set last
    /// wins, so that a test can change what was set for all.
    ///
    /// # Panics
    /// For a path that no request can have, such as one with a line break.
    #[track_caller]
    pub fn on(&self, method: Method, path: impl AsRef<str>) -> On<'_> {
        self.state.routes.on(method, path.as_ref())
    }

    /// What to answer to all other requests.
    pub fn otherwise(&self) -> On<'_> {
        self.state.routes.otherwise()
    }

    /// The requests so far, in the order in which they were complete; also those without an answer.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.borrow().clone()
    }

    /// Waits until so many requests came, and gives all that did.
    ///
    /// # Panics
    /// If they do not within 10 s.
    pub async fn wait_for_requests(&self, count: usize) -> Vec<Request> {
        let mut requests = self.state.requests.subscribe();
        let enough = requests.wait_for(|requests| requests.len() >= count);
        if let Ok(Ok(requests)) = timeout(PATIENCE, enough).await {
            return requests.clone();
        }
        let seen = self.requests();
        let seen = seen
            .iter()
            .map(|request| format!("{} {}", request.method(), request.target()));
        let seen: Vec<_> = seen.collect();
        panic!(
            "{count} requests were to come within {PATIENCE:?}, and {} did: {}",
            seen.len(),
            seen.join(", ")
        );
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(serve(stream, Arc::clone(&state)))),
            Err(_) => sleep(AGAIN).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.url).finish()
    }
}
