//! Runs a test of this binary again, as a process with variables of its own.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::process::Command;

const ROLE: &str = "SERVICE_CONNECT_TEST_CHILD";

/// Whether this process is one that [`run`] started.
pub fn is_child() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// A runtime whose servers go on while [`run`] waits for a child.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// What the test `name` prints as a child, with these variables and no others.
pub fn run(name: &str, variables: &[(&str, String)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env_clear()
        .env(ROLE, "")
        .envs(variables.iter().cloned())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}
