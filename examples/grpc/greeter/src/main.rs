//! The service `greeter`. A server of tonic like any other: where it listens is what the manifest says.

use proto::greeter_server::{Greeter, GreeterServer};
use proto::{Greeting, Name};
use tokio::net::TcpListener;
use tonic::codegen::BoxStream;
use tonic::codegen::tokio_stream::StreamExt;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind(service_connect::listen_addr!()?).await?;
    println!("listening on {}", listener.local_addr()?);
    // With SIGTERM, which ECS sends, it tells its callers to go elsewhere, and ends what it has: they see nothing of it.
    let mut end = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Server::builder()
        .add_service(GreeterServer::new(Polite))
        .serve_with_incoming_shutdown(TcpIncoming::from(listener), async move {
            end.recv().await;
        })
        .await?;
    Ok(())
}

struct Polite;

fn greet(name: &Name) -> Greeting {
    Greeting {
        text: format!("Hello, {}!", name.name),
    }
}

#[tonic::codegen::async_trait]
impl Greeter for Polite {
    async fn greet(&self, request: Request<Name>) -> Result<Response<Greeting>, Status> {
        let name = request.into_inner();
        if name.name.is_empty() {
            return Err(Status::invalid_argument("nobody has no name"));
        }
        Ok(Response::new(greet(&name)))
    }

    type GreetAllStream = BoxStream<Greeting>;

    async fn greet_all(
        &self,
        request: Request<Streaming<Name>>,
    ) -> Result<Response<Self::GreetAllStream>, Status> {
        let names = request.into_inner();
        let greetings = names.map(|name| name.map(|name| greet(&name)));
        Ok(Response::new(Box::pin(greetings)))
    }
}
