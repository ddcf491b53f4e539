//! A caller of the shop that keeps calling until its input ends: `load SERVICE` has several callers, each with a rest
//! between two calls. It writes `running` once every one of them had an answer, how many went well in each second, how
//! each other failed, and how many calls went how.
//!
//! `load SERVICE grpc` calls it over gRPC, each time with another message, and `load SERVICE idempotent` says of these calls
//! that they may be carried out more than once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, thread};

use data_plane::grpc;
use data_plane::shared::CALLERS;
use service_connect::{Client, Idempotent, Result, StatusCode};
use tokio::task::JoinSet;
use tokio::time::sleep;

service_connect::clients!();

const REST: Duration = Duration::from_millis(5);
/// What hangs is to be seen within a test, and what only waits for this machine is not.
const DEADLINE: Duration = Duration::from_secs(5);

/// What all callers know.
#[derive(Default)]
struct Shared {
    is_over: AtomicBool,
    good: AtomicUsize,
    bad: AtomicUsize,
    /// How many callers had an answer.
    started: AtomicUsize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let service = env::args().nth(1).unwrap_or_default();
    let how = env::args().nth(2);
    let shared = Arc::new(Shared::default());
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let client = match service.as_str() {
            "orders" => Orders::client(),
            "stock" => Stock::client(),
            _ => panic!("{service:?} is not called under load: say orders or stock"),
        };
        let calls = match how.as_deref() {
            None => Calls::Http {
                client,
                answer: format!("Hello from {service} in test\n"),
            },
            Some(how) => Calls::Grpc {
                client: grpc::Client::new(client.channel()),
                is_idempotent: how == "idempotent",
                number,
                count: 0,
            },
        };
        callers.spawn(call_on(calls, Arc::clone(&shared)));
    }
    tokio::spawn(tell_seconds(Arc::clone(&shared)));
    // No task of tokio: one would keep this process from ending before its input does.
    thread::spawn({
        let shared = Arc::clone(&shared);
        move || {
            let read = io::copy(&mut io::stdin(), &mut io::sink());
            read.expect("the input can be read");
            shared.is_over.store(true, Ordering::Relaxed);
        }
    });
    while let Some(caller) = callers.join_next().await {
        caller.expect("a caller does not panic");
    }
    let (good, bad) = (&shared.good, &shared.bad);
    println!("good={good:?} bad={bad:?}");
}

async fn tell_seconds(shared: Arc<Shared>) {
    let mut before = 0;
    loop {
        sleep(Duration::from_secs(1)).await;
        let good = shared.good.load(Ordering::Relaxed);
        println!("second: {}", good - before);
        before = good;
    }
}

async fn call_on(mut calls: Calls, shared: Arc<Shared>) {
    let mut has_started = false;
    while !shared.is_over.load(Ordering::Relaxed) {
        match calls.call().await {
            Ok(()) => {
                shared.good.fetch_add(1, Ordering::Relaxed);
                if !has_started && shared.started.fetch_add(1, Ordering::Relaxed) + 1 == CALLERS {
                    println!("running");
                }
                has_started = true;
            }
            Err(problem) => {
                shared.bad.fetch_add(1, Ordering::Relaxed);
                println!("bad: {problem}");
            }
        }
        sleep(REST).await;
    }
}

/// How one caller calls.
enum Calls {
    Http {
        client: Client,
        answer: String,
    },
    Grpc {
        client: grpc::Client,
        is_idempotent: bool,
        number: usize,
        count: usize,
    },
}

impl Calls {
    /// An error is how it failed.
    async fn call(&mut self) -> Result<(), String> {
        match self {
            Self::Http { client, answer } => match get(client).await {
                Ok((StatusCode::OK, body)) if body == *answer => Ok(()),
                Ok((StatusCode::OK, body)) => Err(format!("something else: {body:?}")),
                Ok((status, _)) => Err(format!("status {}", status.as_u16())),
                Err(error) => Err(error.to_string()),
            },
            Self::Grpc {
                client,
                is_idempotent,
                number,
                count,
            } => {
                *count += 1;
                let message = format!("{number}/{count}");
                let mut request = tonic::Request::new(message.clone());
                request.set_timeout(DEADLINE);
                if *is_idempotent {
                    request.extensions_mut().insert(Idempotent);
                }
                match client.echo(request).await {
                    Ok(answer) if answer == message => Ok(()),
                    Ok(answer) => Err(format!("something else: {answer:?}")),
                    Err(status) => Err(format!("{:?}: {}", status.code(), status.message())),
                }
            }
        }
    }
}

async fn get(client: &Client) -> Result<(StatusCode, String)> {
    let response = client.get("/some-request").timeout(DEADLINE).await?;
    Ok((response.status(), response.text().await?))
}
