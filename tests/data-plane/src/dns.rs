//! Private DNS, as Cloud Map answers it: an A record for each task, for 10 s, and no such name for all else.
//!
//! ```no_run
//! # fn example(namespace: &data_plane::namespace::Namespace) -> data_plane::Result<()> {
//! let mut dns = data_plane::dns::Dns::start(namespace)?;
//! dns.publish(namespace, &[("api.test.kudos.local".to_owned(), "10.0.1.7".to_owned())])?;
//! assert_eq!(dns.asked("api.test.kudos.local"), 0);
//! # Ok(())
//! # }
//! ```

use std::io::Write;
use std::process::Stdio;

use crate::error::While;
use crate::namespace::{Namespace, RESOLVER};
use crate::process::Process;
use crate::{Error, Result};

/// With `--no-daemon` it keeps its user, which in a namespace of users is the only one.
const START: &str = r#"
touch "$1"
dnsmasq --no-daemon --conf-file=/dev/null --log-facility=- --log-queries \
    --bind-interfaces --listen-address="$2" --except-interface=lo \
    --no-resolv --no-hosts --addn-hosts="$1" --local-ttl=10 --local=/#/ --cache-size=0 &
echo "id $!"
wait
"#;

/// The resolver of an environment.
#[derive(Debug)]
pub struct Dns {
    process: Process,
    /// Its process in the namespace.
    id: String,
    /// The records, as a hosts file.
    file: String,
    /// How often it has read the file.
    read: usize,
}

impl Dns {
    /// Starts it, without records.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(namespace: &Namespace) -> Result<Self> {
        let file = namespace.scratch().join("records");
        let file = file.display().to_string();
        let mut command = namespace.command();
        command.args(["bash", "-c", START, "dns", &file, RESOLVER]);
        let process = Process::start(command)?;
        let id = process.wait_for("id ")?;
        let mut dns = Self {
            id: id.trim_start_matches("id ").to_owned(),
            process,
            file,
            read: 0,
        };
        dns.wait_until_read()?;
        Ok(dns)
    }

    /// Takes these records, names and addresses, in place of those it has.
    ///
    /// # Errors
    /// Where it does not take them in time.
    pub fn publish(&mut self, namespace: &Namespace, records: &[(String, String)]) -> Result<()> {
        let failed = || "the records of DNS cannot be written".to_owned();
        let mut command = namespace.command();
        command
            .args(["bash", "-c", r#"cat >"$1" && kill -HUP "$2""#, "publish"])
            .args([&self.file, &self.id])
            .stdin(Stdio::piped());
        let mut child = command.spawn().when(failed)?;
        if let Some(mut input) = child.stdin.take() {
            for (name, address) in records {
                writeln!(input, "{address} {name}").when(failed)?;
            }
        }
        if !child.wait().when(failed)?.success() {
            return Err(Error::new(failed()));
        }
        self.wait_until_read()
    }

    /// Sends it a signal: `KILL`, and nobody is there to ask; `STOP`, and no answer comes.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn signal(&self, namespace: &Namespace, signal: &str) -> Result<()> {
        let mut command = namespace.command();
        command.args(["kill", "-s", signal, &self.id]);
        Process::start(command)?.output().map(drop)
    }

    /// How often it was asked for the IPv4 addresses of a name.
    #[must_use]
    pub fn asked(&self, name: &str) -> usize {
        let question = format!("query[A] {name} from ");
        let lines = self.process.lines();
        lines.iter().filter(|line| line.contains(&question)).count()
    }

    fn wait_until_read(&mut self) -> Result<()> {
        self.read += 1;
        self.process
            .wait_for_times(&format!("read {} ", self.file), self.read)
    }
}
