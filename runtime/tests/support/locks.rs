//! Whether a lock of this library is held while somebody else's code runs.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Fails where one is held: `drain` takes those of all pools, on another thread, and would wait for ever.
pub fn are_free<F: Future>(drain: impl FnOnce() -> F + Send + 'static, occasion: &str) {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(drain());
        let _ = done.send(());
    });
    let waited = is_done.recv_timeout(Duration::from_secs(10));
    assert!(waited.is_ok(), "a lock is held in {occasion}");
}
