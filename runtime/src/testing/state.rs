//! What a server and its connections share.
//!
//! ```text
//! state.keep(request.clone());
//! let answer = state.routes.reply(&request);
//! ```

use tokio::sync::watch;

use super::Request;
use super::routes::Routes;

/// The answers, and the requests so far.
#[derive(Default)]
pub(super) struct State {
    pub(super) routes: Routes,
    pub(super) requests: watch::Sender<Vec<Request>>,
}

impl State {
    pub(super) fn keep(&self, request: Request) {
        self.requests.send_modify(|requests| requests.push(request));
    }
}
