//! How many files may be open: each task takes some of this process.

#[cfg(not(unix))]
pub use other::{explained, give_back, raise};
#[cfg(unix)]
pub use unix::{explained, give_back, raise};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::OnceLock;

    use rustix::io::Errno;
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use tokio::process::Child;

    /// What macOS allows even where it says that there is no limit.
    const OPEN_MAX: u64 = 10_240;

    /// The limit that the user has set, where it is another one by now.
    static BEFORE: OnceLock<Rlimit> = OnceLock::new();

    /// Allows this process as many as it may allow itself.
    pub fn raise() {
        let limit = getrlimit(Resource::Nofile);
        for most in [limit.maximum, Some(OPEN_MAX)] {
            let is_more = limit
                .current
                .is_some_and(|current| most.is_none_or(|most| most > current));
            let raised = Rlimit {
                current: most,
                ..limit
            };
            if is_more && setrlimit(Resource::Nofile, raised).is_ok() {
                let _ = BEFORE.set(limit);
                return;
            }
        }
    }

    /// Gives a process that was just started the limit that the user has set, as some make tables of that length. On
    /// others than Linux it keeps the one of this process.
    pub fn give_back(child: &Child) {
        #[cfg(target_os = "linux")]
        {
            let pid = child.id().and_then(|id| i32::try_from(id).ok());
            let pid = pid.and_then(rustix::process::Pid::from_raw);
            if let (Some(limit), Some(_)) = (BEFORE.get(), pid) {
                // What has ended already needs none.
                let _ = rustix::process::prlimit(pid, Resource::Nofile, *limit);
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = child;
    }

    /// With what to do, where too many are open.
    pub fn explained(error: io::Error) -> io::Error {
        match (
            Errno::from_io_error(&error),
            getrlimit(Resource::Nofile).current,
        ) {
            (Some(Errno::MFILE), Some(limit)) => {
                let more = limit.saturating_mul(2);
                io::Error::other(format!(
                    "{error}: allow more than {limit} with `ulimit -n {more}`"
                ))
            }
            _ => error,
        }
    }
}

#[cfg(not(unix))]
mod other {
    use std::io;

    use tokio::process::Child;

    /// There is no limit to raise.
    pub fn raise() {}

    /// Nor one to give back.
    pub fn give_back(_: &Child) {}

    /// Nor one to speak of.
    pub fn explained(error: io::Error) -> io::Error {
        error
    }
}
