//! What makes a connection move.
//!
//! hyper wants its connections polled, and leaves open by whom. Here it is the exchange that is on the connection: no
//! task has to be woken for each request and again for its answer, and what is dropped is closed.
//!
//! ```text
//! let mut driver = Driver::new(connection);
//! driver.poll(cx, |quiet| answer.poll(quiet))
//! ```

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// How often a connection is moved that asks for it again at once.
const TURNS: usize = 4;

pub(super) struct Driver {
    /// `None` once it is closed. In a lock that nobody waits for: it makes a response `Sync`.
    connection: Mutex<Option<Connection>>,
    bell: Arc<Bell>,
    waker: Waker,
}

type Connection = Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>;

/// Wakes whoever polls the connection, but not while that is at it: a task that wakes itself costs more than the call.
struct Bell {
    is_polled: AtomicBool,
    has_rung: AtomicBool,
    task: Mutex<Waker>,
}

impl Driver {
    pub(super) fn new(
        connection: impl Future<Output = hyper::Result<()>> + Send + 'static,
    ) -> Driver {
        let bell = Arc::new(Bell {
            is_polled: AtomicBool::new(false),
            has_rung: AtomicBool::new(false),
            task: Mutex::new(Waker::noop().clone()),
        });
        Driver {
            connection: Mutex::new(Some(Box::pin(connection))),
            waker: Waker::from(Arc::clone(&bell)),
            bell,
        }
    }

    /// Polls what comes of the connection, `outcome`, and moves the connection until that is there or nothing moves.
    ///
    /// Only the connection makes it ready, so it needs no waker: `quiet` has none.
    pub(super) fn poll<T>(
        &mut self,
        cx: &Context<'_>,
        mut outcome: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let mut quiet = Context::from_waker(Waker::noop());
        self.bell.is_polled.store(true, Ordering::SeqCst);
        let mut polled = outcome(&mut quiet);
        // Without an end to it, what asks to be polled later would never get to that.
        for _ in 0..TURNS {
            if polled.is_ready() {
                break;
            }
            self.bell.has_rung.store(false, Ordering::SeqCst);
            self.turn();
            polled = outcome(&mut quiet);
            if !self.bell.has_rung.load(Ordering::SeqCst) {
                break;
            }
        }
        if polled.is_pending() {
            self.bell.set(cx.waker());
        }
        self.bell.is_polled.store(false, Ordering::SeqCst);
        if polled.is_pending() && self.bell.has_rung.load(Ordering::SeqCst) {
            cx.waker().wake_by_ref();
        }
        polled
    }

    /// Moves the connection as far as it goes now, for nobody: what came meanwhile is seen, such as its end.
    pub(super) fn settle(&mut self) {
        self.bell.is_polled.store(true, Ordering::SeqCst);
        self.turn();
        self.bell.set(Waker::noop());
        self.bell.is_polled.store(false, Ordering::SeqCst);
    }

    fn turn(&mut self) {
        let connection = &mut self.connection;
        let connection = connection.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut cx = Context::from_waker(&self.waker);
        // What goes wrong reaches the exchange that is on the connection.
        if connection
            .as_mut()
            .is_some_and(|connection| connection.as_mut().poll(&mut cx).is_ready())
        {
            *connection = None;
        }
    }

    /// What is left to be done, if the connection is open.
    pub(super) fn take(&mut self) -> Option<impl Future + Send + use<>> {
        let connection = self.connection.get_mut();
        connection.unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Bell {
    fn task(&self) -> MutexGuard<'_, Waker> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, waker: &Waker) {
        self.task().clone_from(waker);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::SeqCst);
        if !self.is_polled.load(Ordering::SeqCst) {
            let task = self.task().clone();
            task.wake();
        }
    }
}
