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
    /// Where it runs.
    pub directory: PathBuf,
    /// What it finds in its environment, beside what this process has.
    pub variables: Vec<(String, String)>,
    /// `PORT`.
    pub port: u16,
    /// Whether it is called, so that it has to listen.
    pub listens: bool,
}

impl Launch {
    /// The port that it has to listen on.
    pub fn listens_on(&self) -> Option<u16> {
        self.listens.then_some(self.port)
    }

    /// Where it is called.
    pub fn url(&self) -> Option<String> {
        self.listens_on()
            .map(|port| format!("http://127.0.0.1:{port}"))
    }

    /// What is waited for until it is ready.
    pub fn unready(&self) -> String {
        format!(
            "`{}` to accept connections on 127.0.0.1:{}: it has to listen on the port in `PORT`, as \
             `service_connect::listen_addr!()` does",
            self.task, self.port
        )
    }
}
