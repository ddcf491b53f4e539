//! The task that is called, in a process of its own so that its CPU time does not count.

use std::convert::Infallible;
use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// The argument that makes this program the server.
pub const ARGUMENT: &str = "serve";

/// Answers everything, and prints its URL first. Ends when its standard input does, with the process that started it.
pub fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let mut runtime = { runtime };
    let runtime = runtime.enable_all().build().expect("a runtime starts");
    std::thread::spawn(|| {
        let _ = std::io::stdin().lines().count();
        std::process::exit(0);
    });
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        println!("http://{}", listener.local_addr().expect("it is bound"));
        loop {
            let (stream, _) = listener.accept().await.expect("there are file descriptors");
            stream.set_nodelay(true).expect("it is a socket of TCP");
            let connection =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
            tokio::spawn(async move { drop(connection.await) });
        }
    });
}

async fn answer(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(Bytes::from_static(
        b"Hello from api",
    ))))
}

/// The server, as long as this lives.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    pub fn start() -> Self {
        let program = env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts");
        let out = child.stdout.take().expect("it is piped");
        let mut url = String::new();
        BufReader::new(out)
            .read_line(&mut url)
            .expect("it prints its URL");
        Self {
            child,
            url: url.trim().to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
