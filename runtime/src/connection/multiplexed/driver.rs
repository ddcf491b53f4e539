//! What moves a connection that many streams are on: a task of its own, for none of them is there all the time.
//!
//! ```text
//! let (sender, driver) = Driver::new(h2, pulse);
//! tokio::spawn(driver.run(ready));
//! ```

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::client::Connection;
use h2::{Ping, PingPong};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep_until};

use super::pulse::{Over, Pulse, Turn};

/// What the streams and their driver share.
pub(super) struct Shared(Mutex<Pulse>);

impl Shared {
    pub(super) fn new(pulse: Pulse) -> Arc<Shared> {
        Arc::new(Shared(Mutex::new(pulse)))
    }

    pub(super) fn pulse(&self) -> MutexGuard<'_, Pulse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Driver<T> {
    pub(super) connection: Connection<T, Bytes>,
    pub(super) shared: Arc<Shared>,
    /// Told, or closed, when nobody has the connection any more.
    pub(super) left: oneshot::Receiver<()>,
}

/// However it ends, it is over.
struct Closing(Arc<Shared>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.pulse().close();
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Driver<T> {
    /// Moves it to its end. `settled` is told when the other end has said that it speaks HTTP/2, or why it never did.
    pub(super) async fn run(self, settled: oneshot::Sender<io::Result<()>>) {
        let Driver {
            mut connection,
            shared,
            mut left,
        } = self;
        let _closing = Closing(Arc::clone(&shared));
        let mut settled = Some(settled);
        let mut is_left = false;
        let mut pings = connection.ping_pong();
        let mut clock = pin!(sleep_until(Instant::now()));
        let end = poll_fn(|cx| {
            // It does not notice by itself that its last handle is dropped: it has to be polled then.
            is_left = is_left || Pin::new(&mut left).poll(cx).is_ready();
            if let Some(pings) = &mut pings
                && poll_pulse(&shared, pings, clock.as_mut(), cx).is_ready()
            {
                return Poll::Ready(Ok(()));
            }
            let end = Pin::new(&mut connection).poll(cx);
            if end.is_pending() && connection.max_concurrent_send_streams() > 0 {
                // The settings came that it begins with.
                settled.take().map(|settled| settled.send(Ok(())));
            }
            end
        })
        .await;
        if let Some(settled) = settled {
            // Nobody may be waiting.
            let _ = settled.send(Err(unsettled(end)));
        }
    }
}

/// Ready once it is over.
fn poll_pulse(
    shared: &Shared,
    pings: &mut PingPong,
    mut clock: Pin<&mut Sleep>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    // What goes wrong with a ping goes wrong with the connection.
    if let Poll::Ready(Ok(_)) = pings.poll_pong(cx) {
        shared.pulse().pong(Instant::now());
    }
    loop {
        ready!(clock.as_mut().poll(cx));
        let turn = shared.pulse().turn(Instant::now());
        let next = match turn {
            Turn::Rest(next) => next,
            Turn::Ping(next) => {
                let _ = pings.send_ping(Ping::opaque());
                // For the answer to wake this.
                if let Poll::Ready(Ok(_)) = pings.poll_pong(cx) {
                    shared.pulse().pong(Instant::now());
                }
                next
            }
            Turn::Over(Over::Unused | Over::Dead) => return Poll::Ready(()),
        };
        clock.as_mut().reset(next);
    }
}

/// Why a connection came to nothing.
fn unsettled(end: Result<(), h2::Error>) -> io::Error {
    let Err(error) = end else {
        let problem = "it was closed before it spoke HTTP/2, which gRPC needs";
        return io::Error::new(io::ErrorKind::UnexpectedEof, problem);
    };
    if error.is_go_away() && error.is_remote() {
        return io::Error::new(io::ErrorKind::ConnectionAborted, error);
    }
    match error.into_io() {
        Some(error) => error,
        None => io::Error::new(
            io::ErrorKind::InvalidData,
            "what came back is no HTTP/2, which gRPC needs: see whether the service speaks gRPC on this port",
        ),
    }
}
