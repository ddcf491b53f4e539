//! What `dev` writes: logs of some services only, and objects for programs.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use std::io::{BufRead, BufReader, Read};
use std::process::ChildStdout;
use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use plugin_support::{App, run};
use support::{Dev, Hold, Stream, app, assert_nothing_left, workspace};

#[test]
fn only_the_logs_that_are_asked_for_are_shown() {
    let mut dev = Dev::new(&["--logs", "api,worker"]).start();
    // Nobody waits for one that is not called, so no request can.
    dev.wait_for(&["api     | listening", "worker  | waiting"]);
    dev.wait_for_note(&["`nightly` ended"]);
    let (dev, _) = dev.end(&[Signal::INT]);
    assert_eq!(dev.code, Some(0), "{dev:#?}");
    for (line, is_shown) in [
        ("api     | listening", true),
        ("worker  | waiting", true),
        ("web     | ", false),
        ("nightly | ", false),
    ] {
        assert_eq!(
            dev.stdout.contains(line),
            is_shown,
            "{line}: {}",
            dev.stdout
        );
    }
}

#[test]
fn logs_of_what_does_not_run_here_are_refused() {
    let refused = |names, sentence| {
        run(&app().path(), &["dev", "--logs", names]).refused(sentence);
    };
    refused("wb", "no service `wb` runs here; did you mean `web`?");
    let all = "no service `mail` runs here; what runs here is `api`, `nightly`, `web`, `worker`";
    refused("api,mail", all);
}

#[test]
fn programs_get_one_object_a_line() {
    let hold = Hold::new();
    let dev = Dev::new(&["--format", "json", "--request", "web/"]).held("web", &hold);
    let mut dev = dev.start();
    // A request does not wait for the end of a job.
    dev.wait_for(&["{\"service\":\"nightly\",\"task\":1,\"event\":\"ended\""]);
    hold.let_go();
    let (dev, _) = dev.end(&[]);
    assert_eq!(dev.code, Some(0), "{dev:#?}");
    let lines = objects(&dev.stdout);
    let of = |service: &str| -> Vec<&Value> {
        let lines = lines.iter();
        lines.filter(|line| line["service"] == service).collect()
    };
    let web = of("web");
    assert_eq!(web[0]["event"], "started");
    let url = web[0]["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    for expected in [
        json!({"service": "web", "task": 1, "stream": "stdout", "line": "listening"}),
        json!({"service": "web", "task": 1, "event": "ready"}),
        json!({"service": "web", "task": 1, "event": "ended", "status": "signal: 15 (SIGTERM)"}),
    ] {
        assert!(web.contains(&&expected), "no {expected} in {web:#?}");
    }
    let nightly =
        json!({"service": "nightly", "task": 1, "event": "ended", "status": "exit status: 0"});
    assert!(of("nightly").contains(&&nightly), "{lines:#?}");
    let body = "web heard: api of shop in test";
    let answer = json!({"service": "web", "event": "answered", "status": 200, "body": body});
    assert_eq!(lines.last(), Some(&answer));
}

