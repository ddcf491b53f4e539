//! The service `store` of the shop: `GET /BYTES` answers with so many, and `POST /` with how many came in chunks. A GET of
//! all else is answered by 503, so that this can be the task of another service that is unwell.
//!
//! It is written on bare sockets, so that nothing of it is under test.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

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

/// One request after the other.
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
            let Ok(length) = path.trim_start_matches('/').parse() else {
                stream.write_all(b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n")?;
                continue;
            };
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
            )?;
            io::copy(&mut io::repeat(b'x').take(length), &mut stream)?;
        } else {
            let answer = count(&mut reader)?.to_string();
            let length = answer.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{answer}"
            )?;
        }
    }
}

/// The bytes of a body in chunks, without trailers.
fn count(reader: &mut impl BufRead) -> io::Result<u64> {
    let mut sum = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        // With the end of its line.
        if io::copy(&mut reader.take(length + 2), &mut io::sink())? != length + 2 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if length == 0 {
            return Ok(sum);
        }
        sum += length;
    }
}
