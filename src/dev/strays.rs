//! Processes that a task has started and that have left its group, such as daemons: on Linux they are known by a variable
//! in the environment that they began with, and end with the task.

#[cfg(target_os = "linux")]
pub use linux::{end, kill_all, mark};
#[cfg(not(target_os = "linux"))]
pub use other::{end, kill_all, mark};

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::hash::{BuildHasher as _, RandomState};
    use std::os::fd::OwnedFd;
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
    use tokio::process::Command;
    use tokio::task::spawn_blocking;

    use super::super::task::Task;

    /// What it is called; each of their tasks follows.
    const MARK: &str = "CARGO_SERVICE_CONNECT_TASK";

    /// How long they may take to be gone.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// How long one of them may.
    const PAUSE: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 100_000_000,
    };

    /// No other `dev` has the same, not even one in a container, whose processes have numbers of their own.
    static SELF: LazyLock<String> =
        LazyLock::new(|| format!("{:016x}", RandomState::new().hash_one(())));

    /// Marks what will be started for a task.
    pub fn mark(command: &mut Command, task: &Task) {
        command.env(MARK, value(task));
    }

    fn value(task: &Task) -> String {
        format!("{}-{task}", *SELF)
    }

    /// Kills what a task has left behind, or all of them have, until nothing is left.
    pub async fn end(of: Option<&Task>) {
        let of = of.cloned();
        let all = move || {
            let start = Instant::now();
            // What even SIGKILL does not end hangs in the system.
            while start.elapsed() < PATIENCE {
                let killed = kill(of.as_ref());
                if killed.is_empty() {
                    return;
                }
                for process in killed {
                    let mut ends = [PollFd::new(&process, PollFlags::IN)];
                    let _ = poll(&mut ends, Some(&PAUSE));
                }
            }
        };
        let _ = spawn_blocking(all).await;
    }

    /// Kills what all have left behind, as far as it is there now.
    pub fn kill_all() {
        kill(None);
    }

    /// Those that it killed.
    fn kill(of: Option<&Task>) -> Vec<OwnedFd> {
        let entry = match of {
            Some(task) => format!("{MARK}={}\0", value(task)),
            None => format!("{MARK}={}-", *SELF),
        };
        let Ok(processes) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let marked = numbers.filter_map(|number| {
            // Held before it is looked at, so that its number cannot be another's by then.
            let process = pidfd_open(Pid::from_raw(number)?, PidfdFlags::empty()).ok()?;
            let environment = fs::read(format!("/proc/{number}/environ")).ok()?;
            let mut entries = environment.split_inclusive(|byte| *byte == 0);
            entries
                .any(|own| own.starts_with(entry.as_bytes()))
                .then_some(process)
        });
        let killed = marked.filter(|process| pidfd_send_signal(process, Signal::KILL).is_ok());
        killed.collect()
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use tokio::process::Command;

    use super::super::task::Task;

    /// Nothing to mark.
    pub fn mark(_: &mut Command, _: &Task) {}

    /// They cannot be found.
    pub fn end(_: Option<&Task>) -> impl Future<Output = ()> {
        std::future::ready(())
    }

    /// They cannot be found.
    pub fn kill_all() {}
}
