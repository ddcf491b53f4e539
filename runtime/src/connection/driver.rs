//! What makes a connection move.
//!
//! hyper wants its connections polled, and leaves open by whom. Here it is the exchange that is on the connection: no
//! task has to be woken for each request and again for its answer, and what is dropped is closed. Only where an answer
//! comes before the whole request went out, a task takes over, because then nobody may be polling.
//!
//! ```text
//! let mut driver = Driver::new(connection);
//! driver.poll(cx, |quiet| answer.poll(quiet))
//! ```

use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// How often a connection is moved that asks for it again at once.
const TURNS: usize = 4;

pub(super) struct Driver {
    /// `None` once it is closed. In a lock that nobody waits for: it makes a response `Sync`.
    connection: Mutex<Option<Connection>>,
    bell: Arc<Bell>,
    waker: Waker,
    /// Moves it in the place of the exchange, and ends with this.
    task: JoinSet<()>,
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
            task: JoinSet::new(),
        }
    }

    /// From now on a task of `home` moves the connection, whether anybody polls the exchange or not.
    pub(super) fn detach(&mut self, home: &Handle) {
        if let Some(connection) = inner(&mut self.connection).take() {
            self.task.spawn_on(async { drop(connection.await) }, home);
        }
    }

    /// Polls what comes of the connection, `outcome`, and moves the connection until that is there or nothing moves.
    ///
    /// Only the connection makes it ready, so it needs no waker: `quiet` has none.
    pub(super) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut outcome: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if !self.task.is_empty() {
            return outcome(cx);
        }
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
        let connection = inner(&mut self.connection);
        let mut cx = Context::from_waker(&self.waker);
        // What goes wrong reaches the exchange that is on the connection.
        if connection
            .as_mut()
            .is_some_and(|connection| connection.as_mut().poll(&mut cx).is_ready())
        {
            *connection = None;
        }
    }

    /// What is left to be done, which this does no longer. Dropped, it closes the connection.
    pub(super) fn rest(&mut self) -> impl Future<Output = ()> + Send + use<> {
        let connection = inner(&mut self.connection).take();
        let mut task = mem::take(&mut self.task);
        async move {
            if let Some(connection) = connection {
                drop(connection.await);
            }
            task.join_next().await;
        }
    }
}

fn inner(connection: &mut Mutex<Option<Connection>>) -> &mut Option<Connection> {
    connection.get_mut().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// Counts how often a task is woken.
    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl Task {
        fn woken(&self) -> usize {
            self.0.load(Ordering::SeqCst)
        }
    }

    /// A connection that is ready after so many turns, rings as often as it is told, and keeps its bell.
    struct Scripted {
        driver: Driver,
        turns: Arc<AtomicUsize>,
        bell: Arc<Mutex<Option<Waker>>>,
    }

    fn scripted(rings: usize) -> Scripted {
        let turns = Arc::new(AtomicUsize::new(0));
        let bell = Arc::new(Mutex::new(None));
        let connection = {
            let (turns, bell) = (turns.clone(), bell.clone());
            poll_fn(move |cx| {
                if turns.fetch_add(1, Ordering::SeqCst) < rings {
                    cx.waker().wake_by_ref();
                }
                *bell.lock().unwrap() = Some(cx.waker().clone());
                Poll::Pending
            })
        };
        Scripted {
            driver: Driver::new(connection),
            turns,
            bell,
        }
    }

    impl Scripted {
        /// Polls for an outcome that is there after so many turns in all.
        fn poll(&mut self, task: &Arc<Task>, after: usize) -> Poll<()> {
            let waker = Waker::from(Arc::clone(task));
            let turns = Arc::clone(&self.turns);
            self.driver.poll(&mut Context::from_waker(&waker), |_| {
                if turns.load(Ordering::SeqCst) >= after {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
        }

        fn turns(&self) -> usize {
            self.turns.load(Ordering::SeqCst)
        }

        fn ring(&self) {
            let bell = self.bell.lock().unwrap().clone();
            bell.expect("it was polled").wake();
        }
    }

    #[test]
    fn a_connection_that_rings_while_it_is_polled_is_polled_again_and_wakes_nobody() {
        let task = Arc::default();
        // Rings, turns that are needed, turns that are taken.
        for (rings, after, turns) in [(0, 0, 0), (0, 1, 1), (1, 2, 2), (3, 4, 4)] {
            let mut scripted = scripted(rings);
            assert!(scripted.poll(&task, after).is_ready());
            assert_eq!(scripted.turns(), turns);
        }
        assert_eq!(task.woken(), 0);
    }

    #[test]
    fn what_rings_without_end_gives_way_to_others_and_comes_back() {
        let task = Arc::default();
        let mut scripted = scripted(usize::MAX);
        assert!(scripted.poll(&task, usize::MAX).is_pending());
        assert_eq!((scripted.turns(), task.woken()), (TURNS, 1));
    }

    #[test]
    fn what_rings_later_wakes_the_task_that_polled_last() {
        let (first, second) = (Arc::default(), Arc::default());
        let mut scripted = scripted(0);
        assert!(scripted.poll(&first, 9).is_pending());
        assert!(scripted.poll(&second, 9).is_pending());
        scripted.ring();
        assert_eq!((first.woken(), second.woken()), (0, 1));
        // Nobody waits for an idle connection.
        scripted.driver.settle();
        scripted.ring();
        assert_eq!((first.woken(), second.woken()), (0, 1));
        assert_eq!(scripted.turns(), 3);
    }

    #[tokio::test]
    async fn a_task_moves_what_is_detached_and_ends_with_it() {
        let mut scripted = scripted(9);
        scripted.driver.detach(&Handle::current());
        while scripted.turns() < 10 {
            tokio::task::yield_now().await;
        }
        let (turns, dropped) = (Arc::downgrade(&scripted.turns), scripted.driver);
        drop((scripted.turns, scripted.bell, dropped));
        while turns.strong_count() > 0 {
            tokio::task::yield_now().await;
        }
    }
}
