//! How much the process grows over a million requests.

use std::fs;

use service_connect::Client;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::server::Server;
use crate::{MEMORY, report};

const WORKERS: usize = 64;
const TENTH: usize = 100_000;

pub fn run() {
    println!("memory: over 1,000,000 requests from {WORKERS} workers");
    let server = Server::start();
    let runtime = Runtime::new().expect("a runtime starts");
    let client = Client::at(&server.url).expect("the server has a URL");
    let mut first = None;
    let mut last = (0.0, 0.0);
    for _ in 0..10 {
        runtime.block_on(requests(&client));
        last = (resident(), MEMORY.current_usage_as_mb().into());
        let (resident, held) = last;
        println!("  {resident:6.1} MB resident, {held:6.2} MB allocated");
        first.get_or_insert(last);
    }
    let first = first.unwrap_or(last);
    // What the allocator keeps for itself moves by some pages.
    report("resident, growth", last.0 - first.0, "MB", 2.0);
    report("allocated, growth", last.1 - first.1, "MB", 0.1);
}

async fn requests(client: &Client) {
    let mut tasks = JoinSet::new();
    for _ in 0..WORKERS {
        let client = client.clone();
        tasks.spawn(async move {
            for _ in 0..TENTH / WORKERS {
                let response = client
                    .get("/some-request")
                    .await
                    .expect("the server answers");
                response.bytes().await.expect("with a body");
            }
        });
    }
    tasks.join_all().await;
}

fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("this benchmark is for Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.expect("proc(5) has it") / 1024.0
}
