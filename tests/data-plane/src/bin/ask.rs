//! A client of DNS that hides nothing: `ask TYPE NAME` writes how the server of the environment answered, and each record
//! with its TTL.

use std::env;
use std::net::UdpSocket;

use data_plane::namespace::RESOLVER;
use data_plane::process::DEADLINE;
use hickory_server::proto::op::{Message, Query};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let kind = arguments.next().unwrap_or_default().parse()?;
    let name = arguments.next().unwrap_or_default().parse()?;
    let mut question = Message::query();
    question.add_query(Query::query(name, kind));
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.connect((RESOLVER, 53))?;
    socket.set_read_timeout(Some(DEADLINE))?;
    socket.send(&question.to_vec()?)?;
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer)?;
    let answer = Message::from_vec(&answer[..length])?;
    println!("{:?}", answer.metadata.response_code);
    for record in answer.answers {
        println!("{} {} {}", record.ttl, record.record_type(), record.data);
    }
    Ok(())
}
