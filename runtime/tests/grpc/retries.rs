//! What is sent again, and what is not.

use std::time::Duration;

use h2::Reason;
use service_connect::{Channel, Idempotent, Resilience};
use tonic::codegen::tokio_stream;
use tonic::{Code, Request, Status};

use crate::h2_server::{Reply, Server};
use crate::support::{EchoClient, bytes, messages, text};

async fn call(channel: Channel, is_idempotent: bool) -> Result<String, Status> {
    let mut request = Request::new(bytes("kudos"));
    if is_idempotent {
        request.extensions_mut().insert(Idempotent);
    }
    let answer = EchoClient::new(channel).call(request).await?;
    Ok(text(&answer.into_inner()))
}

/// Of what the server says that it did nothing, any method goes on, whatever the settings.
#[tokio::test]
async fn what_was_refused_is_sent_again() {
    for refusal in [Reply::Reset(Reason::REFUSED_STREAM), Reply::GoAway] {
        for resilience in [Resilience::DEFAULT, Resilience::OFF] {
            let server =
                Server::start(move |stream| if stream < 2 { refusal } else { Reply::Echo }).await;
            let client = server.client().with_resilience(resilience);
            let answer = call(client.channel(), false).await;
            assert_eq!(answer.unwrap(), "kudos", "{refusal:?}");
            assert_eq!((server.streams(), server.requests()), (3, 1), "{refusal:?}");
        }
        // But not for ever.
        let server = Server::start(move |_| refusal).await;
        let status = call(server.client().channel(), true).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{refusal:?}");
        assert!(status.message().contains("did nothing of it"), "{status:?}");
        assert_eq!(server.streams(), 4, "{refusal:?}");
    }
}

/// The whole stream of messages, from its beginning.
#[tokio::test]
async fn an_upload_begins_anew() {
    let refusal = Reply::Reset(Reason::REFUSED_STREAM);
    let server = Server::start(move |stream| {
        if stream == 0 {
            refusal
        } else {
            Reply::Status("0")
        }
    })
    .await;
    let parts = (0..20_u8).map(|number| vec![number; 10_000].into());
    let mut client = EchoClient::new(server.client().channel());
    let status = client.upload(tokio_stream::iter(parts)).await.unwrap_err();
    // That it answers nothing is not what is asked here.
    assert_eq!(status.code(), Code::Internal, "{status:?}");
    let bodies = server.bodies.lock().unwrap();
    assert_eq!((server.streams(), bodies.len()), (2, 1));
    let messages: Vec<u8> = bodies[0].chunks(10_005).map(|message| message[5]).collect();
    assert_eq!(messages, (0..20).collect::<Vec<u8>>());
}

#[tokio::test]
async fn what_may_have_been_done_is_sent_again_only_where_the_caller_says_so() {
    for (first, code) in [
        (Reply::Status("14"), Code::Unavailable),
        (Reply::Http(502), Code::Unavailable),
        (Reply::Http(503), Code::Unavailable),
        (Reply::Http(504), Code::Unavailable),
        (Reply::Break, Code::Unavailable),
        (Reply::Reset(Reason::INTERNAL_ERROR), Code::Internal),
        (Reply::Reset(Reason::CANCEL), Code::Cancelled),
        (
            Reply::Reset(Reason::ENHANCE_YOUR_CALM),
            Code::ResourceExhausted,
        ),
        (
            Reply::Reset(Reason::INADEQUATE_SECURITY),
            Code::PermissionDenied,
        ),
    ] {
        let server = || Server::start(move |stream| if stream == 0 { first } else { Reply::Echo });
        let once = server().await;
        let status = call(once.client().channel(), false).await.unwrap_err();
        assert_eq!(
            (status.code(), once.streams()),
            (code, 1),
            "{first:?}: {status:?}"
        );
        let twice = server().await;
        let answer = call(twice.client().channel(), true).await;
        assert_eq!(
            (answer.unwrap().as_str(), twice.streams()),
            ("kudos", 2),
            "{first:?}"
        );
        let off = server().await;
        let client = off.client().with_resilience(Resilience::OFF);
        let status = call(client.channel(), true).await.unwrap_err();
        assert_eq!((status.code(), off.streams()), (code, 1), "{first:?}");
    }
}

