//! A DNS server that answers as the resolver of a VPC does, which keeps what Cloud Map answered: `resolver ADDRESS` writes
//! its process, then each question. It reads records, or names that have none, and answers by them once a line says `take`
//! and what it kept is over; for how long that is (`ttl 1`), and lines that it is to give back (`mark`). With its input it
//! ends.
//!
//! ```text
//! api.test.kudos.local. A 10.0.1.7
//! api.test.kudos.local. SRV 1 1 80 10-0-1-7.api.test.kudos.local.
//! billing.test.kudos.local.
//! take
//! ```

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{env, mem, process};

use async_trait::async_trait;
use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, Query, ResponseCode};
use hickory_server::proto::rr::{LowerName, RData, Record, RecordType};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use rand::seq::SliceRandom;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, UdpSocket};

const PORT: u16 = 53;
/// For how many seconds an answer may be kept, and is kept here.
const TTL: u32 = 10;
/// How many of the records are in one answer.
const MOST: usize = 8;
/// Of a connection, and what may wait on it.
const IDLE: Duration = Duration::from_secs(5);
const WAITING: usize = 32;

type Problem = Box<dyn std::error::Error>;
type Records = HashMap<LowerName, Vec<RData>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Problem> {
    let address: IpAddr = env::args().nth(1).unwrap_or_default().parse()?;
    let resolver = Resolver::new();
    let mut server = Server::new(resolver.clone());
    server.register_socket(UdpSocket::bind((address, PORT)).await?);
    let listener = TcpListener::bind((address, PORT)).await?;
    server.register_listener(listener, IDLE, WAITING);
    println!("process {}", process::id());
    let mut told = Records::new();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        if line == "mark" {
            println!("marked");
        } else if line == "take" {
            resolver.lock().records = mem::take(&mut told);
            println!("took it");
        } else if let Some(ttl) = line.strip_prefix("ttl ") {
            resolver.lock().ttl = ttl.parse()?;
            println!("took it");
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

#[derive(Clone)]
struct Resolver {
    state: Arc<Mutex<State>>,
}

struct State {
    records: Records,
    ttl: u32,
    /// What was answered last, also where its time is over.
    kept: HashMap<(LowerName, RecordType), Kept>,
}

struct Kept {
    since: Instant,
    data: Vec<RData>,
}

impl Resolver {
    fn new() -> Self {
        let state = State {
            records: Records::new(),
            ttl: TTL,
            kept: HashMap::new(),
        };
        let state = Arc::new(Mutex::new(state));
        Self { state }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Some of the records that are asked for; nothing where there is no such name.
    fn answer(&mut self, name: &LowerName, question: &Query) -> Option<Vec<Record>> {
        let kind = question.query_type();
        let key = (name.clone(), kind);
        let lifetime = Duration::from_secs(self.ttl.into());
        let age = |kept: &Kept| kept.since.elapsed();
        if self.kept.get(&key).is_none_or(|kept| age(kept) >= lifetime) {
            let known = self.records.get(name)?.iter();
            let known = known.filter(|data| data.record_type() == kind);
            let mut data: Vec<_> = known.cloned().collect();
            data.shuffle(&mut rand::rng());
            // Cloud Map chooses by chance, and might leave one out for minutes; here the next answer has those that the
            // last one had not.
            let last = self.kept.get(&key);
            data.sort_by_key(|data| last.is_some_and(|last| last.data.contains(data)));
            data.truncate(MOST);
            if data.is_empty() {
                return Some(Vec::new());
            }
            let since = Instant::now();
            self.kept.insert(key.clone(), Kept { since, data });
        }
        let kept = self.kept.get(&key)?;
        let left = lifetime.saturating_sub(age(kept)).as_secs_f64().ceil();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // At most the TTL.
        let left = left as u32;
        let records = kept.data.iter();
        let records =
            records.map(|data| Record::from_rdata(question.name().clone(), left, data.clone()));
        Some(records.collect())
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
                let answer = self.lock().answer(name, question);
                match answer {
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
