//! Several tasks behind one override: calls take turns, and a task that is gone gets none after a while.

#[path = "support/child.rs"]
mod child;
mod support;

use service_connect::__private::{Application, Endpoint, Service};
use service_connect::Client;
use support::Server;
use tokio::net::TcpSocket;

static APPLICATION: Application = Application {
    callers: &["front-end"],
    environments: &[],
    base: "front-end",
};

static API: Service = Service::new(
    "api",
    &APPLICATION,
    &[],
    Endpoint {
        port: 80,
        connect: None,
        discovery: true,
        reason: "",
    },
);

const CALLS: usize = 60;

/// As a child: makes the calls, and says what became of them and where they went.
async fn call() {
    let client = Client::of(&API);
    for _ in 0..CALLS {
        let answer = client.get("/").await.unwrap().text().await.unwrap();
        assert_eq!(answer, "kudos");
    }
    let status = client.status();
    println!("url {}", client.base_url().unwrap());
    for task in status.tasks {
        println!("{} {}", task.address, task.ejected_for.is_some());
    }
}

#[test]
fn calls_are_spread_over_the_tasks_of_an_override_that_answer() {
    if child::is_child() {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        return runtime.enable_all().build().unwrap().block_on(call());
    }
    child::runtime().block_on(async {
        let servers = [Server::saying("kudos").await, Server::saying("kudos").await];
        // The port is taken, and nobody listens on it.
        let held = TcpSocket::new_v4().unwrap();
        held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let gone = held.local_addr().unwrap();
        let [one, other] = [&servers[0], &servers[1]].map(|server| server.address);
        let url = format!("http://{one},{gone},{other}");
        let name = "calls_are_spread_over_the_tasks_of_an_override_that_answer";
        let output = child::run(name, &[("SERVICE_CONNECT_URL_API", url)]);
        assert!(output.contains(&format!("url http://{one}\n")), "{output}");
        for (address, is_ejected) in [(one, false), (gone, true), (other, false)] {
            let line = format!("{address} {is_ejected}\n");
            assert!(output.contains(&line), "no {line} in {output}");
        }
        let [one, other] = servers.map(|server| server.seen().len());
        assert_eq!(one + other, CALLS, "{one} {other}");
        assert!(one.abs_diff(other) <= CALLS / 3, "{one} {other}");
    });
}
