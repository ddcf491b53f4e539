//! The namespaces of one environment: network, mounts and processes.
//!
//! ```no_run
//! let namespace = data_plane::namespace::Namespace::new()?;
//! let mut command = namespace.command();
//! command.args(["ip", "address"]);
//! assert!(command.status().unwrap().success());
//! # Ok::<(), data_plane::Error>(())
//! ```
//!
//! The first process in there waits for the end of its input, which only this process holds open. So it ends with this
//! process too, even if that is killed, and the kernel ends with it all others in there, and their mounts and
//! interfaces. None of these has a name outside, so nothing can be left over.
//!
//! The processes out here that wait for those in there are no part of this process's group. A signal to the group, such
//! as Ctrl-C, does not reach them: they are to end last, for the kernel keeps a namespace until nobody has to be told of
//! a process in it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::error::While;
use crate::{Error, Result, programs};

/// The bridge that the tasks are on, which is the client of tests too.
pub const GATEWAY: &str = "10.0.0.1";

/// Where the resolver of the network is, as in a VPC: the third address of it.
pub const RESOLVER: &str = "10.0.0.2";

const INIT: &str = r#"
set -eu
mount -t tmpfs -o mode=755 scratch "$1"
ip link set lo up
# Else it has the lowest address of what is on it, which a task that is added changes for those that know the old one.
ip link add bridge address 02:00:00:00:00:01 type bridge
ip address add "$2/16" dev bridge
ip address add "$3/16" dev bridge
ip link set bridge up
echo ready
# Until its end; nothing is ever written.
cat
"#;

/// The namespaces. Dropping this ends all that is in them.
#[derive(Debug)]
pub struct Namespace {
    /// `unshare`, which waits for the first process and is in the same namespaces, but for that of processes.
    init: Child,
    /// Taken when it is to end.
    life: Option<ChildStdin>,
    is_user: bool,
    scratch: PathBuf,
}

impl Namespace {
    /// New ones, with a bridge and a file system for what environments write.
    ///
    /// # Errors
    /// Where the machine refuses.
    pub fn new() -> Result<Self> {
        let options = programs::unshare_options()?;
        let scratch = programs::mount_point()?;
        let failed = || {
            "no namespaces can be made: see what `tests/data-plane/run` says, which looks whether this machine can"
                .to_owned()
        };
        let mut init = Command::new("unshare")
            .args(&options)
            .args(["bash", "-c", INIT, "init"])
            .arg(&scratch)
            .args([GATEWAY, RESOLVER])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .when(failed)?;
        let life = init.stdin.take();
        let mut said = String::new();
        if let Some(output) = init.stdout.take() {
            BufReader::new(output).read_line(&mut said).when(failed)?;
        }
        let namespace = Self {
            init,
            life,
            is_user: options.iter().any(|option| option == "--user"),
            scratch,
        };
        if said.trim() == "ready" {
            Ok(namespace)
        } else {
            Err(Error::new(failed()))
        }
    }

    /// A command that is run in here; what to run is added as arguments.
    #[must_use]
    pub fn command(&self) -> Command {
        let id = self.init.id();
        let mut command = enter();
        command.arg("--target").arg(id.to_string());
        if self.is_user {
            // The user is the root of it already, and may not say so again.
            command.args(["--user", "--preserve-credentials"]);
        }
        command
            .args(["--net", "--mount"])
            .arg(format!("--pid=/proc/{id}/ns/pid_for_children"))
            .arg("--");
        command
    }

    /// What the links of `/proc/*/ns` name them.
    ///
    /// # Errors
    /// Where the kernel does not say.
    pub fn ids(&self) -> Result<Vec<String>> {
        let id = self.init.id();
        let links = ["net", "mnt", "pid_for_children"];
        let links = links.map(|kind| fs::read_link(format!("/proc/{id}/ns/{kind}")));
        let links = links.into_iter().map(|link| {
            let link = link.when(|| "/proc does not name the namespaces".to_owned())?;
            Ok(link.display().to_string())
        });
        links.collect()
    }

    /// Moves a file into the place of one in the scratch directory: who reads it has the old one or the new one.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn replace(&self, name: &str, contents: &str) -> Result<()> {
        let failed = || format!("{name} cannot be written in the scratch directory");
        // The directory as it is seen in here.
        let root = PathBuf::from(format!("/proc/{}/root", self.init.id()));
        let inside = self.scratch.strip_prefix("/").unwrap_or(&self.scratch);
        let file = root.join(inside).join(name);
        let new = file.with_extension("new");
        fs::write(&new, contents).when(failed)?;
        fs::rename(&new, &file).when(failed)
    }

    /// A directory that ends with this, and that no other namespace sees.
    #[must_use]
    pub fn scratch(&self) -> &PathBuf {
        &self.scratch
    }
}

/// `nsenter`, which is not reached by what the terminal sends to this process.
pub(crate) fn enter() -> Command {
    let mut command = Command::new("nsenter");
    command.process_group(0);
    command
}

/// Has a shell wait for what is run: `nsenter` stops as that stops, and would then not see its end.
pub(crate) fn by_shell(command: &mut Command) -> &mut Command {
    command.args(["bash", "-c", r#""$@"; exit $?"#, "run"])
}

impl Drop for Namespace {
    fn drop(&mut self) {
        drop(self.life.take());
        // When the first process is gone, so are all others in there.
        let _ = self.init.wait();
    }
}
