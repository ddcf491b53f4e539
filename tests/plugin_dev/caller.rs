//! A service that answers with what `api` says, or with why it cannot be asked.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::{env, fs, process};

use service_connect::service_client;

#[service_client("api", discovery, environments = ["test"])]
struct Calls;

fn main() {
    let pids = env::var("PIDS").unwrap();
    fs::write(format!("{pids}/{}", process::id()), "").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = TcpListener::bind(format!("127.0.0.1:{}", env::var("PORT").unwrap())).unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        if line.is_empty() {
            continue;
        }
        let answer = runtime.block_on(async { Calls::get("/").await?.text().await });
        let body = answer.unwrap_or_else(|error| error.to_string());
        let length = body.len();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").unwrap();
    }
}
