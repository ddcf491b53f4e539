//! Which connections calls share, and what becomes of these.

use std::time::Duration;

use service_connect::Resilience;
use tokio::task::JoinSet;
use tokio::time;
use tonic::Code;
use tonic::transport::Server;

use crate::support::{EchoClient, Task, bytes, messages};

#[tokio::test(flavor = "multi_thread")]
async fn calls_share_one() {
    let task = Task::start().await;
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        // Each from its own client: it is the process that has connections.
        let mut client = EchoClient::new(task.channel());
        calls.spawn(async move { client.unary("sleep:20").await.unwrap() });
    }
    calls.join_all().await;
    assert_eq!((task.connections(), task.calls().len()), (1, 100));
}

/// Where a server takes no more streams on it, they do not wait for each other.
#[tokio::test]
async fn a_full_one_gets_another_beside_it() {
    let server = Server::builder().max_concurrent_streams(2);
    let task = Task::start_with("127.0.0.1:0", server).await;
    let mut client = EchoClient::new(task.channel());
    let mut open = Vec::new();
    for _ in 0..6 {
        let (sender, stream) = messages();
        open.push((sender, client.chat(stream).await.unwrap()));
    }
    assert_eq!(task.connections(), 3);
    drop(open);
    task.ended(6).await;
    client.unary("kudos").await.unwrap();
    assert_eq!(task.connections(), 3);
}

/// With calls going on all the time, the server takes its leave, and another one comes in its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_fails_no_call() {
    let first = Task::start().await;
    let address = first.address.to_string();
    let mut calls = JoinSet::new();
    for caller in 0..8 {
        let mut client = EchoClient::new(first.channel());
        calls.spawn(async move {
            for number in 0..100 {
                client.unary(&format!("{caller}/{number}")).await.unwrap();
                time::sleep(Duration::from_millis(2)).await;
            }
        });
    }
    first.wait_for(200).await;
    let ended = first.stop();
    let second = loop {
        // Its socket may not be closed yet.
        if std::net::TcpListener::bind(&*address).is_ok() {
            break Task::start_at(&address).await;
        }
        tokio::task::yield_now().await;
    };
    calls.join_all().await;
    ended.await;
    let mut seen = first.calls();
    seen.extend(second.calls());
    assert!(first.calls().len() >= 200 && !second.calls().is_empty());
    assert_eq!(seen.len(), 800, "each is carried out");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 800, "and only once");
}

/// A stream goes on over a connection that is too old for new calls.
#[tokio::test]
async fn an_old_one_is_replaced_beside_what_is_on_it() {
    let task = Task::start().await;
    let mut client = EchoClient::new(task.channel());
    let (sender, stream) = messages();
    let mut answers = client.chat(stream).await.unwrap().into_inner();
    time::pause();
    time::advance(Duration::from_secs(31)).await;
    time::resume();
    // This one does not wait for the other connection, but it is opened.
    client.unary("kudos").await.unwrap();
    while task.connections() < 2 {
        client.unary("kudos").await.unwrap();
    }
    sender.send(bytes("still there")).await.unwrap();
    assert!(answers.message().await.unwrap().is_some());
    for _ in 0..20 {
        client.unary("kudos").await.unwrap();
    }
    assert_eq!(task.connections(), 2);
}

/// It belongs to the runtime that opened it: in another one it would hang while that one rests.
#[test]
fn each_runtime_has_its_own() {
    let server = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let task = server.block_on(Task::start());
    let mut client = EchoClient::new(task.channel());
    let mut resting = Vec::new();
    for connections in 1..4 {
        let calls = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        for _ in 0..2 {
            let limit = Duration::from_secs(10);
            let call = async { time::timeout(limit, client.unary("kudos")).await };
            calls.block_on(call).expect("it does not hang").unwrap();
        }
        assert_eq!(task.connections(), connections);
        resting.push(calls);
    }
    // What it opened ends with it.
    resting.remove(0);
    let call = client.unary("kudos");
    resting[0].block_on(call).unwrap();
    assert_eq!(task.connections(), 3);
}

#[tokio::test]
async fn there_are_no_more_calls_than_may_be() {
    let task = Task::start().await;
    let mut resilience = Resilience::DEFAULT;
    resilience.max_in_flight = 2;
    let client = task.client().with_resilience(resilience);
    let mut client = EchoClient::new(client.channel());
    let mut open = Vec::new();
    for _ in 0..2 {
        let (sender, stream) = messages();
        open.push((sender, client.chat(stream).await.unwrap()));
    }
    let status = client.unary("kudos").await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("max_in_flight"), "{status:?}");
    open.pop();
    client.unary("kudos").await.unwrap();
    assert_eq!(task.calls(), ["kudos"]);
}
