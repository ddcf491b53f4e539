//! Calls of `Api::get` itself from blocking code, with all that they do: fallback, balancing, retries.
//!
//! They need a tokio runtime. A program without one makes one, of one thread, once: connections last as long as it does. Any
//! thread may wait for calls there, but none that is itself part of a runtime: there `block_on` panics. Code that an async
//! program runs in `spawn_blocking` takes the handle of that runtime.
//!
//! ```sh
//! python3 -m http.server --bind 127.0.0.1 8080 &
//! SERVICE_CONNECT_URL_API=http://127.0.0.1:8080 \
//!     cargo run --manifest-path examples/other-clients/Cargo.toml --bin blocking
//! ```

use std::error::Error;
use std::{io, thread};

use tokio::runtime::{Builder, Handle};
use tokio::task::spawn_blocking;

// `Api` and the other services of `copilot/`: one that is not there does not compile.
service_connect::clients!();

/// What blocking code has of the service: the runtime, and plain functions.
#[derive(Clone)]
struct Pages {
    runtime: Handle,
}

impl Pages {
    /// The length of a page.
    fn length(&self, path: &str) -> service_connect::Result<usize> {
        self.runtime.block_on(async {
            let page = Api::get(path).await?.error_for_status()?;
            Ok(page.bytes().await?.len())
        })
    }

    /// The same without holding the page: each part is waited for on its own.
    fn copy(&self, path: &str, mut to: impl io::Write) -> Result<(), Box<dyn Error>> {
        let page = self.runtime.block_on(Api::get(path).send())?;
        let mut page = page.error_for_status()?;
        while let Some(part) = self.runtime.block_on(page.chunk())? {
            to.write_all(&part)?;
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // Of several threads, even if it has one: `Handle::block_on` waits forever for a runtime of the current thread.
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let pages = Pages {
        runtime: runtime.handle().clone(),
    };
    println!("{} bytes", pages.length("/")?);
    pages.copy("/", io::sink())?;

    // From other threads.
    let lengths = thread::scope(|scope| {
        let threads = [(); 3].map(|()| scope.spawn(|| pages.length("/")));
        threads.map(|thread| thread.join().expect("no panic"))
    });
    for length in lengths {
        println!("{} bytes", length?);
    }

    // As an async program would call the blocking code.
    let pages = runtime.block_on(async {
        let pages = Pages {
            runtime: Handle::current(),
        };
        spawn_blocking(move || pages.length("/")).await
    });
    println!("{} bytes", pages??);
    Ok(())
}
