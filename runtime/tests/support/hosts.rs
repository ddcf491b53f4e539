//! A chosen server, and another that nothing may ever connect to.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::ErrorKind;
use std::net::TcpListener;

use service_connect::{Client, Error, RequestBuilder};

use crate::support::{Seen, Server};

/// Where requests must not go. It listens and never accepts, so that the kernel keeps each connection for the end.
pub struct Evil(TcpListener);

impl Evil {
    pub fn listen() -> Evil {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Evil(listener)
    }

    /// Its host and port, as a URL has them.
    pub fn authority(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    pub fn assert_nobody_came(&self) {
        match self.0.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            other => panic!("somebody came to the evil server: {other:?}"),
        }
    }
}

/// A server with what a request needs to be judged.
pub struct Chosen {
    pub server: Server,
    pub client: Client,
    count: usize,
}

impl Chosen {
    pub async fn start() -> Chosen {
        let server = Server::saying("chosen").await;
        Chosen {
            client: server.client(),
            server,
            count: 0,
        }
    }

    /// Sends one GET. Either it is refused and nothing comes, or exactly this comes: a target that begins with `/`, and
    /// no header but the chosen `Host`.
    pub async fn judge(&mut self, request: RequestBuilder, what: &str) -> Option<String> {
        match request.await {
            Ok(response) => {
                assert_eq!(response.text().await.unwrap(), "chosen", "{what}");
                self.count += 1;
                self.assert_count(what);
                Some(self.target(&self.server.seen().pop().unwrap(), what))
            }
            Err(Error::Request(_)) => {
                self.assert_count(what);
                None
            }
            Err(error) => panic!("{what}: {error:?}"),
        }
    }

    /// A request that somebody smuggled in is seen at the latest before the one that follows.
    fn assert_count(&self, what: &str) {
        assert_eq!(self.server.seen().len(), self.count, "{what}: requests");
    }

    fn target(&self, seen: &Seen, what: &str) -> String {
        let host = format!("host: {}", self.server.address);
        let lines: Vec<_> = seen.head.split("\r\n").collect();
        let [line, header, "", ""] = lines[..] else {
            panic!("{what}: {:?} is more than a line and a header", seen.head)
        };
        assert_eq!(header, host, "{what}");
        let ["GET", target, "HTTP/1.1"] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{what}: {line:?} is not of three words")
        };
        assert!(target.starts_with('/'), "{what}: {target}");
        assert!(
            target.bytes().all(|byte| byte.is_ascii_graphic()),
            "{what}: {target}"
        );
        assert!(!target.contains(['\\', '#']), "{what}: {target}");
        assert!(seen.body.is_empty(), "{what}");
        target.to_owned()
    }
}