#[test]
fn objects_are_all_that_is_on_stdout() {
    let dev = Dev::new(&["--format", "json", "--logs", "api"]);
    let texts = [
        "\"listening\"",
        "{\"service\":\"worker\",\"task\":1,\"event\":\"ready\"}",
    ];
    let (run, _) = dev.signalled(&texts, &[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    let lines = objects(&run.stdout);
    let written = lines.iter().filter(|line| line.get("line").is_some());
    let services: Vec<&Value> = written.map(|line| &line["service"]).collect();
    assert_eq!(services, ["api"]);
}

#[test]
fn nothing_that_a_terminal_obeys_gets_through() {
    let app = workspace(
        "[workspace.metadata.service-connect.dev]\nloud = { command = [\"printf\", \"\\u009b31mred\\n\"] }\n",
    );
    let name = "\u{1b}]0;title\u{7}";
    let given = format!("{name}=127.0.0.1:9");
    let dev = Dev::over(&app, &["--format", "json", "--service", &given]);
    let mut dev = dev.start();
    dev.wait_for(&["\\u009b31mred", "\"listening\""]);
    dev.wait_for_note(&[
        "nothing listens on 127.0.0.1:9, where `\\u{1b}]0;title\\u{7}` is said to be\n",
    ]);
    std::fs::write(app.path().join("api/src/\u{1b}[31m.rs"), "").unwrap();
    dev.wait_for_note(&["`api/src/\\u{1b}[31m.rs` has changed\n"]);
    let (run, _) = dev.end(&[Signal::INT]);
    let written = run.stdout + &run.stderr;
    let obeyed = written.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(obeyed, None, "{written:?}");
}

#[test]
fn a_very_long_line_is_split_between_characters() {
    let limit = 1 << 16;
    let long = format!("x{}", "ä".repeat(40_000));
    let [just, as_well] = ["y", "z"].map(|letter| letter.repeat(limit));
    let app = workspace(
        "[workspace.metadata.service-connect.dev]\nlong = { command = [\"cat\", \"long.txt\"] }\n",
    );
    let app = app.file("long.txt", format!("{long}\n{just}\n{as_well}\r\nend"));
    let dev = Dev::over(&app, &["--format", "json", "--logs", "long"]);
    let ready = "{\"service\":\"worker\",\"task\":1,\"event\":\"ready\"}";
    let (run, _) = dev.signalled(&["\"end\"", ready], &[Signal::INT]);
    let objects = objects(&run.stdout);
    let lines = objects.iter().filter_map(|object| object["line"].as_str());
    let lines: Vec<&str> = lines.collect();
    // The character that 64 KiB would split is left to the second part.
    let (first, second) = long.split_at(limit - 1);
    let lengths: Vec<_> = lines.iter().map(|line| line.len()).collect();
    assert!(
        lines == [first, second, &just, &as_well, "end"],
        "{lengths:?}"
    );
}

/// With a service that writes 2001 lines, nearly all of 1000 bytes, and ends with 5.
fn loud() -> App {
    workspace(
        "[workspace.metadata.service-connect.dev]\n\
         loud = { command = [\"sh\", \"-c\", \"seq -f %01000.f 2000; echo last words >&2; exit 5\"] }\n",
    )
}

/// Reads until there is nothing more, and the end of a process: the lines of `loud`, and what is on stderr.
fn last_lines(app: &App, read: impl FnOnce(&mut BufReader<ChildStdout>, &mut String)) -> Ended {
    let mut dev = Dev::over(app, &["--no-watch", "--logs", "loud"]);
    let mut child = dev.command.spawn().unwrap();
    let mut stdout = BufReader::with_capacity(4096, child.stdout.take().unwrap());
    let mut text = String::new();
    // There is room for the others before they are written, so that the service comes to its end.
    while !text.ends_with("1700\n") {
        assert_ne!(stdout.read_line(&mut text).unwrap(), 0, "{text}");
    }
    read(&mut stdout, &mut text);
    let output = child.wait_with_output().unwrap();
    stdout.read_to_string(&mut text).unwrap();
    assert_nothing_left(dev.pids.path());
    // The last one may be a part.
    let lines = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    Ended {
        code: output.status.code(),
        lines: lines.filter(|line| line.starts_with("loud    | ")).count(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    lines: usize,
    stderr: String,
}

#[test]
fn the_last_lines_have_the_time_that_their_reader_takes() {
    let ended = last_lines(&loud(), |stdout, text| {
        // What is left takes longer than the second in which nothing may move.
        while let part @ [_, ..] = stdout.fill_buf().unwrap() {
            *text += std::str::from_utf8(part).unwrap();
            let read = part.len();
            stdout.consume(read);
            sleep(Duration::from_millis(60));
        }
    });
    assert_eq!((ended.code, ended.lines), (Some(1), 2001), "{ended:#?}");
    let end = "error: `loud` ended (exit status: 5), so the others were stopped\n";
    assert!(ended.stderr.ends_with(end), "{ended:#?}");
    assert!(!ended.stderr.contains("dropped"), "{ended:#?}");
}

#[test]
fn how_many_lines_are_not_taken_is_said() {
    let ended = last_lines(&loud(), |_, _| {});
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    let missing = 2001 - ended.lines;
    let note = format!("the last lines of the logs were not read in time: {missing} are dropped\n");
    assert!(missing > 0 && ended.stderr.contains(&note), "{ended:#?}");
}

#[cfg(target_os = "linux")]
#[test]
fn nobody_waits_for_the_end_of_what_writes_for_good() {
    // It ends once nobody reads it; without its environment it is nobody's.
    let stray = "env -i setsid -f sh -c 'while echo tick; do sleep 0.2; done'";
    let app = workspace(&format!(
        "[workspace.metadata.service-connect.dev]\nends = {{ command = [\"sh\", \"-c\", \"{stray}; exit 3\"] }}\n",
    ));
    let run = Dev::over(&app, &["--no-watch"]).run_at_once();
    assert_eq!(run.code, Some(1), "{run:#?}");
    assert!(run.stdout.contains("ends    | tick"), "{}", run.stdout);
    assert!(!run.stderr.contains("dropped"), "{}", run.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn logs_that_cannot_be_written_end_all() {
    for format in ["human", "json"] {
        let mut dev = Dev::new(&["--format", format]);
        let full = std::fs::File::options().write(true).open("/dev/full");
        let output = dev.command.stdout(full.unwrap()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        let end =
            "error: the logs cannot be written to stdout: No space left on device (os error 28)\n";
        assert!(stderr.ends_with(end), "{stderr}");
        assert_nothing_left(dev.pids.path());
    }
}

#[test]
fn a_reader_that_leaves_before_there_is_an_answer_has_none() {
    let hold = Hold::new();
    let dev = Dev::new(&["--format", "json", "--request", "web/"]).held("web", &hold);
    let dev = dev.start_read_while(Stream::Stdout, |read| !read.contains("\"listening\""));
    let (run, _) = dev.end(&[]);
    assert_eq!(run.code, Some(2), "{run:#?}");
    let end = "error: stdout was closed before there was an answer\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

fn objects(stdout: &str) -> Vec<Value> {
    let lines = stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}
