//! Typed routes against a real server: what goes over the wire, and what comes back.
#![deny(warnings)]
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use service_connect::{Bytes, Client, Error, Response, Result, service_client};

#[derive(serde::Serialize)]
struct Filter {
    author: &'static str,
    tags: Vec<u8>,
    page: Option<u8>,
}

#[service_client("api")]
trait Routes<T: Clone + Send + Sync = u8> {
    // Names that generated code might use itself.
    #[get("/files/{path}/of/{client}/{request}")]
    async fn names(&self, path: &str, client: u8, request: String) -> Result<String>;

    #[get("/twice/{id}/{id}")]
    async fn twice(&self, id: &T) -> Result<Option<String>>
    where
        T: std::fmt::Display;

    #[get("/kudos?fixed=1")]
    async fn query(
        &self,
        #[query] r#type: &str,
        #[query] none: Option<u8>,
        #[query] some: Option<bool>,
        #[query("tag")] tags: &[&str],
        #[query] array: (f32, u128),
        #[query] filter: &Filter,
        #[query] rest: BTreeMap<String, f64>,
    ) -> Result<()>;

    #[get("/headers")]
    async fn headers(
        &self,
        #[header("X-Text")] text: &str,
        #[header("x-number")] number: f32,
        #[header("x-none")] none: Option<String>,
        #[header("x-many")] many: [u8; 2],
    ) -> Result<()>;

