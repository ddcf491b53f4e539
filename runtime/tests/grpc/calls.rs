//! Calls of the four kinds.

use service_connect::Bytes;
use tonic::codegen::tokio_stream;
use tonic::{Code, Request};

use crate::support::{EchoClient, Task, bytes, messages, text};

#[tokio::test]
async fn a_call_has_an_answer_with_its_metadata() {
    let task = Task::start().await;
    let mut client = EchoClient::new(task.channel());
    let mut request = Request::new(bytes("kudos"));
    request
        .metadata_mut()
        .insert("x-request-id", "7".parse().unwrap());
    let answer = client.call(request).await.unwrap();
    assert_eq!(answer.metadata().get("x-echo").unwrap(), "yes");
    assert_eq!(text(&answer.into_inner()), "kudos");
    assert_eq!(task.header("x-request-id").unwrap(), "7");
    assert_eq!(task.header("te").unwrap(), "trailers");
    assert_eq!(task.header("content-type").unwrap(), "application/grpc");
    assert_eq!(task.calls(), ["kudos"]);
}

#[tokio::test]
async fn a_status_comes_back_as_it_is() {
    let task = Task::start().await;
    let mut client = EchoClient::new(task.channel());
    for code in [1, 2, 5, 7, 13, 14, 16] {
        let status = client.unary(&format!("fail:{code}")).await.unwrap_err();
        let expected = (Code::from_i32(code), "as it was asked to");
        assert_eq!((status.code(), status.message()), expected);
    }
    let mut stream = client.download(bytes("late:5")).await.unwrap().into_inner();
    assert_eq!(text(&stream.message().await.unwrap().unwrap()), "late:5");
    assert_eq!(stream.message().await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn streams_go_both_ways() {
    let task = Task::start().await;
    let mut client = EchoClient::new(task.channel());
    let mut stream = client
        .download(bytes("repeat:100"))
        .await
        .unwrap()
        .into_inner();
    let mut count = 0;
    while let Some(message) = stream.message().await.unwrap() {
        assert_eq!(text(&message), "repeat:100");
        count += 1;
    }
    assert_eq!(count, 100);

    let parts = (0..100).map(|_| bytes("kudos"));
    assert_eq!(
        client.upload(tokio_stream::iter(parts)).await.unwrap(),
        "500"
    );
    let none = tokio_stream::iter(Vec::new());
    assert_eq!(client.upload(none).await.unwrap(), "0");

    // Each message is answered before the next one is there.
    let (sender, stream) = messages();
    let mut answers = client.chat(stream).await.unwrap().into_inner();
    for number in 0..50 {
        sender.send(bytes(&number.to_string())).await.unwrap();
        let answer = answers.message().await.unwrap().unwrap();
        assert_eq!(text(&answer), number.to_string());
    }
    drop(sender);
    assert!(answers.message().await.unwrap().is_none());
}

/// More than any window, many at a time, with others beside them.
#[tokio::test(flavor = "multi_thread")]
async fn large_messages_go_through() {
    let task = Task::start().await;
    let large = Bytes::from(vec![b'x'; 8 * 1024 * 1024]);
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let (mut client, large) = (EchoClient::new(task.channel()), large.clone());
            tokio::spawn(async move {
                let answer = client.call(large.clone()).await.unwrap().into_inner();
                assert!(answer == large);
                client.unary("small").await.unwrap()
            })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), "small");
    }
    assert_eq!(task.connections(), 1);
}

/// Whoever does not read holds nobody else up.
#[tokio::test]
async fn streams_that_nobody_reads_are_in_nobodys_way() {
    let task = Task::start().await;
    let mut client = EchoClient::new(task.channel());
    let mut unread = Vec::new();
    for _ in 0..8 {
        let endless = bytes(&"x".repeat(1024 * 1024));
        unread.push(client.download(endless).await.unwrap());
    }
    assert_eq!(client.unary("kudos").await.unwrap(), "kudos");
    assert_eq!(task.connections(), 1);
}

#[tokio::test]
async fn what_is_dropped_is_cancelled() {
    let task = Task::start().await;
    let mut client = EchoClient::new(task.channel());
    let mut other = client.clone();
    // Before the head of the answer,
    tokio::select! {
        _ = client.unary("hang") => unreachable!(),
        () = task.wait_for(1) => {}
    }
    task.ended(1).await;
    // in the middle of it,
    let mut stream = client
        .download(bytes("endless"))
        .await
        .unwrap()
        .into_inner();
    stream.message().await.unwrap();
    drop(stream);
    task.ended(2).await;
    // and with an upload that waits for its source.
    let (_sender, stream) = messages();
    let answers = client.chat(stream).await.unwrap();
    drop(answers);
    task.ended(3).await;
    assert_eq!(other.unary("kudos").await.unwrap(), "kudos");
    assert_eq!(task.connections(), 1);
}
