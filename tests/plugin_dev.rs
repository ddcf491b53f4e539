//! `dev` over a workspace of servers that need nothing but std, so that they are built in a second.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use plugin_support::{App, Run, plugin};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;

const SERVER: &str = include_str!("plugin_dev/server.rs");

/// The application: `web` calls `api`; `worker` has no port; `mail` is of another repository.
fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| {
        let package = |name: &str, more: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{more}")
        };
        let shop = package(
            "shop",
            "[package.metadata.service-connect]\nservices = [\"web\", \"worker\", \"nightly\"]\n",
        );
        App::new()
            .file("Cargo.toml", "[workspace]\nmembers = [\"*\"]\nexclude = [\"copilot\", \"target\"]\nresolver = \"3\"\n")
            .file("shop/Cargo.toml", shop)
            .file("shop/src/main.rs", SERVER)
            .file("api/Cargo.toml", package("api", ""))
            .file("api/src/main.rs", SERVER)
            .file(
                "copilot/web/manifest.yml",
                "name: web\ntype: Load Balanced Web Service\nhttp: {path: /}\nimage: {build: Dockerfile, port: 80}\n",
            )
            .file("copilot/worker/manifest.yml", "name: worker\ntype: Worker Service\nimage: {build: Dockerfile}\n")
            .file(
                "copilot/nightly/manifest.yml",
                "name: nightly\ntype: Scheduled Job\nimage: {build: Dockerfile}\non: {schedule: \"@daily\"}\n",
            )
            .backend("api")
            .backend("mail")
    })
}

/// One call of `dev`, and the processes that it started.
struct Dev {
    command: Command,
    pids: TempDir,
}

impl Dev {
    fn new(arguments: &[&str]) -> Self {
        let pids = TempDir::new().unwrap();
        let directory = app().path();
        let mut command = plugin(&directory);
        command.arg("dev").args(arguments);
        command
            .env("CARGO_TARGET_DIR", directory.join("target"))
            .env("PIDS", pids.path());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self { command, pids }
    }

    fn with(mut self, variable: &str, value: &str) -> Self {
        self.command.env(variable, value);
        self
    }

    fn run(mut self) -> Run {
        let run = self.command.output().unwrap().into();
        assert_nothing_left(self.pids.path());
        run
    }

    /// Runs until all `texts` are printed, then sends `signals`.
    fn signalled(mut self, texts: &[&str], signals: &[Signal]) -> (Run, Duration) {
        let mut child = self.command.spawn().unwrap();
        let mut stdout = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while !texts.iter().all(|text| stdout.contains(text)) {
            assert_ne!(
                lines.read_line(&mut stdout).unwrap(),
                0,
                "not {texts:?} in {stdout}"
            );
        }
        let start = Instant::now();
        for signal in signals {
            kill_process(Pid::from_child(&child), *signal).unwrap();
            sleep(Duration::from_millis(300));
        }
        lines.read_to_string(&mut stdout).unwrap();
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        let code = child.wait().unwrap().code();
        assert_nothing_left(self.pids.path());
        (
            Run {
                code,
                stdout,
                stderr,
            },
            start.elapsed(),
        )
    }
}

/// Every process wrote a file of its number.
#[track_caller]
fn assert_nothing_left(pids: &Path) {
    let pids: Vec<i32> = fs::read_dir(pids)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_str()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    assert!(!pids.is_empty(), "nothing was started");
    let start = Instant::now();
    while pids.iter().any(|pid| is_alive(*pid)) {
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "there are orphans among {pids:?}"
        );
        sleep(Duration::from_millis(20));
    }
}

fn is_alive(pid: i32) -> bool {
    // Where nothing reaps orphans, one that was killed stays as a zombie.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let is_zombie = stat
        .rsplit(')')
        .next()
        .is_some_and(|rest| rest.trim_start().starts_with('Z'));
    !is_zombie && test_kill_process(Pid::from_raw(pid).unwrap()).is_ok()
}

