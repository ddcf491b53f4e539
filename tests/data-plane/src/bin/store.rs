//! The service `store` of the shop: `GET /BYTES` answers with so many, and `POST /` with how many came in chunks and were
//! the right ones. A GET of all else is answered as `api` of kudos does, so that this can be a task of another service; by
//! 503 since `GET /unwell`.
//!
//! It is written on bare sockets, so that nothing of it is under test.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use data_plane::shared::{PART, fits, part};

static IS_UNWELL: AtomicBool = AtomicBool::new(false);

fn main() -> io::Result<()> {
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok());
    let listener = TcpListener::bind(("0.0.0.0", port.unwrap_or(80)))?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || {
            if let Err(error) = serve(&stream) {
                println!("a connection broke: {error}");
            }
        });
    }
    Ok(())
}

/// One request after the other, until a client wants no more.
fn serve(mut stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if reader.read_until(b'\n', &mut head)? == 0 {
                return Ok(());
            }
        }
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let first = head.lines().next().unwrap_or_default();
        println!("{first} from {}", stream.peer_addr()?);
        let path = first.split(' ').nth(1).unwrap_or_default();
        if first.starts_with("get ") {
            if path == "/unwell" {
                IS_UNWELL.store(true, Ordering::Relaxed);
            }
            if let Ok(length) = path.trim_start_matches('/').parse() {
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
                )?;
                for start in (0..length).step_by(PART) {
                    stream.write_all(&part(start, PART.min(length - start)))?;
                }
            } else if IS_UNWELL.load(Ordering::Relaxed) {
                println!("unwell for {}", stream.peer_addr()?);
                answer(stream, "503 Unavailable", "")?;
            } else {
                answer(stream, "200 OK", &hello())?;
            }
        } else {
            answer(stream, "200 OK", &count(&mut reader)?.to_string())?;
        }
        if head.contains("\r\nconnection: close\r\n") {
            return Ok(());
        }
    }
}

fn answer(mut stream: &TcpStream, status: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
    // In one piece, which nothing delays.
    stream.write_all(answer.as_bytes())
}

fn hello() -> String {
    let variable = |name| env::var(name).unwrap_or_default();
    let service = variable("COPILOT_SERVICE_NAME");
    let environment = variable("COPILOT_ENVIRONMENT_NAME");
    format!("Hello from {service} in {environment}\n")
}

/// The bytes of a body in chunks, without trailers.
fn count(reader: &mut impl BufRead) -> io::Result<usize> {
    let mut sum = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        // With the end of its line.
        let mut chunk = vec![0; length + 2];
        reader.read_exact(&mut chunk)?;
        if !fits(sum, &chunk[..length]) {
            return Err(io::Error::other(format!("other bytes after {sum}")));
        }
        if length == 0 {
            return Ok(sum);
        }
        sum += length;
    }
}
