//! All that it takes to start a task.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use service_connect_codegen::Kind;

use super::task::Task;

/// How a task is started. Two that are equal need no restart.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// What it is called.
    pub task: Task,
    /// What kind of service it is of; `None` for what is no service of the application.
    pub kind: Option<Kind>,
    /// The file to run.
    pub program: PathBuf,
    /// Which one that is, where it is built here.
    pub stamp: Option<Stamp>,
    /// What it is called with.
    pub arguments: Vec<String>,
    /// Where it runs.
    pub directory: PathBuf,
    /// What it finds in its environment, beside what this process has.
    pub variables: Vec<(String, String)>,
    /// What it does not find there, even if this process has it.
    pub removed: Vec<String>,
    /// The `host:port` on which it has to listen, if it is called.
    pub authority: Option<String>,
    /// The base URL of that.
    pub url: Option<String>,
}

/// What tells a file from the one that was there before: its time and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(SystemTime, u64);

impl Stamp {
    /// That of a file, where it can be had.
    pub fn of(file: &Path) -> Option<Self> {
        let metadata = file.metadata().ok()?;
        Some(Self(metadata.modified().ok()?, metadata.len()))
    }
}

impl Launch {
    /// What is waited for until it is ready.
    pub fn unready(&self) -> String {
        let where_to = self.authority.as_deref().unwrap_or("no port");
        let how = if self.stamp.is_some() {
            ": it has to listen on the port in `PORT`, as `service_connect::listen_addr!()` does"
        } else {
            ", on which its command has to listen"
        };
        format!("`{}` to accept connections on {where_to}{how}", self.task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_built_here_is_told_of_rust() {
        let command = Launch {
            task: Task {
                service: "redis".to_owned(),
                number: 1,
                is_sole: true,
            },
            kind: None,
            program: "redis-server".into(),
            stamp: None,
            arguments: Vec::new(),
            directory: "/".into(),
            variables: Vec::new(),
            removed: Vec::new(),
            authority: Some("127.0.0.1:6379".to_owned()),
            url: None,
        };
        let hint = command.unready();
        let expected =
            "`redis` to accept connections on 127.0.0.1:6379, on which its command has to listen";
        assert_eq!(hint, expected);
        let built = Launch {
            stamp: Some(Stamp(SystemTime::UNIX_EPOCH, 0)),
            ..command
        };
        assert!(built.unready().contains("listen_addr!()"));
    }
}
