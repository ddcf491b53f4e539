//! Several tasks of one service.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use plugin_support::run;
use support::{Dev, app};

#[test]
fn each_task_has_its_port_and_callers_know_all() {
    let dev = Dev::new(&["--replicas", "api=3,worker=2", "--request", "web/variables"]).run();
    assert_eq!(dev.code, Some(0), "{dev:#?}");
    let mut urls = Vec::new();
    for task in ["api.1", "api.2", "api.3"] {
        let line = format!("  {task}     Backend Service            http://");
        let row = dev.stderr.lines().find(|row| row.starts_with(&line));
        let row = row.unwrap_or_else(|| panic!("no {line} in {}", dev.stderr));
        urls.extend(row.split_whitespace().nth(3).map(str::to_owned));
        let log = format!("{task}    | listening\n");
        assert!(dev.stderr.contains(&log), "no {log} in {}", dev.stderr);
    }
    let authorities = urls.iter().map(|url| url.strip_prefix("http://").unwrap());
    let authorities = authorities.collect::<Vec<_>>().join(",");
    let variable = format!("SERVICE_CONNECT_URL_API=http://{authorities} ");
    assert!(dev.stdout.contains(&variable), "{} {variable}", dev.stdout);
    assert!(dev.stderr.contains("worker.2 | waiting"), "{}", dev.stderr);
}

#[test]
fn one_task_of_several_that_dies_ends_all() {
    let dev = Dev::new(&["--replicas", "web=2", "--request", "web/die"]).run();
    assert_eq!(dev.code, Some(1), "{dev:#?}");
    let end = "error: `web.1` ended (exit status: 7), so the others were stopped\n";
    assert!(dev.stderr.ends_with(end), "{}", dev.stderr);
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
