//! `dev` from its start to its end.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use std::io::Read;
use std::time::Duration;

use rustix::process::Signal;

use support::{Dev, assert_nothing_left, workspace};
use tempfile::TempDir;

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
    let mut from = child.stderr.take().unwrap();
    from.read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_nothing_left(dev.pids.path());
}

#[test]
fn without_watching_a_service_that_dies_ends_all() {
    let mut dev = Dev::new(&["--no-watch"]).start();
    dev.wait_for(&["api     | listening", "web     | listening"]);
    dev.get("web", "/die");
    let (run, _) = dev.end(&[]);
    assert_eq!(run.code, Some(1), "{run:#?}");
    let end = "error: `web` ended (exit status: 7), so the others were stopped\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn a_service_that_never_was_ready_ends_all_as_one_that_was() {
    let run = Dev::new(&["--no-watch"]).with("DIE", "api").run();
    assert_eq!(run.code, Some(1), "{run:#?}");
    let end = "error: `api` ended (exit status: 3), so the others were stopped\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn a_request_waits_for_services_no_longer_than_it_may() {
    let dev = Dev::new(&["--request", "web/", "--timeout", "1"]).with("STUBBORN", "api");
    let run = dev.run();
    assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{run:#?}");
    let waited = "error: waited 1 s for `api` to accept connections on 127.0.0.1:";
    assert!(run.stderr.contains(waited), "{}", run.stderr);
    let advice =
        ": it has to listen on the port in `PORT`, as `service_connect::listen_addr!()` does\n";
    assert!(run.stderr.ends_with(advice), "{}", run.stderr);
}

#[test]
fn a_build_that_fails_is_the_end() {
    let app = workspace("").file("api/src/main.rs", "fn main() { nowhere() }\n");
    let run = Dev::over(&app, &[]).run_at_once();
    assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{run:#?}");
    assert!(
        run.stderr.contains("cannot find function `nowhere`"),
        "{}",
        run.stderr
    );
    let end = "error: `cargo build` failed (exit status: 101): its messages are above\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn a_build_that_is_stopped_leaves_no_process() {
    let marks = TempDir::new().unwrap();
    std::fs::write(marks.path().join("hold"), "").unwrap();
    let app = workspace("").file("api/build.rs", include_str!("plugin_dev/held.rs"));
    let dev = Dev::over(&app, &[]).with("MARKS", marks.path().to_str().unwrap());
    let mut dev = dev.start();
    dev.wait_for_note(&["Compiling api"]);
    while !marks.path().join("held").exists() {
        std::thread::yield_now();
    }
    let (run, time) = dev.end(&[Signal::TERM]);
    assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{run:#?}");
    let end = "error: stopped by SIGTERM before the services were built\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
    assert!(time < Duration::from_secs(4), "{time:?}");
}

#[test]
fn each_of_several_tasks_that_do_not_end_is_killed() {
    let dev = Dev::new(&["--replicas", "web=3"]).with("STUBBORN", "web");
    let texts = [
        "web.1   | will not end",
        "web.2   | will not end",
        "web.3   | will not end",
    ];
    let (run, time) = dev.signalled(&texts, &[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(time < Duration::from_secs(9), "{time:?}");
}
