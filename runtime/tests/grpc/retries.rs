//! What is sent again, and what is not.

use h2::Reason;
use service_connect::{Channel, Idempotent, Resilience};
use tonic::codegen::tokio_stream;
use tonic::{Code, Request, Status};

use crate::h2_server::{Reply, Server};
use crate::support::{EchoClient, bytes, text};

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
