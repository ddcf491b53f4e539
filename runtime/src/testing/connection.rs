//! One connection of a server, through hyper.
//!
//! ```text
//! tokio::spawn(connection::serve(stream, state));
//! ```

use std::error::Error;
use std::future::poll_fn;
use std::sync::Arc;

use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Request;
use super::answer::Reset;
use super::body::Paced;
use super::state::State;

type Exchange = Result<Response<Paced>, Box<dyn Error + Send + Sync>>;

/// Answers what comes over `stream` until either side ends it.
pub(super) async fn serve(stream: TcpStream, state: Arc<State>) {
    // Bytes that trickle go at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| Box::pin(exchange(request, &state)));
    let mut connection = http1::Builder::new()
        .auto_date_header(false)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let end = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    if end.is_err_and(|error| error.source().is_some_and(<dyn Error>::is::<Reset>)) {
        // Closing a socket that does not linger resets its connection.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

/// The request is kept before it is answered, so that one that hangs is seen as well.
async fn exchange(request: http::Request<Incoming>, state: &State) -> Exchange {
    let (head, body) = request.into_parts();
    let request = Request::new(head, body.collect().await?.to_bytes());
    state.keep(request.clone());
    Ok(state.routes.reply(&request).give().await?)
}
