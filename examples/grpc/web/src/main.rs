//! The service `web`, which calls the service `greeter` over gRPC.
//!
//! ```sh
//! cargo run -q -- dev -C examples/grpc --request web/world
//! ```
//!
//! builds and starts both, asks `web` for `/world`, and prints what that got from `greeter`: `Hello, world!` twice.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use proto::Name;
use proto::greeter_client::GreeterClient;
use service_connect::{Channel, Idempotent};
use tokio::net::TcpListener;
use tonic::codegen::tokio_stream;
use tonic::{Request, Status};

// `Greeter` and the other services of `copilot/`: one that is not there does not compile.
service_connect::clients!();

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let routes = Router::new().route("/{name}", get(hello));
    let listener = TcpListener::bind(service_connect::listen_addr!()?).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

async fn hello(Path(name): Path<String>) -> Result<String, (StatusCode, String)> {
    let greetings = async {
        let once = greet(&name).await?;
        Ok(format!(
            "{once}\n{}\n",
            greet_all(&[&name]).await?.join("\n")
        ))
    };
    let greetings: Result<_, Status> = greetings.await;
    greetings.map_err(|status| (StatusCode::BAD_GATEWAY, status.to_string()))
}

/// The client that tonic generates, over a channel that finds the tasks: it costs nothing to make one for each call.
fn greeter() -> GreeterClient<Channel> {
    GreeterClient::new(Greeter::channel())
}

async fn greet(name: &str) -> Result<String, Status> {
    let mut request = Request::new(Name {
        name: name.to_owned(),
    });
    request.set_timeout(Duration::from_secs(2));
    // A greeting may be said twice; so it is, where the task that was to say it is gone before it did.
    request.extensions_mut().insert(Idempotent);
    Ok(greeter().greet(request).await?.into_inner().text)
}

async fn greet_all(names: &[&str]) -> Result<Vec<String>, Status> {
    let names: Vec<Name> = names
        .iter()
        .map(|name| Name {
            name: (*name).to_owned(),
        })
        .collect();
    let mut answers = greeter()
        .greet_all(tokio_stream::iter(names))
        .await?
        .into_inner();
    let mut greetings = Vec::new();
    while let Some(greeting) = answers.message().await? {
        greetings.push(greeting.text);
    }
    Ok(greetings)
}