#[tokio::test]
async fn what_is_an_answer_is_not_sent_again() {
    for (reply, code) in [
        (Reply::Status("13"), Code::Internal),
        (Reply::Status("8"), Code::ResourceExhausted),
        (Reply::Http(404), Code::Unimplemented),
        (Reply::Http(429), Code::Unavailable),
        (Reply::ResetLater(Reason::INTERNAL_ERROR), Code::Internal),
        (Reply::ResetLater(Reason::REFUSED_STREAM), Code::Unavailable),
    ] {
        let server = Server::start(move |_| reply).await;
        let status = call(server.client().channel(), true).await.unwrap_err();
        assert_eq!(
            (status.code(), server.streams()),
            (code, 1),
            "{reply:?}: {status:?}"
        );
    }
}

#[tokio::test]
async fn the_last_answer_comes_back() {
    let server = Server::start(|_| Reply::Status("14")).await;
    let status = call(server.client().channel(), true).await.unwrap_err();
    assert_eq!((status.code(), server.streams()), (Code::Unavailable, 3));
}

/// The messages go to the second one, though the first one never ends its stream.
#[tokio::test]
async fn what_is_sent_again_goes_to_the_last_one_only() {
    let server = Server::start(|stream| {
        if stream == 0 {
            Reply::Open(503)
        } else {
            Reply::Status("0")
        }
    })
    .await;
    let (sender, messages) = messages();
    let mut request = Request::new(messages);
    request.extensions_mut().insert(Idempotent);
    let mut client = EchoClient::new(server.client().channel());
    let call = tokio::spawn(async move { client.upload_of(request).await });
    sender.send(bytes("first")).await.unwrap();
    while server.streams() < 2 {
        tokio::task::yield_now().await;
    }
    sender.send(bytes("second")).await.unwrap();
    drop(sender);
    let ended = tokio::time::timeout(Duration::from_secs(10), call).await;
    // That it answers nothing is not what is asked here.
    assert_eq!(ended.unwrap().unwrap().unwrap_err().code(), Code::Internal);
    let bodies = server.bodies.lock().unwrap();
    assert_eq!(bodies.len(), 1);
    assert!(
        bodies[0].windows(6).any(|part| part == b"second"),
        "{bodies:?}"
    );
}

/// What is to be waited for longer than the deadline is not.
#[tokio::test]
async fn who_asks_to_be_left_alone_for_too_long_has_answered() {
    for (asked, streams) in [("3600000", 1), ("18446744073709551615", 1), ("5", 3)] {
        let server = Server::start(move |_| Reply::Pushback(asked)).await;
        let client = server.client().with_timeout(Duration::from_secs(30));
        let ended = call(client.channel(), true);
        let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
        let status = ended.unwrap().unwrap_err();
        assert_eq!(
            (status.code(), server.streams()),
            (Code::Unavailable, streams),
            "{asked}"
        );
    }
}

#[tokio::test]
async fn a_source_that_panics_ends_its_call() {
    let server = Server::start(|_| Reply::Status("0")).await;
    let (sender, messages) = messages();
    let messages = tokio_stream::StreamExt::map(messages, |message| {
        assert_ne!(message, "bad", "a source may panic");
        message
    });
    let mut client = EchoClient::new(server.client().channel());
    let call = tokio::spawn(async move { client.upload(messages).await });
    sender.send(bytes("good")).await.unwrap();
    while server.streams() < 1 {
        tokio::task::yield_now().await;
    }
    sender.send(bytes("bad")).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), call).await;
    assert!(
        ended
            .expect("it ends")
            .map_or(true, |answer| answer.is_err())
    );
}
