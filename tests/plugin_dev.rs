//! `dev` from its start to its end.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use std::time::Duration;

use plugin_support::Run;
use rustix::process::Signal;
use support::{Dev, Hold, Stream, workspace};

/// All that the services write.
const LOGS: [&str; 4] = [
    "api     | listening",
    "nightly | done",
    "web     | listening",
    "worker  | waiting",
];

const KILLED: &str = "what did not end within 5 s is killed\n";

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
fn a_request_that_cannot_be_made_is_not_one_that_had_no_answer() {
    let dev = Dev::new(&["--request", "web/"]).with("SERVICE_CONNECT_RESILIENCE", "x");
    let run = dev.run();
    assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{run:#?}");
    for part in [
        "error: `web` cannot be asked: GET http://",
        ": SERVICE_CONNECT_RESILIENCE is neither `on` nor `off`",
    ] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
}

/// With `api` that dies once all others run.
#[track_caller]
fn with_one_that_dies(arguments: &[&str]) -> Run {
    let hold = Hold::new();
    let dev = Dev::new(arguments).held("api", &hold).with("DIE", "api");
    let mut dev = dev.start();
    dev.wait_until(|stdout, stderr| {
        let mut others = LOGS[1..].iter();
        others.all(|line| stdout.contains(line) || stderr.contains(line))
    });
    hold.let_go();
    dev.end(&[]).0
}

#[test]
fn a_service_that_dies_before_the_request_ends_all() {
    let run = with_one_that_dies(&["--request", "web/"]);
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
    let mut dev = Dev::new(&[]).start();
    dev.wait_for(&LOGS);
    dev.wait_for_note(&["`nightly` ended (exit status: 0)\n"]);
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(
        run.stdout.starts_with("shop as in test\n"),
        "{}",
        run.stdout
    );
    assert!(!run.stderr.contains(KILLED), "{}", run.stderr);
}

#[test]
fn what_does_not_end_by_itself_is_killed() {
    let dev = Dev::new(&[]).with("STUBBORN", "worker");
    let (run, time) = dev.signalled(&["worker  | will not end"], &[Signal::TERM]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    let notes = format!("still ending: `worker`; Ctrl-C kills what is left\n{KILLED}");
    assert!(run.stderr.ends_with(&notes), "{}", run.stderr);
    assert!(time > Duration::from_secs(4), "{time:?}");
}

#[test]
fn a_second_interrupt_waits_for_nothing() {
    let mut dev = Dev::new(&[]).with("STUBBORN", "worker").start();
    dev.wait_for(&["worker  | will not end"]);
    dev.signal(Signal::INT);
    dev.wait_for_note(&["still ending: `worker`; Ctrl-C kills what is left\n"]);
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(!run.stderr.contains(KILLED), "{}", run.stderr);
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
    // Nothing is written any more that could fail.
    let too_little = |read: &str| !LOGS.iter().all(|line| read.contains(line));
    let dev = Dev::new(&[]).start_read_while(Stream::Stdout, too_little);
    let (run, _) = dev.end(&[]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}

#[test]
fn a_request_is_answered_though_nobody_reads_the_logs() {
    let hold = Hold::new();
    let dev = Dev::new(&["--request", "web/"]).held("api", &hold);
    let mut dev = dev.start_read_while(Stream::Stderr, |read| !read.contains(LOGS[2]));
    dev.wait_for_note(&[LOGS[2]]);
    hold.let_go();
    let (run, _) = dev.end(&[]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert_eq!(run.stdout, "web heard: api of shop in test\n");
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
    let run = with_one_that_dies(&["--no-watch"]);
    assert_eq!(run.code, Some(1), "{run:#?}");
    let end = "error: `api` ended (exit status: 3), so the others were stopped\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn a_request_waits_for_services_no_longer_than_it_may() {
    let hold = Hold::new();
    let dev = Dev::new(&["--request", "web/", "--timeout", "1"]).held("api", &hold);
    let run = dev.run_at_once();
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
    let hold = Hold::new();
    hold.set();
    let app = workspace("").file("api/build.rs", include_str!("plugin_dev/held.rs"));
    let dev = Dev::over(&app, &[]).with("MARKS", hold.marks()).start();
    hold.wait();
    // It would not end by itself.
    let (run, _) = dev.end(&[Signal::TERM]);
    assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{run:#?}");
    let end = "error: stopped by SIGTERM before the services were built\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn each_of_several_tasks_that_do_not_end_is_killed() {
    let dev = Dev::new(&["--replicas", "web=3"]).with("STUBBORN", "web");
    let texts = [
        "web.1   | will not end",
        "web.2   | will not end",
        "web.3   | will not end",
    ];
    let (run, _) = dev.signalled(&texts, &[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    let notes =
        format!("still ending: `web.1`, `web.2`, `web.3`; Ctrl-C kills what is left\n{KILLED}");
    assert!(run.stderr.ends_with(&notes), "{}", run.stderr);
}