#[test]
fn a_request_is_answered_in_the_last_line() {
    let run = Dev::new(&["--request", "web/"]).run();
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert_eq!(run.stdout, "web heard: api of shop in test\n");
    for line in [
        "web      Load Balanced Web Service  http://127.0.0.1:",
        "not here",
        "web     | listening",
    ] {
        assert!(run.stderr.contains(line), "no {line} in {}", run.stderr);
    }
}

#[test]
fn services_find_the_variables_of_their_tasks() {
    let run = Dev::new(&["--request", "web/variables", "--env", "prod"]).run();
    let port = run
        .stdout
        .split("PORT=")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let start = format!(
        "COPILOT_APPLICATION_NAME=shop COPILOT_ENVIRONMENT_NAME=prod \
         COPILOT_SERVICE_DISCOVERY_ENDPOINT=prod.shop.local COPILOT_SERVICE_NAME=web PORT={port} \
         SERVICE_CONNECT_URL_API=http://127.0.0.1:"
    );
    assert!(run.stdout.starts_with(&start), "{}", run.stdout);
    assert!(run.stdout.ends_with(&format!(
        " SERVICE_CONNECT_URL_WEB=http://127.0.0.1:{port}\n"
    )));
}

#[test]
fn an_answer_that_is_no_2xx_is_printed_and_fails() {
    let run = Dev::new(&["--request", "web/missing"]).run();
    assert_eq!(run.code, Some(1), "{run:#?}");
    assert_eq!(run.stdout, "nothing at /missing\n");
    assert!(
        run.stderr.ends_with("/missing was answered with 404\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_service_that_dies_before_the_request_ends_all() {
    let run = Dev::new(&["--request", "web/"]).with("DIE", "api").run();
    assert_eq!(run.code, Some(2), "{run:#?}");
    assert_eq!(run.stdout, "");
    let end = "error: `api` ended (exit status: 3), so the others were stopped\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn a_service_that_dies_during_the_request_ends_all() {
    let run = Dev::new(&["--request", "web/die"]).run();
    assert_eq!(run.code, Some(1), "{run:#?}");
    assert_eq!(run.stdout, "");
}

#[test]
fn an_interrupt_stops_all() {
    let (run, _) = Dev::new(&[]).signalled(
        &["nightly | done", "web     | listening", "worker  | waiting"],
        &[Signal::INT],
    );
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(
        run.stdout.starts_with("shop as in test\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stderr.ends_with("`nightly` ended (exit status: 0)\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_does_not_end_by_itself_is_killed() {
    let dev = Dev::new(&[]).with("STUBBORN", "worker");
    let (run, time) = dev.signalled(&["worker  | will not end"], &[Signal::TERM]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(
        run.stderr
            .ends_with("what did not end within 5 s is killed\n"),
        "{}",
        run.stderr
    );
    assert!(
        time > Duration::from_secs(4) && time < Duration::from_secs(9),
        "{time:?}"
    );
}

#[test]
fn a_second_interrupt_waits_for_nothing() {
    let dev = Dev::new(&[]).with("STUBBORN", "worker");
    let (run, time) = dev.signalled(&["worker  | will not end"], &[Signal::INT, Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(time < Duration::from_secs(4), "{time:?}");
}

#[test]
fn nothing_outlives_a_plugin_that_is_killed() {
    let dev = Dev::new(&[]).with("STUBBORN", "web");
    let texts = ["web     | will not end", "worker  | waiting"];
    let (run, _) = dev.signalled(&texts, &[Signal::KILL]);
    assert_eq!(run.code, None);
}

#[test]
fn a_reader_of_the_logs_that_leaves_ends_all() {
    let mut dev = Dev::new(&[]);
    let mut child = dev.command.spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    drop(stdout);
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_nothing_left(dev.pids.path());
}
