//! What operating systems do differently: signals, groups of processes, and pipes that nobody reads any more.

#[cfg(not(unix))]
pub use other::{Group, Signals, unread, when_unread};
#[cfg(unix)]
pub use unix::{Group, Signals, unread, when_unread};

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io;
    use std::iter;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;
    use std::os::unix::process::CommandExt as _;
    use std::process::Stdio;
    use std::thread;

    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::{Errno, ioctl_fionread};
    use rustix::process::{Pid, Signal, kill_process, kill_process_group};
    use tokio::process::{Child, Command};
    use tokio::signal::unix::{self, SignalKind};

    use super::super::logs::Sink;

    /// The signals that ask for an end.
    pub struct Signals {
        interrupt: unix::Signal,
        terminate: unix::Signal,
        hang_up: unix::Signal,
    }

    impl Signals {
        /// From now on they no longer end this process.
        pub fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: unix::signal(SignalKind::interrupt())?,
                terminate: unix::signal(SignalKind::terminate())?,
                hang_up: unix::signal(SignalKind::hangup())?,
            })
        }

        /// The next one's name.
        pub async fn next(&mut self) -> &'static str {
            tokio::select! {
                _ = self.interrupt.recv() => "SIGINT",
                _ = self.terminate.recv() => "SIGTERM",
                _ = self.hang_up.recv() => "SIGHUP",
            }
        }
    }

    /// Calls `then` once the pipe that stdout is has no reader any more, be there something to write or not. The end
    /// of a terminal is a signal; a socket whose other end only stopped writing would look the same.
    pub fn when_unread(then: impl FnOnce() + Send + 'static) {
        let Ok(stdout) = io::stdout().as_fd().try_clone_to_owned() else {
            return;
        };
        let stdout = File::from(stdout);
        let metadata = stdout.metadata();
        if !metadata.is_ok_and(|metadata| metadata.file_type().is_fifo()) {
            return;
        }
        let wait = move || {
            let mut ends = [PollFd::new(&stdout, PollFlags::HUP)];
            while let Err(Errno::INTR) = poll(&mut ends, None) {}
            if !ends[0].revents().is_empty() {
                then();
            }
        };
        // Without the thread it shows when something is written.
        let _ = thread::Builder::new().name("reader".into()).spawn(wait);
    }

    /// How many bytes are in the pipe that `sink` is, where that is known.
    pub fn unread(sink: Sink) -> Option<u64> {
        let unread = match sink {
            Sink::Stdout => ioctl_fionread(io::stdout()),
            Sink::Stderr => ioctl_fionread(io::stderr()),
        };
        unread.ok()
    }

    /// A process and, where it leads a group, what it started.
    pub struct Group {
        pid: Option<Pid>,
        watch: Option<Watch>,
    }

    impl Group {
        /// Makes the process to come the leader of a group of its own.
        pub fn lead(command: &mut Command) {
            command.process_group(0);
        }

        /// The group of a process that was just started.
        pub fn of(child: &Child, is_leader: bool) -> io::Result<Self> {
            let pid = child
                .id()
                .and_then(|id| i32::try_from(id).ok())
                .and_then(Pid::from_raw);
            let watch = pid.filter(|_| is_leader).map(Watch::over).transpose()?;
            Ok(Self { pid, watch })
        }

        /// Asks for an end.
        pub fn terminate(&self) {
            self.send(Signal::TERM);
        }

        /// Ends it.
        pub fn kill(&self) {
            self.send(Signal::KILL);
        }

        /// Ends what the process left behind, once it is no more itself.
        pub fn clear(&mut self) {
            if self.watch.take().is_some() {
                // Its number stands for the group as long as that has a process.
                let _ = self.pid.map(|pid| kill_process_group(pid, Signal::KILL));
            }
            self.pid = None;
        }

        fn send(&self, signal: Signal) {
            let Some(pid) = self.pid else { return };
            // What is gone already needs no signal.
            if self.watch.is_some() {
                let _ = kill_process_group(pid, signal);
                return;
            }
            // Its group is this process's too, so those it started are looked for one by one.
            for pid in iter::once(pid).chain(descendants(pid)) {
                let _ = kill_process(pid, signal);
            }
        }
    }

    /// What a process has started, and what that has, as far as `ps` tells.
    fn descendants(of: Pid) -> Vec<Pid> {
        let mut ps = std::process::Command::new("ps");
        ps.args(["-A", "-o", "pid=", "-o", "ppid="]);
        let listed = ps.stdin(Stdio::null()).output();
        let listed = listed.map(|output| output.stdout).unwrap_or_default();
        let listed = String::from_utf8_lossy(&listed);
        let pairs = listed.lines().filter_map(|line| {
            let mut numbers = line.split_whitespace().map(|number| number.parse().ok());
            Some((numbers.next()??, numbers.next()??))
        });
        let pairs: Vec<(i32, i32)> = pairs.collect();
        let mut found = vec![of.as_raw_nonzero().get()];
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            next += 1;
            let children = pairs.iter().filter(|(_, above)| *above == parent);
            found.extend(children.map(|(pid, _)| *pid));
        }
        let below = found.into_iter().skip(1);
        below.filter_map(Pid::from_raw).collect()
    }

    /// Kills a group once this process is gone, even if that was killed itself: a shell that waits for the
    /// end of a pipe.
    struct Watch(std::process::Child);

    impl Watch {
        fn over(group: Pid) -> io::Result<Self> {
            let shell = std::process::Command::new("sh")
                .args([
                    "-c",
                    "read -r _; kill -s KILL -- \"-$0\"",
                    &group.to_string(),
                ])
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                // Ctrl-C is not for it.
                .process_group(0)
                .spawn()?;
            Ok(Self(shell))
        }
    }

    impl Drop for Watch {
        fn drop(&mut self) {
            // The pipe is still open, so it did nothing yet.
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

#[cfg(not(unix))]
mod other {
    use std::io;

    use tokio::process::{Child, Command};

    use super::super::logs::Sink;

    /// Ctrl-C.
    pub struct Signals;

    impl Signals {
        /// From now on it no longer ends this process.
        pub fn new() -> io::Result<Self> {
            Ok(Self)
        }

        /// The next one's name.
        pub async fn next(&mut self) -> &'static str {
            match tokio::signal::ctrl_c().await {
                Ok(()) => "Ctrl-C",
                Err(_) => std::future::pending().await,
            }
        }
    }

    /// It shows when something is written.
    pub fn when_unread(_: impl FnOnce() + Send + 'static) {}

    /// Not known.
    pub fn unread(_: Sink) -> Option<u64> {
        None
    }

    /// There are no groups: the process is on its own, and can only be killed.
    pub struct Group;

    impl Group {
        /// Nothing to prepare.
        pub fn lead(_: &mut Command) {}

        /// The group of a process that was just started.
        pub fn of(_: &Child, _: bool) -> io::Result<Self> {
            Ok(Self)
        }

        /// There is no way to ask.
        pub fn terminate(&self) {}

        /// Left to the process itself.
        pub fn kill(&self) {}

        /// Nothing is known of what it left behind.
        pub fn clear(&mut self) {}
    }
}
