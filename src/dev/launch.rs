//! All that it takes to start a task.

use std::path::PathBuf;

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
    /// What it is called with.
    pub arguments: Vec<String>,
    /// Where it runs.
    pub directory: PathBuf,
    /// What it finds in its environment, beside what this process has.
    pub variables: Vec<(String, String)>,
    /// The `host:port` on which it has to listen, if it is called.
    pub authority: Option<String>,
    /// The base URL of that.
    pub url: Option<String>,
}

impl Launch {
    /// What is waited for until it is ready.
    pub fn unready(&self) -> String {
        format!(
            "`{}` to accept connections on {}: it has to listen on the port in `PORT`, as \
             `service_connect::listen_addr!()` does",
            self.task,
            self.authority.as_deref().unwrap_or("no port")
        )
    }
}
