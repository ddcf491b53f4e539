//! What goes wrong here, as gRPC says it: a code and a message, in headers or after what of a body came.
//!
//! ```text
//! status::response(&error); // 200, `grpc-status: 14`
//! ```

use std::error::Error as _;

use h2::Reason;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response};

use super::super::path::encode;
use crate::{Body, Error};

/// <https://grpc.github.io/grpc/core/md_doc_statuscodes.html>
const CANCELLED: u16 = 1;
const UNKNOWN: u16 = 2;
const DEADLINE_EXCEEDED: u16 = 4;
const PERMISSION_DENIED: u16 = 7;
const RESOURCE_EXHAUSTED: u16 = 8;
const FAILED_PRECONDITION: u16 = 9;
const INTERNAL: u16 = 13;
const UNAVAILABLE: u16 = 14;

/// An answer that is nothing but this.
pub(super) fn response(error: &Error) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.headers_mut() = trailers(error);
    let grpc = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, grpc);
    response
}

/// The end of one that had begun.
pub(super) fn trailers(error: &Error) -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(3);
    trailers.insert("grpc-status", HeaderValue::from(code(error)));
    // As `main` would print it: a status has no causes.
    if let Ok(message) = HeaderValue::try_from(encoded(&format!("{error:?}"))) {
        trailers.insert("grpc-message", message);
    }
    trailers
}

fn code(error: &Error) -> u16 {
    match error {
        // Trying again does not help for as long as this is so.
        Error::Variable(_) | Error::NoWay(_) => FAILED_PRECONDITION,
        Error::Request(_) | Error::Body(_) => INTERNAL,
        Error::Resolve(_) | Error::Connect(_) => UNAVAILABLE,
        Error::Busy(_) => RESOURCE_EXHAUSTED,
        Error::Timeout(_) => DEADLINE_EXCEEDED,
        Error::Transport(_) => {
            let cause = error.source().and_then(|cause| cause.downcast_ref());
            cause.map_or(UNAVAILABLE, code_of_reset)
        }
        Error::Decode(_) | Error::Status(_) => UNKNOWN,
    }
}

/// As gRPC has it for a stream that the server reset.
/// <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#errors>
fn code_of_reset(error: &h2::Error) -> u16 {
    match error.reason() {
        Some(reason) if error.is_reset() => match reason {
            Reason::REFUSED_STREAM => UNAVAILABLE,
            Reason::CANCEL => CANCELLED,
            Reason::ENHANCE_YOUR_CALM => RESOURCE_EXHAUSTED,
            Reason::INADEQUATE_SECURITY => PERMISSION_DENIED,
            _ => INTERNAL,
        },
        _ => UNAVAILABLE,
    }
}

/// Percent-encoded, but for what is printable ASCII.
fn encoded(message: &str) -> String {
    let mut encoded = String::with_capacity(message.len());
    for byte in message.bytes() {
        if matches!(byte, b' '..=b'~') && byte != b'%' {
            encoded.push(char::from(byte));
        } else {
            encode(byte, &mut encoded);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_encoded_as_grpc_has_it() {
        for (message, expected) in [
            ("plain: `text`, 1~2", "plain: `text`, 1~2"),
            ("100 %", "100 %25"),
            ("zoë\n", "zo%C3%AB%0A"),
        ] {
            assert_eq!(encoded(message), expected);
        }
    }

    #[test]
    fn the_code_of_a_reset_is_the_one_that_grpc_names() {
        // One that is no reset is a connection that broke.
        assert_eq!(code_of_reset(&Reason::CANCEL.into()), UNAVAILABLE);
    }
}
