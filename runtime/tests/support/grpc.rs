//! A gRPC service of tonic, whose messages are text, and a client of it: what `tonic-prost-build` would generate, by hand.
//!
//! What it does is said by the message: see [`Echo`].

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::future::{pending, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

use super::{Channel, Client};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::tokio_stream::{self, Stream, StreamExt};
use tonic::codegen::{BoxFuture, BoxStream, Service, http};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status, Streaming};
use tower::service_fn;

/// A service with one task.
pub struct Task {
    pub address: SocketAddr,
    pub echo: Echo,
    stop: Arc<Notify>,
    server: JoinHandle<()>,
}

/// What a task does, and what it saw. Of a message `verb:argument`:
///
/// - `fail:14` is answered with that status and nothing else, `late:14` after a message, `fail-at:127.0.0.1/14` if that is
///   its address;
/// - `sleep:50` is answered after 50 ms, `hang` never, `hang-at:127.0.0.1` neither if that is its address;
/// - `repeat:3` is answered three times where the answer is a stream.
#[derive(Clone, Default)]
pub struct Echo {
    address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    calls: Mutex<Vec<String>>,
    headers: Mutex<http::HeaderMap>,
    arrived: Notify,
    /// Calls that ended, or were dropped.
    ended: AtomicUsize,
    end: Notify,
    connections: AtomicUsize,
}

impl Task {
    pub async fn start() -> Task {
        Task::start_at("127.0.0.1:0").await
    }

    pub async fn start_at(address: &str) -> Task {
        Task::start_with(address, Server::builder()).await
    }

