//! The service that is called: it answers everything with its address, and writes a line for each POST that arrives.
//!
//! A call is to `/CALLER/NUMBER`; how many calls of whom arrived in which second of the clock is at `/arrivals`. `USR1`
//! makes it answer 503, `USR2` has it wait for 200 ms before each answer, and either undoes what it did.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

const DELAY: Duration = Duration::from_millis(200);

#[derive(Default)]
struct Task {
    is_unwell: AtomicBool,
    is_slow: AtomicBool,
    arrivals: Mutex<BTreeMap<(String, u64), u64>>,
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok());
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build()?;
    runtime.block_on(serve(port.unwrap_or(80)))
}

async fn serve(port: u16) -> io::Result<()> {
    let task = Arc::new(Task::default());
    toggle_at(SignalKind::user_defined1(), &task, |task| &task.is_unwell)?;
    toggle_at(SignalKind::user_defined2(), &task, |task| &task.is_slow)?;
    let listener = TcpListener::bind(("0.0.0.0", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let address = stream.local_addr()?.ip().to_string();
        let task = Arc::clone(&task);
        let answer = service_fn(move |request| answer(Arc::clone(&task), address.clone(), request));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
        // How a connection ends is what the callers tell.
        tokio::spawn(async move { drop(connection.await) });
    }
}

fn toggle_at(
    kind: SignalKind,
    task: &Arc<Task>,
    switch: fn(&Task) -> &AtomicBool,
) -> io::Result<()> {
    let mut signals = signal(kind)?;
    let task = Arc::clone(task);
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            switch(&task).fetch_xor(true, Ordering::Relaxed);
        }
    });
    Ok(())
}

async fn answer(
    task: Arc<Task>,
    address: String,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let path = request.uri().path();
    if path == "/arrivals" {
        return Ok(Response::new(task.tell().into()));
    }
    let caller = path.split('/').nth(1).unwrap_or_default();
    task.count(caller);
    if request.method() == Method::POST {
        println!("executed {path}");
    }
    request.into_body().collect().await?;
    if task.is_slow.load(Ordering::Relaxed) {
        tokio::time::sleep(DELAY).await;
    }
    let mut response = Response::new(Full::from(address));
    if task.is_unwell.load(Ordering::Relaxed) {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(response)
}

impl Task {
    fn count(&self, caller: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let second = now.map_or(0, |now| now.as_secs());
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        *arrivals.entry((caller.to_owned(), second)).or_default() += 1;
    }

    fn tell(&self) -> String {
        let arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = String::new();
        for ((caller, second), count) in &*arrivals {
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{caller} {second} {count}");
        }
        lines
    }
}
