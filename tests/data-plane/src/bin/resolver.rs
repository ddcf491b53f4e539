//! A DNS server that answers as Cloud Map does: `resolver ADDRESS` writes its process, then each question. It reads
//! records, or names that have none, and answers by them once a line says `take`; with its input it ends.
//!
//! ```text
//! api.test.kudos.local. A 10.0.1.7
//! api.test.kudos.local. SRV 1 1 80 10-0-1-7.api.test.kudos.local.
//! billing.test.kudos.local.
//! take
//! ```

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{env, mem, process};

use async_trait::async_trait;
use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, Query, ResponseCode};
use hickory_server::proto::rr::{LowerName, RData, Record};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use rand::seq::SliceRandom;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, UdpSocket};

const PORT: u16 = 53;
/// For how many seconds an answer may be kept.
const TTL: u32 = 10;
/// How many of the records are in one answer; others each time.
const MOST: usize = 8;
/// Of a connection, and what may wait on it.
const IDLE: Duration = Duration::from_secs(5);
const WAITING: usize = 32;

type Problem = Box<dyn std::error::Error>;
type Records = HashMap<LowerName, Vec<RData>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Problem> {
    let address: IpAddr = env::args().nth(1).unwrap_or_default().parse()?;
    let resolver = Resolver::default();
    let mut server = Server::new(resolver.clone());
    server.register_socket(UdpSocket::bind((address, PORT)).await?);
    let listener = TcpListener::bind((address, PORT)).await?;
    server.register_listener(listener, IDLE, WAITING);
    println!("process {}", process::id());
    let mut told = Records::new();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        if line == "take" {
            resolver.take(mem::take(&mut told));
            println!("took all");
        } else {
            read(&line, &mut told).map_err(|problem| format!("{line:?}: {problem}"))?;
        }
    }
    Ok(())
}

/// Adds what a line says.
fn read(line: &str, records: &mut Records) -> Result<(), Problem> {
    let mut words = line.splitn(3, ' ');
    let name = words.next().unwrap_or_default().parse()?;
    let records = records.entry(name).or_default();
    if let (Some(kind), Some(data)) = (words.next(), words.next()) {
        records.push(RData::try_from_str(kind.parse()?, data)?);
    }
    Ok(())
}

/// The records of all names.
#[derive(Clone, Default)]
struct Resolver {
    records: Arc<Mutex<Records>>,
}

impl Resolver {
    fn take(&self, records: Records) {
        *self.records.lock().unwrap_or_else(PoisonError::into_inner) = records;
    }

    /// Some of the records that are asked for; nothing where there is no such name.
    fn answer(&self, name: &LowerName, question: &Query) -> Option<Vec<Record>> {
        let all = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(name)?.iter();
        let kind = question.query_type();
        let mut known: Vec<_> = known.filter(|data| data.record_type() == kind).collect();
        let (some, _) = known.partial_shuffle(&mut rand::rng(), MOST);
        let name = question.name();
        let some = some.iter();
        let some = some.map(|data| Record::from_rdata(name.clone(), TTL, (*data).clone()));
        Some(some.collect())
    }
}

#[async_trait]
impl RequestHandler for Resolver {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut to: R,
    ) -> ResponseInfo {
        let mut metadata = Metadata::response_from_request(&request.metadata);
        metadata.authoritative = true;
        let mut records = Vec::new();
        match request.request_info() {
            Ok(info) => {
                let (name, question) = (info.query.name(), info.query.original());
                println!("{} {name} from {}", question.query_type(), info.src);
                match self.answer(name, question) {
                    Some(some) => records = some,
                    None => metadata.response_code = ResponseCode::NXDomain,
                }
            }
            Err(_) => metadata.response_code = ResponseCode::FormErr,
        }
        let response = MessageResponseBuilder::from_message_request(request);
        let response = response.build(metadata, &records, [], [], []);
        to.send_response(response).await.unwrap_or_else(|problem| {
            println!("no answer: {problem}");
            let counts = HeaderCounts::default();
            Header { metadata, counts }.into()
        })
    }
}
