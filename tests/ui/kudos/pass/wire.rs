//! Typed routes against a real server: what goes over the wire, and what comes back.
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use service_connect::{Client, Error, Result, service_client};

#[service_client("api")]
trait Routes<T: Clone + Send + Sync = u8> {
    // Names that generated code might use itself.
    #[get("/files/{path}/of/{client}/{request}")]
    async fn names(&self, path: &str, client: u8, request: String) -> Result<String>;

    #[get("/twice/{id}/{id}")]
    async fn twice(&self, id: &T) -> Result<Option<String>>
    where
        T: std::fmt::Display;

    #[post("/answer/200")]
    async fn post(&self) -> Result<String>;

    #[head("/answer/200")]
    async fn head(&self) -> Result<()>;

    #[delete("/answer/204")]
    async fn delete(&self) -> Result<()>;

    #[put("/answer/{status}")]
    async fn status(&self, status: u16) -> Result<String>;
}

/// Answers with the status that the path ends in, else 200 and `"ok"`; tells what was asked.
fn serve() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while !lines.next().unwrap().unwrap().is_empty() {}
            let path = first.split(' ').nth(1).unwrap();
            let status = path.strip_prefix("/answer/").map_or(200, |status| status.parse().unwrap());
            let body = if status == 204 || first.starts_with("HEAD") { "" } else { "\"ok\"" };
            let length = if status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
            write!(stream, "HTTP/1.1 {status} X\r\n{length}connection: close\r\n\r\n{body}").unwrap();
            sender.send(first).unwrap();
        }
    });
    (url, asked)
}

fn main() {
    let (url, asked) = serve();
    let routes = RoutesClient::with(Client::at(url).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let asked = |expected: &str| assert_eq!(asked.recv().unwrap(), format!("{expected} HTTP/1.1"));

        let answer = Routes::<u8>::names(&routes, "a/b?c", 1, "ä".to_owned()).await;
        assert_eq!(answer.unwrap(), "ok");
        asked("GET /files/a%2Fb%3Fc/of/1/%C3%A4");

        assert_eq!(Routes::<u8>::twice(&routes, &7).await.unwrap().unwrap(), "ok");
        asked("GET /twice/7/7");

        assert_eq!(Routes::<u8>::post(&routes).await.unwrap(), "ok");
        asked("POST /answer/200");
        Routes::<u8>::head(&routes).await.unwrap();
        asked("HEAD /answer/200");
        Routes::<u8>::delete(&routes).await.unwrap();
        asked("DELETE /answer/204");

        for status in [302, 404, 503] {
            let error = Routes::<u8>::status(&routes, status).await.unwrap_err();
            assert!(matches!(error, Error::Status { .. }), "{error}");
            assert_eq!(error.status().unwrap().as_u16(), status);
            asked(&format!("PUT /answer/{status}"));
        }

        // Nothing is sent: the next request that arrives is the one after these.
        for path in ["..", ".", ""] {
            let error = Routes::<u8>::names(&routes, path, 1, String::from("x")).await.unwrap_err();
            assert!(matches!(error, Error::Request { .. }), "{error}");
        }
        Routes::<u8>::post(&routes).await.unwrap();
        asked("POST /answer/200");
    });
}
