//! Several tasks of one service.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use plugin_support::run;
use rustix::process::Signal;
use support::{Dev, app};

#[test]
fn each_task_has_its_port_and_callers_know_all() {
    let mut dev = Dev::new(&["--replicas", "api=3,worker=2"]).start();
    dev.wait_for(&[
        "api.1    | listening\n",
        "api.2    | listening\n",
        "api.3    | listening\n",
        "web      | listening\n",
        "worker.1 | waiting\n",
        "worker.2 | waiting\n",
    ]);
    let mut urls = Vec::new();
    for task in ["api.1", "api.2", "api.3"] {
        let line = format!("  {task}     Backend Service            http://");
        let row = dev.stdout.lines().find(|row| row.starts_with(&line));
        let row = row.unwrap_or_else(|| panic!("no {line} in {}", dev.stdout));
        urls.extend(row.split_whitespace().nth(3).map(str::to_owned));
    }
    let authorities = urls.iter().map(|url| url.strip_prefix("http://").unwrap());
    let authorities = authorities.collect::<Vec<_>>().join(",");
    let variable = format!("SERVICE_CONNECT_URL_API=http://{authorities} ");
    let variables = dev.get("web", "/variables");
    assert!(variables.contains(&variable), "{variables} {variable}");
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
}

#[test]
fn one_task_of_several_that_dies_ends_all() {
    let mut dev = Dev::new(&["--replicas", "web=2", "--no-watch"]).start();
    dev.wait_for(&["web.1   | listening"]);
    dev.get("web.1", "/die");
    let (run, _) = dev.end(&[]);
    assert_eq!(run.code, Some(1), "{run:#?}");
    let end = "error: `web.1` ended (exit status: 7), so the others were stopped\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn tasks_of_what_does_not_run_here_are_refused() {
    let refused = |replicas: &str, sentence| {
        run(&app().path(), &["dev", "--replicas", replicas]).refused(sentence);
    };
    refused("wb=2", "no service `wb` runs here; did you mean `web`?");
    refused(
        "web=0",
        "write SERVICE=NUMBER, such as api=3, with 1 to 100 tasks",
    );
}
