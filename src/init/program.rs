//! The program in the place of what `cargo new` writes: it makes a call, and then does what `dev` and ECS expect of the
//! service.

use std::path::Path;

use service_connect_codegen::{Application, Kind, Service};

use super::cargo_toml::MAIN;
use super::crate_root::{self, CALL};
use super::example::{Example, ExampleKind};
use super::rust::mentions;

/// What `cargo new` writes.
const HELLO: &str = "fn main() {\n    println!(\"Hello, world!\");\n}\n";

/// What is worth knowing of a program that does not ask for its port.
pub const NOTE: &str = "nothing of it takes the port from `service_connect::listen_addr!()`: listen on \
    `service_connect::listen_addr!()?`, which is `PORT` or else the port of the manifest, because \
    `cargo service-connect dev` gives each service a port of its own";

/// The program.
pub struct Program {
    pub end: End,
    /// The call that it makes.
    pub example: Option<Example>,
}

/// What follows on the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It answers, because others call it.
    Serves,
    /// It goes on, because it would be started again.
    Waits,
    /// It is done: a job, or what is no service.
    Ends,
}

impl End {
    /// Of what runs as these services.
    pub fn of(application: &Application, names: &[String]) -> Self {
        if has_port(application, names) {
            return Self::Serves;
        }
        let mut services = names.iter().filter_map(|name| application.service(name));
        if services.all(|service| service.kind == Some(Kind::ScheduledJob)) {
            Self::Ends
        } else {
            Self::Waits
        }
    }

    /// The features of tokio that the program needs.
    pub fn tokio(self) -> &'static [&'static str] {
        match self {
            Self::Serves => &["io-util", "macros", "net", "rt-multi-thread"],
            Self::Waits | Self::Ends => MAIN,
        }
    }
}

/// Whether one of these services has a port to listen on, in some environment.
pub fn has_port(application: &Application, names: &[String]) -> bool {
    let has_port = |service: &Service| {
        let deployments = service.deployments.iter().chain([&service.base]);
        let mut known = deployments.filter_map(|deployment| deployment.as_ref().ok());
        known.any(|deployment| deployment.image_port.is_some())
    };
    let mut services = names.iter().filter_map(|name| application.service(name));
    services.any(has_port)
}

/// Whether a root is nothing but what `cargo new` writes.
pub fn is_to_be_written(root: &str) -> bool {
    root.replace("\r\n", "\n") == HELLO
}

/// Whether some source in that directory or below it takes the port as `dev` gives it.
pub fn listens(directory: &Path) -> bool {
    let takes_port =
        |text: &str| mentions(text, &["listen_addr", "!"]) || text.contains("\"PORT\"");
    crate_root::find(directory, |_| true, takes_port).is_some()
}

impl Program {
    /// What is added to a crate by it.
    pub fn what(&self) -> Option<&'static str> {
        match (self.end, &self.example) {
            (End::Serves, Some(_)) => Some("a `main` that makes a call and answers"),
            (End::Serves, None) => Some("a `main` that answers"),
            (_, Some(_)) => Some("a `main` that makes a call"),
            (End::Waits, None) => Some("a `main` that waits"),
            (End::Ends, None) => None,
        }
    }

    /// Its text; `None` where it would do nothing.
    pub fn text(&self) -> Option<String> {
        let call = self.example.as_ref().map(call);
        let text = match (self.end, call) {
            (End::Serves, call) => {
                let (start, call) = match call {
                    Some(call) => ("    tokio::spawn(call());\n", format!("\n{call}")),
                    None => ("", String::new()),
                };
                format!("{USES}{CALL}\n\n{SERVER_START}{start}{SERVER_END}{call}{ANSWER}")
            }
            (End::Waits, Some(call)) => {
                format!("{CALL}\n\n{MAIN_START}    call().await;\n{WAIT}}}\n\n{call}")
            }
            (End::Waits, None) => format!("{CALL}\n\n{MAIN_START}{WAIT}}}\n"),
            (End::Ends, Some(call)) => {
                format!("{CALL}\n\n{MAIN_START}    call().await;\n}}\n\n{call}")
            }
            (End::Ends, None) => return None,
        };
        Some(text)
    }
}

const USES: &str = "\
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

";

const MAIN_START: &str = "\
#[tokio::main]
async fn main() {
";

const WAIT: &str = "    \
    // The work comes here: what ends is started again.
    std::future::pending::<()>().await;
";

const SERVER_START: &str = "\
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `PORT`, else the port of the manifest.
    let listener = TcpListener::bind(service_connect::listen_addr!()?).await?;
";

const SERVER_END: &str = "    \
    // A server takes the place of this loop and of `answer`; with axum, `axum::serve(listener, router).await?`.
    loop {
        let (connection, _) = listener.accept().await?;
        tokio::spawn(answer(connection));
    }
}
";

const ANSWER: &str = r#"
/// Reads the head of a request, and answers every one alike.
async fn answer(connection: TcpStream) -> std::io::Result<()> {
    let mut connection = BufReader::new(connection);
    let mut line = String::new();
    while connection.read_line(&mut line).await? > "\r\n".len() {
        line.clear();
    }
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nhello\n";
    connection.write_all(answer.as_bytes()).await?;
    connection.shutdown().await
}
"#;

/// The function that makes the call, and does not fail: the other service may well be started later, or not at all.
fn call(example: &Example) -> String {
    let Example {
        name, kind, call, ..
    } = example;
    let call = call.trim_end_matches('?');
    let (is, shown) = match kind {
        ExampleKind::Request => ("answers with", "answer.status()"),
        ExampleKind::Authority => ("is at", "answer"),
    };
    format!(
        "/// Makes a call, and prints what comes of it.\nasync fn call() {{\n    match {call} {{\n        \
         Ok(answer) => println!(\"{name} {is} {{}}\", {shown}),\n        \
         Err(error) => println!(\"{name} cannot be called: {{error}}\"),\n    }}\n}}\n"
    )
}