    #[post("/json")]
    async fn json(&self, #[json] body: &Filter) -> Result<Vec<u64>>;

    #[post("/typed/{type}")]
    async fn typed(&self, #[json] body: u8, #[header("content-type")] kind: &str, r#type: &str) -> Result<()>;

    #[get("/lists")]
    async fn lists(&self, #[query] pairs: Vec<(u8, u8)>) -> Result<()>;

    #[put("/form")]
    async fn form(&self, #[form] body: Filter) -> Result<Bytes>;

    #[patch("/body")]
    async fn body(&self, #[header("content-type")] kind: &str, #[body] body: Vec<u8>) -> Result<Response>;

    #[post("/answer/200")]
    async fn read<A: serde::de::DeserializeOwned + Send>(&self) -> Result<A>;

    #[head("/answer/200")]
    async fn head(&self) -> Result<()>;

    #[delete("/answer/204")]
    async fn delete(&self) -> Result<Option<u8>>;

    #[put("/answer/{status}")]
    async fn status(&self, status: u16) -> Result<String>;
}

/// Answers with the status that the path ends in, else 200 and `[1,2]`; tells what was asked, head and body.
fn serve() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut asked, mut length) = (String::new(), 0);
            while asked.is_empty() || !asked.ends_with("\r\n\r\n") {
                let start = asked.len();
                reader.read_line(&mut asked).unwrap();
                if let Some(value) = asked[start..].strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            asked += std::str::from_utf8(&body).unwrap();
            let path = asked.split(' ').nth(1).unwrap();
            let status = path.strip_prefix("/answer/").map_or(200, |status| status.parse().unwrap());
            let body = if status == 204 || asked.starts_with("HEAD") { "" } else { "[1,2]" };
            let length = if status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
            write!(stream, "HTTP/1.1 {status} X\r\n{length}connection: close\r\n\r\n{body}").unwrap();
            sender.send(asked).unwrap();
        }
    });
    (url, asked)
}

fn main() {
    let (url, asked) = serve();
    let routes = RoutesClient::with(Client::at(url).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let filter = || Filter { author: "ä&b", tags: vec![1, 2], page: None };
    let check = |line: &str, headers: &[&str], body: &str| {
        let asked = asked.recv().unwrap();
        let (head, sent) = asked.split_once("\r\n\r\n").unwrap();
        assert_eq!(head.lines().next().unwrap(), format!("{line} HTTP/1.1"));
        for header in headers {
            let name = header.split(':').next().unwrap();
            let values: Vec<_> = head.lines().filter(|line| line.starts_with(name)).collect();
            let expected: Vec<_> = headers.iter().filter(|header| header.starts_with(name)).collect();
            assert_eq!(values.iter().collect::<Vec<_>>(), expected, "{head}");
        }
        assert!(!head.contains("x-none"), "{head}");
        assert_eq!(sent, body);
    };
    runtime.block_on(async {
        let answer = Routes::<u8>::names(&routes, "a/b?c", 1, "ä".to_owned()).await;
        assert_eq!(answer.unwrap(), "[1,2]", "text as it is");
        check("GET /files/a%2Fb%3Fc/of/1/%C3%A4", &[], "");

        let error = Routes::<u8>::twice(&routes, &7).await.unwrap_err();
        assert!(matches!(error, Error::Decode(_)), "{error}");
        check("GET /twice/7/7", &[], "");

        let rest = BTreeMap::from([("x".to_owned(), 0.5)]);
        Routes::<u8>::query(&routes, "a b", None, Some(true), &["x", "y="], (0.1, 8), &filter(), rest).await.unwrap();
        let line = "GET /kudos?fixed=1&type=a+b&some=true&tag=x&tag=y%3D&array=0.1&array=8&author=%C3%A4%26b&tags=1&tags=2&x=0.5";
        check(line, &[], "");

        Routes::<u8>::headers(&routes, "some text", 0.1, None, [1, 2]).await.unwrap();
        check("GET /headers", &["x-text: some text", "x-number: 0.1", "x-many: 1", "x-many: 2"], "");

        assert_eq!(Routes::<u8>::json(&routes, &filter()).await.unwrap(), [1, 2]);
        let json = r#"{"author":"ä&b","tags":[1,2],"page":null}"#;
        check("POST /json", &["content-type: application/json"], json);

        Routes::<u8>::typed(&routes, 5, "application/x+json", "a/b").await.unwrap();
        check("POST /typed/a%2Fb", &["content-type: application/x+json"], "5");

        assert_eq!(Routes::<u8>::form(&routes, filter()).await.unwrap(), "[1,2]");
        let form = "content-type: application/x-www-form-urlencoded";
        check("PUT /form", &[form], "author=%C3%A4%26b&tags=1&tags=2");

        let response = Routes::<u8>::body(&routes, "text/plain", b"hello".to_vec()).await.unwrap();
        assert_eq!(response.text().await.unwrap(), "[1,2]");
        check("PATCH /body", &["content-type: text/plain"], "hello");

        // What the caller chooses is JSON, even a string.
        assert_eq!(Routes::<u8>::read::<[u8; 2]>(&routes).await.unwrap(), [1, 2]);
        check("POST /answer/200", &["content-length: 0"], "");
        Routes::<u8>::read::<String>(&routes).await.unwrap_err();
        check("POST /answer/200", &[], "");

        Routes::<u8>::head(&routes).await.unwrap();
        check("HEAD /answer/200", &[], "");
        assert_eq!(Routes::<u8>::delete(&routes).await.unwrap(), None);
        check("DELETE /answer/204", &[], "");

        for status in [302, 404, 500] {
            let error = Routes::<u8>::status(&routes, status).await.unwrap_err();
            assert!(matches!(error, Error::Status { .. }), "{error}");
            assert_eq!(error.status().unwrap().as_u16(), status);
            check(&format!("PUT /answer/{status}"), &[], "");
        }

        // Nothing is sent: the next request that arrives is the one after these.
        for path in ["..", ".", ""] {
            let error = Routes::<u8>::names(&routes, path, 1, String::from("x")).await.unwrap_err();
            assert!(matches!(error, Error::Request { .. }), "{error}");
            assert!(error.to_string().starts_with("GET http://"), "it says which call: {error}");
        }
        let error = Routes::<u8>::lists(&routes, vec![(1, 2)]).await.unwrap_err();
        assert!(error.to_string().contains("/lists: `pairs` cannot be written into a query"), "{error}");
        let error = Routes::<u8>::headers(&routes, "a\r\nb", 1.0, None, [1, 2]).await.unwrap_err();
        assert!(error.to_string().contains("`x-text`"), "{error}");
        Routes::<u8>::head(&routes).await.unwrap();
        check("HEAD /answer/200", &[], "");
    });
}
