//! `cargo service-connect init` as a process: what it makes of a crate, and which crates it leaves alone.

mod cargo_toml;
#[allow(dead_code)]
#[path = "../plugin_support/mod.rs"]
mod plugin_support;
mod program;
mod refusals;
mod sources;
mod whole;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use plugin_support::{App, Run, run};

const WORKSPACE: &str = "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n";
const PACKAGE: &str =
    "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n";
const HELLO: &str = "fn main() {\n    println!(\"Hello, world!\");\n}\n";
const BUILD: &str = "fn main() -> Result<(), service_connect_codegen::Error> {\n    service_connect_codegen::generate()\n}\n";
const MAIN: &str = r#"use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

service_connect::clients!();

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `PORT`, else the port of the manifest.
    let listener = TcpListener::bind(service_connect::listen_addr!()?).await?;
    tokio::spawn(call());
    // A server takes the place of this loop and of `answer`; with axum, `axum::serve(listener, router).await?`.
    loop {
        let (connection, _) = listener.accept().await?;
        tokio::spawn(answer(connection));
    }
}

/// Makes a call, and prints what comes of it.
async fn call() {
    match Api::get("/").await {
        Ok(answer) => println!("Api answers with {}", answer.status()),
        Err(error) => println!("Api cannot be called: {error}"),
    }
}

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
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `shop` with the crate `web` as `cargo new` leaves it.
fn fresh() -> App {
    App::shop()
        .file("Cargo.toml", WORKSPACE)
        .file("crates/web/Cargo.toml", PACKAGE)
        .file("crates/web/src/main.rs", HELLO)
}

/// A crate that has all but what a row is about.
fn ready() -> App {
    let manifest = format!(
        "{PACKAGE}service-connect = \"{VERSION}\"\ntokio = \"1\"\n\n[build-dependencies]\nservice-connect-codegen = \"{VERSION}\"\n"
    );
    fresh()
        .file("crates/web/Cargo.toml", manifest)
        .file("crates/web/build.rs", BUILD)
        .file(
            "crates/web/src/main.rs",
            "service_connect::clients!();\n\nfn main() {}\n",
        )
}

fn init(app: &App) -> Run {
    run(&app.path(), &["init", "--registry", "-C", "crates/web"])
}

fn read(app: &App, file: &str) -> String {
    fs::read_to_string(app.path().join(file)).unwrap()
}

/// All files but those of `copilot/`, by their names.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(directory).unwrap().display().to_string();
            if path.is_dir() {
                waiting.push(path);
            } else {
                all.insert(name, fs::read(path).unwrap());
            }
        }
    }
    all
}
