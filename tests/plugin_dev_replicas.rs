//! Several tasks of one service.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use std::process::{Command, Stdio};

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

/// With a limit to how many files are open.
fn limited(limit: &str, arguments: &[&str]) -> Dev {
    let mut dev = Dev::new(arguments);
    let plugin = dev.command;
    dev.command = Command::new("sh");
    let script = format!("ulimit {limit}; exec \"$0\" \"$@\"");
    dev.command
        .args(["-c", &script])
        .arg(plugin.get_program())
        .args(plugin.get_args());
    for (name, value) in plugin.get_envs() {
        match value {
            Some(value) => dev.command.env(name, value),
            None => dev.command.env_remove(name),
        };
    }
    dev.command.current_dir(plugin.get_current_dir().unwrap());
    dev.command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    dev
}

#[cfg(target_os = "linux")]
#[test]
fn as_many_tasks_as_may_be_run_with_the_limit_of_the_user() {
    let run = limited(
        "-Sn 64",
        &["--replicas", "web=30", "--request", "web/files"],
    )
    .run();
    assert_eq!((run.code, &*run.stdout), (Some(0), "64\n"), "{run:#?}");
}

#[test]
fn more_tasks_than_may_be_are_said_to_be_too_many() {
    let why = "Too many open files (os error 24): allow more than 64 with `ulimit -n 128`\n";
    for (replicas, what) in [
        ("web=30", "/target/debug/shop` cannot be started as `web."),
        ("web=100", "error: no free port can be found on 127.0.0.1: "),
    ] {
        let run = limited("-n 64", &["--replicas", replicas]).run_at_once();
        assert_eq!(run.code, Some(2), "{run:#?}");
        assert!(
            run.stderr.contains(what) && run.stderr.ends_with(why),
            "{}",
            run.stderr
        );
    }
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
        "api=3,web=1,api=2",
        "`--replicas` says twice how many tasks `api` has: leave one of them out",
    );
    refused(
        "web=0",
        "write SERVICE=NUMBER, such as api=3, with 1 to 100 tasks",
    );
}
