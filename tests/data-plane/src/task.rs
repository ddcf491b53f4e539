//! A task as Fargate runs it: a network interface, a hosts file and a resolver of its own, shared by its containers.
//!
//! ```no_run
//! # fn example(namespace: &data_plane::namespace::Namespace) -> data_plane::Result<()> {
//! let task = data_plane::task::Task::start(namespace, 7, "127.255.0.1 api\n")?;
//! assert_eq!(task.address(), "10.0.1.7");
//! let getent = task.run("getent".as_ref(), &[], &["hosts", "api"])?;
//! assert!(getent.wait_for("127.255.0.1")?.contains("api"));
//! # Ok(())
//! # }
//! ```

use std::ffi::OsStr;
use std::process::{ChildStdin, Command};

use crate::http::{self, Answer};
use crate::namespace::{Namespace, RESOLVER, by_shell, enter};
use crate::process::Process;
use crate::{Error, Result};

/// `$$` is the process that holds the task's namespaces. The other end of its interface is made in the namespace of
/// the environment, which is that of process 1.
const HOLD: &str = r#"
set -eu
number=$1 address=$2 files=$3/task-$1
ip link set lo up
nsenter --net=/proc/1/ns/net ip link add "task$number" type veth peer name eth0 netns $$
nsenter --net=/proc/1/ns/net ip link set "task$number" master bridge up
ip address add "$address/16" dev eth0
ip link set eth0 up
mkdir "$files"
printf '127.0.0.1 localhost\n%s' "$4" >"$files/hosts"
printf 'nameserver %s\n' "$5" >"$files/resolv.conf"
printf 'hosts: files dns\n' >"$files/nsswitch.conf"
for file in hosts resolv.conf nsswitch.conf; do
    mount --bind "$files/$file" "/etc/$file"
done
echo "held by $$"
exec sleep infinity
"#;

/// The processes of this network that have a name, or all.
const SIGNAL: &str = r#"
here=$(readlink /proc/self/ns/net)
for process in /proc/[0-9]*; do
    id=${process#/proc/}
    [ "$(readlink "$process/ns/net")" = "$here" ] || continue
    [ "$id" != $$ ] || continue
    [ -z "$2" ] || [ "$(cat "$process/comm")" = "$2" ] || continue
    kill -s "$1" "$id" && found=yes
done 2>/dev/null
[ "${found:-}" = yes ]
"#;

/// A task. It ends with its namespace.
#[derive(Debug)]
pub struct Task {
    address: String,
    /// What enters the namespaces of the environment, then of the task.
    enter: Vec<String>,
    /// Holds the namespaces.
    _holder: Process,
}

impl Task {
    /// A task without containers. Its address is made of its number, which no other may have.
    ///
    /// # Errors
    /// Where the machine refuses.
    pub fn start(namespace: &Namespace, number: u8, hosts: &str) -> Result<Self> {
        let address = format!("10.0.1.{number}");
        let mut command = namespace.command();
        command
            .args(["unshare", "--net", "--mount", "bash", "-c", HOLD, "hold"])
            .args([&number.to_string(), &address])
            .arg(namespace.scratch())
            .args([hosts, RESOLVER]);
        let holder = Process::start(command)?;
        let line = holder.wait_for("held by ")?;
        let id = line.trim_start_matches("held by ");
        let outer = namespace.command();
        let outer = outer.get_args().map(|part| part.to_string_lossy());
        let mut enter: Vec<String> = outer.map(std::borrow::Cow::into_owned).collect();
        enter.extend(["nsenter", "--net", "--mount", "--target", id, "--"].map(str::to_owned));
        Ok(Self {
            address,
            enter,
            _holder: holder,
        })
    }

    /// Its address in the network of the environment.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Starts a container: a program with these variables and no others.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn run(
        &self,
        program: &OsStr,
        variables: &[(String, String)],
        arguments: &[&str],
    ) -> Result<Process> {
        Process::start(self.container(program, variables, arguments))
    }

    /// The same, and gives what it reads from.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn run_fed(
        &self,
        program: &OsStr,
        variables: &[(String, String)],
        arguments: &[&str],
    ) -> Result<(Process, ChildStdin)> {
        Process::start_fed(self.container(program, variables, arguments))
    }

    fn container(
        &self,
        program: &OsStr,
        variables: &[(String, String)],
        arguments: &[&str],
    ) -> Command {
        let mut command = self.command();
        let variables = variables.iter();
        let variables = variables.map(|(name, value)| format!("{name}={value}"));
        by_shell(&mut command).args(["env", "-i"]).args(variables);
        command.arg(program).args(arguments);
        command
    }

    /// What a GET gives that is sent in here.
    ///
    /// # Errors
    /// Where no answer comes.
    pub fn get(&self, host: &str, port: u16, path: &str) -> Result<Answer> {
        http::get(self.command(), host, port, path)
    }

    /// Sends a signal, such as `KILL`, to the processes of this name in here.
    ///
    /// # Errors
    /// Where there are none.
    pub fn signal(&self, signal: &str, name: &str) -> Result<()> {
        self.send(signal, name)
    }

    /// Ends all in here, after the interface: what is sent to its address gets no answer at all, and nobody is told.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn end(&self) -> Result<()> {
        let mut command = self.command();
        command.args(["ip", "link", "set", "eth0", "down"]);
        Process::start(command)?.output()?;
        self.send("KILL", "")
    }

    fn send(&self, signal: &str, name: &str) -> Result<()> {
        let mut command = self.command();
        command.args(["bash", "-c", SIGNAL, "signal", signal, name]);
        Process::start(command)?.output().map(drop)
    }

    /// How many connections were accepted in here, by the counters of the kernel.
    ///
    /// # Errors
    /// Where the kernel has no such counter.
    pub fn accepted(&self) -> Result<u64> {
        let mut command = self.command();
        command.args(["cat", "/proc/net/snmp"]);
        let lines = Process::start(command)?.output()?;
        // Two lines that begin alike: the names, and their values.
        let mut tcp = lines.iter().filter(|line| line.starts_with("Tcp:"));
        let (names, values) = (tcp.next(), tcp.next());
        let words = |line: Option<&String>| -> Vec<String> {
            let words = line.into_iter().flat_map(|line| line.split_whitespace());
            words.map(str::to_owned).collect()
        };
        let (names, values) = (words(names), words(values));
        let place = names.iter().position(|name| name == "PassiveOpens");
        let value = place.and_then(|place| values.get(place)?.parse().ok());
        value.ok_or_else(|| {
            Error::new("/proc/net/snmp has no PassiveOpens: these tests need a kernel that counts connections")
        })
    }

    fn command(&self) -> Command {
        let mut command = enter();
        command.args(&self.enter);
        command
    }
}
