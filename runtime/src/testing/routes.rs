//! Which request gets which answer.
//!
//! ```
//! use service_connect::Method;
//! use service_connect::testing::{Answer, Server};
//!
//! # async fn test() -> service_connect::Result<()> {
//! let server = Server::start().await;
//! server.otherwise().status(404);
//! server.on(Method::GET, "/kudos/{id}").json(&7);
//! server.on(Method::GET, "/kudos/8?full=1").answer(Answer::json(&8).with_status(206));
//!
//! let client = server.client();
//! assert_eq!(client.get("/kudos/8?full=1").await?.status(), 206);
//! assert_eq!(client.get("/kudos/8").await?.status(), 200);
//! assert_eq!(client.get("/kudos").await?.status(), 404);
//! # Ok(())
//! # }
//! # let mut runtime = tokio::runtime::Builder::new_current_thread();
//! # runtime.enable_all().build().unwrap().block_on(test()).unwrap();
//! ```

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::{Answer, Request};
use crate::client::parse;
use crate::error::invalid;

type Reply = dyn Fn(&Request) -> Answer + Send + Sync;

/// What a server was told to answer.
#[derive(Default)]
pub(super) struct Routes(Mutex<Vec<Route>>);

struct Route {
    pattern: Option<Pattern>,
    reply: Arc<Reply>,
}

struct Pattern {
    method: Method,
    /// As it was written.
    text: String,
    /// Decoded; `None` is a segment of any text.
    segments: Vec<Option<String>>,
    /// Where it is `None`, any does.
    query: Option<Pairs>,
}

/// The names and values of a query, decoded and sorted.
type Pairs = Vec<(String, String)>;

/// Which requests an answer is for: the answer is still to be said.
#[must_use = "a request has no answer until one is set, such as with `.status(200)`"]
pub struct On<'a> {
    routes: &'a Routes,
    pattern: Option<Pattern>,
}

impl On<'_> {
    /// This answer, each time.
    pub fn answer(self, answer: Answer) {
        self.answer_with(move |_| answer.clone());
    }

    /// The first answer to the first request, and so on; the last one again and again.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn in_turn(self, answers: impl IntoIterator<Item = Answer>) {
        let answers = Vec::from_iter(answers);
        assert!(!answers.is_empty(), "there is no answer to give in turn");
        let turn = AtomicUsize::new(0);
        self.answer_with(move |_| {
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            answers[turn.min(answers.len() - 1)].clone()
        });
    }

    /// What `reply` makes of the request. A panic in it ends the connection without an answer.
    pub fn answer_with(self, reply: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
        self.routes.lock().push(Route {
            pattern: self.pattern,
            reply: Arc::new(reply),
        });
    }

    /// [`Answer::status`], each time.
    ///
    /// # Panics
    /// As that.
    #[track_caller]
    pub fn status(self, status: u16) {
        self.answer(Answer::status(status));
    }

    /// [`Answer::text`], each time.
    pub fn text(self, text: impl Into<String>) {
        self.answer(Answer::text(text));
    }

    /// [`Answer::json`], each time.
    ///
    /// # Panics
    /// As that.
    #[track_caller]
    pub fn json<T: Serialize + ?Sized>(self, value: &T) {
        self.answer(Answer::json(value));
    }
}

impl Routes {
    /// # Panics
    /// For a path that no request can have.
    #[track_caller]
    pub(super) fn on(&self, method: Method, path: &str) -> On<'_> {
        match Pattern::new(method, path) {
            Ok(pattern) => On {
                routes: self,
                pattern: Some(pattern),
            },
            Err(error) => panic!("no request has the path {path:?}: {error}"),
        }
    }

    pub(super) fn otherwise(&self) -> On<'_> {
        On {
            routes: self,
            pattern: None,
        }
    }

    /// The one that was set last wins, so that a test can change what was set for all.
    pub(super) fn reply(&self, request: &Request) -> Answer {
        let routes = self.lock();
        let mut latest = routes.iter().rev();
        let found = latest
            .clone()
            .find(|route| route.pattern.as_ref().is_some_and(|it| it.matches(request)))
            .or_else(|| latest.find(|route| route.pattern.is_none()));
        match found {
            Some(route) => {
                let reply = Arc::clone(&route.reply);
                // It may take long, or set another answer.
                drop(routes);
                reply(request)
            }
            None => unknown(request, &routes),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Route>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 501, not 404: what is tried may have a meaning for 404, and pass without having met its answer.
///
/// It is printed too, which a test shows if it fails: typed routes do not look at the body of an error.
fn unknown(request: &Request, routes: &[Route]) -> Answer {
    let known = routes.iter().filter_map(|route| route.pattern.as_ref());
    let known: Vec<_> = known.map(Pattern::to_string).collect();
    let known = match known.as_slice() {
        [] => "nothing".to_owned(),
        known => known.join(", "),
    };
    let (method, path) = (request.method(), request.target());
    let text = format!(
        "the test server has no answer to {method} {path}, only to {known}: set one with \
         server.on(Method::{method}, \"{}\")\n",
        request.path()
    );
    eprint!("{text}");
    Answer::text(text).with_status(501)
}

impl Pattern {
    fn new(method: Method, text: &str) -> crate::Result<Pattern> {
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (text, None),
        };
        // What no request can have.
        parse(text)?;
        if path.contains("://") {
            return Err(invalid("it is a URL: leave out the scheme and the host"));
        }
        let query = query.map(pairs);
        let segments = path.strip_prefix('/').unwrap_or(path).split('/');
        let segments = segments.map(|segment| {
            let name = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            if name.is_some_and(|name| !name.contains(['{', '}', '*'])) {
                return Ok(None);
            }
            if segment.contains(['{', '}']) {
                return Err(invalid(
                    "a placeholder, such as `{id}`, is a whole segment and stands for one",
                ));
            }
            Ok(Some(decoded(segment)))
        });
        Ok(Pattern {
            method,
            text: text.to_owned(),
            segments: segments.collect::<crate::Result<_>>()?,
            query,
        })
    }

    fn matches(&self, request: &Request) -> bool {
        let path = request.path();
        let mut found = path.strip_prefix('/').unwrap_or(path).split('/');
        let has_query = |query: &Pairs| pairs(request.query().unwrap_or_default()) == *query;
        self.method == request.method()
            && self.query.as_ref().is_none_or(has_query)
            && self
                .segments
                .iter()
                .all(|expected| match (expected, found.next()) {
                    (Some(expected), Some(found)) => *expected == decoded(found),
                    (None, Some(found)) => !found.is_empty(),
                    (_, None) => false,
                })
            && found.next().is_none()
    }
}

/// However a client encodes it.
fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn pairs(query: &str) -> Pairs {
    let mut pairs: Pairs = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    pairs.sort();
    pairs
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.text)
    }
}

impl fmt::Debug for On<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = self.pattern.as_ref().map(Pattern::to_string);
        f.debug_tuple("On").field(&pattern).finish()
    }
}