    pub async fn start_with(address: &str, server: Server) -> Task {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (echo, stop) = (Echo::at(address), Arc::<Notify>::default());
        let (service, stopped) = (echo.clone(), Arc::clone(&stop));
        let state = Arc::clone(&echo.state);
        let incoming = TcpIncoming::from(listener).map(move |stream| {
            state.connections.fetch_add(1, Ordering::Relaxed);
            stream
        });
        let server = tokio::spawn(async move {
            let stopped = async move { stopped.notified().await };
            let serving = server.serve_with_incoming_shutdown(service, incoming, stopped);
            serving.await.unwrap();
        });
        Task {
            address,
            echo,
            stop,
            server,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn client(&self) -> Client {
        Client::at(self.url()).unwrap()
    }

    pub fn channel(&self) -> Channel {
        self.client().channel()
    }

    /// Takes no more requests, and ends with the last of those that it has.
    pub fn stop(&self) -> impl Future<Output = ()> + use<> {
        self.stop.notify_one();
        let ended = self.server.abort_handle();
        async move {
            while !ended.is_finished() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// What came, in the order that it came.
    pub fn calls(&self) -> Vec<String> {
        self.echo.state.calls.lock().unwrap().clone()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let headers = self.echo.state.headers.lock().unwrap();
        Some(headers.get(name)?.to_str().unwrap().to_owned())
    }

    pub fn connections(&self) -> usize {
        self.echo.state.connections.load(Ordering::Relaxed)
    }

    pub async fn wait_for(&self, calls: usize) {
        loop {
            let arrived = self.echo.state.arrived.notified();
            if self.calls().len() >= calls {
                return;
            }
            arrived.await;
        }
    }

    /// Waits until so many calls have ended, whoever ended them.
    pub async fn ended(&self, calls: usize) {
        loop {
            let end = self.echo.state.end.notified();
            if self.echo.state.ended.load(Ordering::Relaxed) >= calls {
                return;
            }
            end.await;
        }
    }
}

/// Says when a call has ended.
struct Ends(Arc<State>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
        self.0.end.notify_waiters();
        self.0.end.notify_one();
    }
}

impl Echo {
    fn at(address: SocketAddr) -> Echo {
        Echo {
            address: address.ip().to_string(),
            state: Arc::default(),
        }
    }

    fn sees(&self, message: &Bytes) -> String {
        let text = String::from_utf8_lossy(message).into_owned();
        self.state
            .calls
            .lock()
            .unwrap()
            .push(text.chars().take(40).collect());
        self.state.arrived.notify_waiters();
        self.state.arrived.notify_one();
        text
    }

    async fn answer(&self, message: Bytes) -> Result<Bytes, Status> {
        let text = self.sees(&message);
        match text.split_once(':') {
            Some(("fail", code)) => Err(status(code)),
            Some(("sleep", millis)) => {
                tokio::time::sleep(Duration::from_millis(millis.parse().unwrap())).await;
                Ok(message)
            }
            Some(("fail-at", it)) => match it.split_once('/') {
                Some((address, code)) if address == self.address => Err(status(code)),
                _ => Ok(message),
            },
            Some(("hang-at", address)) if address == self.address => pending().await,
            _ if text == "hang" => pending().await,
            _ => Ok(message),
        }
    }

    async fn unary(self, request: Request<Bytes>) -> Result<Response<Bytes>, Status> {
        let _ends = Ends(Arc::clone(&self.state));
        let mut response = Response::new(self.answer(request.into_inner()).await?);
        response
            .metadata_mut()
            .insert("x-echo", "yes".parse().unwrap());
        Ok(response)
    }

    fn download(&self, request: Request<Bytes>) -> Result<Response<BoxStream<Bytes>>, Status> {
        let message = request.into_inner();
        let text = self.sees(&message);
        let ends = Ends(Arc::clone(&self.state));
        let (verb, argument) = text.split_once(':').unwrap_or((&text, ""));
        let (count, end) = match verb {
            "fail" => return Err(status(argument)),
            "late" => (1, Some(status(argument))),
            "repeat" => (argument.parse().unwrap(), None),
            _ => (usize::MAX, None),
        };
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            let _ends = ends;
            for _ in 0..count {
                if sender.send(Ok(message.clone())).await.is_err() {
                    return;
                }
            }
            if let Some(end) = end {
                let _ = sender.send(Err(end)).await;
            }
        });
        Ok(Response::new(Box::pin(
            tokio_stream::wrappers::ReceiverStream::new(receiver),
        )))
    }

    async fn upload(self, request: Request<Streaming<Bytes>>) -> Result<Response<Bytes>, Status> {
        let _ends = Ends(Arc::clone(&self.state));
        let mut messages = request.into_inner();
        let mut size = 0;
        while let Some(message) = messages.message().await? {
            size += message.len();
            self.answer(message).await?;
        }
        Ok(Response::new(size.to_string().into()))
    }

    fn chat(self, request: Request<Streaming<Bytes>>) -> Response<BoxStream<Bytes>> {
        let ends = Ends(Arc::clone(&self.state));
        let mut messages = request.into_inner();
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            let _ends = ends;
            while let Some(message) = messages.next().await {
                let answer = match message {
                    Ok(message) => self.answer(message).await,
                    Err(status) => Err(status),
                };
                if sender.send(answer).await.is_err() {
                    return;
                }
            }
        });
        Response::new(Box::pin(tokio_stream::wrappers::ReceiverStream::new(
            receiver,
        )))
    }
}

fn status(code: &str) -> Status {
    Status::new(Code::from_i32(code.parse().unwrap()), "as it was asked to")
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = std::convert::Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        self.state
            .headers
            .lock()
            .unwrap()
            .clone_from(request.headers());
        let mut grpc = tonic::server::Grpc::new(Text)
            .max_decoding_message_size(usize::MAX)
            .max_encoding_message_size(usize::MAX);
        let echo = self.clone();
        Box::pin(async move {
            Ok(match request.uri().path() {
                "/echo.Echo/Unary" => {
                    grpc.unary(service_fn(move |it| echo.clone().unary(it)), request)
                        .await
                }
                "/echo.Echo/Download" => {
                    let service = service_fn(move |it| ready(echo.download(it)));
                    grpc.server_streaming(service, request).await
                }
                "/echo.Echo/Upload" => {
                    let service = service_fn(move |it| echo.clone().upload(it));
                    grpc.client_streaming(service, request).await
                }
                "/echo.Echo/Chat" => {
                    grpc.streaming(
                        service_fn(move |it| ready(Ok(echo.clone().chat(it)))),
                        request,
                    )
                    .await
                }
                path => Status::unimplemented(path.to_owned()).into_http(),
            })
        })
    }
}

