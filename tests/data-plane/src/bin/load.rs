//! A caller of the shop that keeps calling: `load SERVICE SECONDS` has eight callers, each with a rest between two calls,
//! and writes `running` once every one of them had an answer, each second, each failure, and how many calls went how.

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use service_connect::{Client, Result};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

service_connect::clients!();

const CALLERS: usize = 8;
const REST: Duration = Duration::from_millis(5);
/// What hangs is to be seen within the few seconds of a test.
const DEADLINE: Duration = Duration::from_secs(2);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = env::args().skip(1);
    let service = arguments.next().unwrap_or_default();
    let seconds = arguments.next().and_then(|seconds| seconds.parse().ok());
    let seconds = seconds.unwrap_or(1);
    let end = Instant::now() + Duration::from_secs(seconds);
    let started = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let client = match service.as_str() {
            "orders" => Orders::client(),
            "stock" => Stock::client(),
            _ => panic!("{service:?} is not called under load: say orders or stock"),
        };
        let answer = format!("Hello from {service} in test\n");
        callers.spawn(caller(client, answer, end, Arc::clone(&started)));
    }
    tokio::spawn(async move {
        for second in 1..seconds {
            sleep(Duration::from_secs(1)).await;
            println!("second {second}");
        }
    });
    let (mut good, mut bad) = (0, 0);
    while let Some(caller) = callers.join_next().await {
        let counts = caller.unwrap_or_default();
        good += counts.0;
        bad += counts.1;
    }
    println!("good={good} bad={bad}");
}

async fn caller(
    client: Client,
    answer: String,
    end: Instant,
    started: Arc<AtomicUsize>,
) -> (usize, usize) {
    let (mut good, mut bad) = (0, 0);
    while Instant::now() < end {
        match call(&client).await {
            Ok(body) if body != answer => {
                bad += 1;
                println!("bad: something else answered: {body:?}");
            }
            Ok(_) => {
                good += 1;
                if good == 1 && started.fetch_add(1, Ordering::Relaxed) + 1 == CALLERS {
                    println!("running");
                }
            }
            Err(error) => {
                bad += 1;
                println!("bad: {error}");
            }
        }
        sleep(REST).await;
    }
    (good, bad)
}

async fn call(client: &Client) -> Result<String> {
    let response = client.get("/some-request").timeout(DEADLINE).await?;
    response.error_for_status()?.text().await
}
