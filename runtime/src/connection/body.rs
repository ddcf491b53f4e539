//! The body of a response, which holds its connection until it ends.
//!
//! ```text
//! while let Some(chunk) = body.chunk().await? { … }
//! ```

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};

use super::{Connection, pool};

pub(crate) struct Body {
    incoming: Incoming,
    /// Dropped with an unfinished body, which closes the connection.
    connection: Option<Connection>,
}

impl Body {
    pub(super) fn new(incoming: Incoming, connection: Connection) -> Body {
        let mut body = Body {
            incoming,
            connection: Some(connection),
        };
        body.release_at_end();
        body
    }

    /// The next part of the body; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> hyper::Result<Option<Bytes>> {
        while let Some(frame) = self.incoming.frame().await.transpose()? {
            self.release_at_end();
            // Trailers are no part of the body.
            if let Ok(chunk) = frame.into_data() {
                return Ok(Some(chunk));
            }
        }
        self.release();
        Ok(None)
    }

    /// A body of known length ends with its last part.
    fn release_at_end(&mut self) {
        if self.incoming.is_end_stream() {
            self.release();
        }
    }

    fn release(&mut self) {
        if let Some(connection) = self.connection.take() {
            pool::put(connection);
        }
    }
}