type Answers = Result<Response<Streaming<Bytes>>, Status>;

/// The client, as it is generated.
#[derive(Clone)]
pub struct EchoClient(tonic::client::Grpc<Channel>);

impl EchoClient {
    pub fn new(channel: Channel) -> EchoClient {
        EchoClient(tonic::client::Grpc::new(channel).max_decoding_message_size(usize::MAX))
    }

    async fn ready(&mut self) {
        self.0.ready().await.unwrap();
    }

    pub async fn call(
        &mut self,
        request: impl tonic::IntoRequest<Bytes>,
    ) -> Result<Response<Bytes>, Status> {
        self.ready().await;
        let path = http::uri::PathAndQuery::from_static("/echo.Echo/Unary");
        self.0.unary(request.into_request(), path, Text).await
    }

    /// The text of the answer.
    pub async fn unary(&mut self, message: &str) -> Result<String, Status> {
        let answer = self.call(bytes(message)).await?;
        Ok(text(&answer.into_inner()))
    }

    pub async fn download(&mut self, request: impl tonic::IntoRequest<Bytes>) -> Answers {
        self.ready().await;
        let path = http::uri::PathAndQuery::from_static("/echo.Echo/Download");
        self.0
            .server_streaming(request.into_request(), path, Text)
            .await
    }

    pub async fn upload(
        &mut self,
        messages: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Result<String, Status> {
        self.upload_of(Request::new(messages)).await
    }

    pub async fn upload_of(
        &mut self,
        request: Request<impl Stream<Item = Bytes> + Send + 'static>,
    ) -> Result<String, Status> {
        self.ready().await;
        let path = http::uri::PathAndQuery::from_static("/echo.Echo/Upload");
        let answer = self.0.client_streaming(request, path, Text).await?;
        Ok(text(&answer.into_inner()))
    }

    pub async fn chat(&mut self, messages: impl Stream<Item = Bytes> + Send + 'static) -> Answers {
        self.ready().await;
        let path = http::uri::PathAndQuery::from_static("/echo.Echo/Chat");
        self.0.streaming(Request::new(messages), path, Text).await
    }
}

pub fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

pub fn text(bytes: &Bytes) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A clock that stands still until it is moved, also while nothing happens.
pub struct Clock(
    #[expect(dead_code, reason = "dropped, it ends the test's blocking task")]
    std::sync::mpsc::Sender<()>,
);

impl Clock {
    pub fn stop() -> Clock {
        let (sender, receiver) = std::sync::mpsc::channel();
        // For as long as one is under way, tokio does not move the clock by itself.
        tokio::task::spawn_blocking(move || receiver.recv().unwrap_or_default());
        tokio::time::pause();
        Clock(sender)
    }

    pub async fn pass(&self, seconds: u64) {
        for _ in 0..seconds {
            tokio::time::advance(Duration::from_secs(1)).await;
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Messages that come when the test sends them.
pub fn messages() -> (
    mpsc::Sender<Bytes>,
    Pin<Box<dyn Stream<Item = Bytes> + Send>>,
) {
    let (sender, receiver) = mpsc::channel(1);
    (
        sender,
        Box::pin(tokio_stream::wrappers::ReceiverStream::new(receiver)),
    )
}

/// Messages as they are.
#[derive(Clone, Copy, Default)]
pub struct Text;

impl Codec for Text {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Text;
    type Decoder = Text;

    fn encoder(&mut self) -> Text {
        Text
    }

    fn decoder(&mut self) -> Text {
        Text
    }
}

impl Encoder for Text {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes::BufMut::put(buffer, item);
        Ok(())
    }
}

impl Decoder for Text {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = bytes::Buf::remaining(buffer);
        Ok(Some(bytes::Buf::copy_to_bytes(buffer, length)))
    }
}
