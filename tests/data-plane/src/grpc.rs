//! A gRPC service of one method, which answers with what it got, and a client of it: what `tonic-prost-build` would
//! generate from a file of protobuf, by hand, with messages that are text.
//!
//! ```no_run
//! # async fn example(channel: service_connect::Channel) -> Result<(), tonic::Status> {
//! let mut client = data_plane::grpc::Client::new(channel);
//! assert_eq!(client.echo(tonic::Request::new("kudos".to_owned())).await?, "kudos");
//! # Ok(())
//! # }
//! ```

use std::convert::Infallible;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use service_connect::Channel;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::UnaryService;
use tonic::transport::server::TcpConnectInfo;
use tonic::{Request, Response, Status};

const PATH: &str = "/shop.Orders/Echo";

/// The service. It calls `Echo::seen` with what came, and to which address.
#[derive(Clone, Copy, Debug)]
pub struct Echo {
    /// What is done with a call; an error is its answer.
    pub seen: fn(&str, Option<SocketAddr>) -> Result<(), Status>,
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let method = Method(*self);
        Box::pin(async move {
            Ok(if request.uri().path() == PATH {
                tonic::server::Grpc::new(Text).unary(method, request).await
            } else {
                Status::unimplemented("it has one method").into_http()
            })
        })
    }
}

struct Method(Echo);

impl UnaryService<String> for Method {
    type Response = String;
    type Future = BoxFuture<Response<String>, Status>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        let info = request.extensions().get::<TcpConnectInfo>();
        let address = info.and_then(TcpConnectInfo::local_addr);
        let message = request.into_inner();
        let seen = (self.0.seen)(&message, address);
        Box::pin(async move { seen.map(|()| Response::new(message)) })
    }
}

/// The client.
#[derive(Clone, Debug)]
pub struct Client(tonic::client::Grpc<Channel>);

impl Client {
    /// One over this channel.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self(tonic::client::Grpc::new(channel))
    }

    /// Calls the one method.
    ///
    /// # Errors
    /// With the status of the call.
    pub async fn echo(&mut self, request: Request<String>) -> Result<String, Status> {
        let Ok(()) = self.0.ready().await;
        let path = http::uri::PathAndQuery::from_static(PATH);
        let answer = self.0.unary(request, path, Text).await?;
        Ok(answer.into_inner())
    }
}

/// Messages that are text.
#[derive(Clone, Copy, Debug, Default)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, item: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes::BufMut::put_slice(buffer, item.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let length = bytes::Buf::remaining(buffer);
        let bytes = bytes::Buf::copy_to_bytes(buffer, length);
        let text = String::from_utf8(bytes.to_vec());
        text.map(Some)
            .map_err(|_| Status::invalid_argument("it is no UTF-8"))
    }
}
