//! A GET over loopback to one task.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use service_connect::Client;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::server::Server;
use crate::{median, report};

const ROUNDS: usize = 21;
const REQUESTS: usize = 10_000;

pub fn run() {
    println!("get: CPU time of this process a request, to one task over loopback");
    let server = Server::start();
    let runtime = Runtime::new().expect("a runtime starts");
    let ours = Client::at(&server.url).expect("the server has a URL");
    let url = format!("{}/some-request", server.url);
    let url = reqwest::Url::parse(&url).expect("the server has a URL");
    let reqwest = (reqwest::Client::new(), url);
    for workers in [1, 16, 64] {
        let [mut our_times, mut their_times, mut ratios] = [const { Vec::new() }; 3];
        for round in 0..=ROUNDS {
            let ours = || cost(&runtime, workers, ours.clone(), through_ours);
            let reqwest = || cost(&runtime, workers, reqwest.clone(), through_reqwest);
            // In turns, so that neither always finds the machine as the other left it.
            let (one, other) = if round % 2 == 0 {
                let one = ours();
                (one, reqwest())
            } else {
                let other = reqwest();
                (ours(), other)
            };
            // The first opens the connections.
            if round > 0 {
                our_times.push(one);
                their_times.push(other);
                ratios.push(one / other);
            }
        }
        println!(
            "  {workers:2} workers: ours {:.1} µs, reqwest {:.1} µs",
            median(our_times),
            median(their_times)
        );
        report("ours over reqwest", median(ratios), "", 0.8);
    }
}

async fn through_ours(client: Client, times: usize) {
    for _ in 0..times {
        let response = client.get("/some-request").await;
        let body = response.expect("the server answers").bytes();
        body.await.expect("with a body");
    }
}

/// Its URL is parsed once: what reqwest needs to know of the path is not counted.
async fn through_reqwest((client, url): (reqwest::Client, reqwest::Url), times: usize) {
    for _ in 0..times {
        let response = client.get(url.clone()).send().await;
        let body = response.expect("the server answers").bytes();
        body.await.expect("with a body");
    }
}

/// Microseconds of CPU time that a request takes.
fn cost<C, F>(runtime: &Runtime, workers: usize, client: C, work: fn(C, usize) -> F) -> f64
where
    C: Clone,
    F: Future<Output = ()> + Send + 'static,
{
    let times = REQUESTS / workers;
    let before = cpu_time();
    runtime.block_on(async {
        let workers = (0..workers).map(|_| work(client.clone(), times));
        workers.collect::<JoinSet<()>>().join_all().await;
    });
    let taken = cpu_time().saturating_sub(before);
    let requests = u32::try_from(times * workers).expect("it is a small number");
    taken.as_secs_f64() * 1e6 / f64::from(requests)
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("time goes forward")
}
