//! How long a call may take, and who says so.

use std::time::Duration;

use tokio::time::Instant;
use tonic::{Code, Request};

use crate::support::{EchoClient, Task, bytes, messages, text};

fn within(limit: u64, message: &str) -> Request<service_connect::Bytes> {
    let mut request = Request::new(bytes(message));
    request.set_timeout(Duration::from_millis(limit));
    request
}

#[tokio::test]
async fn the_deadline_of_the_request_covers_all_of_it() {
    let task = Task::start().await;
    let mut client = EchoClient::new(task.channel());
    let start = Instant::now();
    let status = client.call(within(200, "hang")).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    let took = start.elapsed().as_millis();
    assert!((200..2000).contains(&took), "{took}");
    // The service is told what is left.
    let left = task.header("grpc-timeout").unwrap();
    let left: u32 = left.strip_suffix('u').unwrap().parse().unwrap();
    assert!((1..=200_000).contains(&left), "{left}");
    task.ended(1).await;

    let start = Instant::now();
    let answer = client.download(within(300, "endless")).await.unwrap();
    let mut stream = answer.into_inner();
    let status = loop {
        match stream.message().await {
            Ok(Some(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            Ok(None) => panic!("it has no end"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(client.unary("kudos").await.unwrap(), "kudos");
}

#[tokio::test]
async fn without_one_that_of_the_client_covers_the_head() {
    let task = Task::start().await;
    let client = task.client().with_timeout(Duration::from_millis(200));
    let mut client = EchoClient::new(client.channel());
    let status = client.unary("hang").await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    let message = status.message();
    assert!(
        message.contains("within the deadline of 200ms"),
        "{message}"
    );
    assert!(message.contains("`set_timeout`"), "{message}");
    // What comes after it may take longer, and so may what the caller has to say.
    let (sender, stream) = messages();
    let mut answers = client.chat(stream).await.unwrap().into_inner();
    tokio::time::sleep(Duration::from_millis(400)).await;
    sender.send(bytes("late")).await.unwrap();
    assert_eq!(text(&answers.message().await.unwrap().unwrap()), "late");
    assert_eq!(task.header("grpc-timeout"), None);
}

#[tokio::test]
async fn drain_waits_for_streams() {
    let task = Task::start().await;
    let mut client = EchoClient::new(task.channel());
    let mut stream = client
        .download(bytes("repeat:3"))
        .await
        .unwrap()
        .into_inner();
    stream.message().await.unwrap();
    // Others in this process may be in flight too, so it is this one's end that is looked for.
    assert!(!service_connect::drain(Duration::from_millis(50)).await);
    while stream.message().await.unwrap().is_some() {}
}
