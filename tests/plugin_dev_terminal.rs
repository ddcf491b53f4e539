//! `dev` in a terminal: what is waited for is shown and gone, and the terminal is as it was.
#![cfg(target_os = "linux")]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;
#[path = "plugin_dev/terminal.rs"]
mod terminal;

use std::fs;

use plugin_support::App;
use rustix::process::{Signal, kill_process};
use support::{Dev, Hold, workspace};
use terminal::{OVER, Terminal};

const WAITING: &str = "waiting for `api` to accept connections";

#[test]
fn what_is_waited_for_is_shown_and_gone_once_it_is_there() {
    let hold = Hold::new();
    let mut terminal = Terminal::start(Dev::new(&["--no-watch"]).held("api", &hold));
    for text in ["web     |", "worker  |", WAITING] {
        terminal.wait_for(text);
    }
    hold.let_go();
    terminal.wait_for("api     |");
    terminal.press("\u{3}");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen:#?}");
    let is_progress = |line: &&String| line.contains(WAITING);
    assert_eq!(screen.iter().find(is_progress), None, "{screen:#?}");
    // Each line stands for itself.
    for line in [
        "api     | listening",
        "web     | listening",
        "worker  | waiting",
    ] {
        assert!(
            screen.iter().any(|shown| shown == line),
            "no {line} in {screen:#?}"
        );
    }
}

#[test]
fn an_interrupt_while_something_is_waited_for_leaves_nothing_of_it() {
    let mut terminal = Terminal::start(Dev::new(&["--request", "web/"]).with("STUBBORN", "api"));
    terminal.wait_for(WAITING);
    terminal.press("\u{3}");
    terminal.wait_for("waiting for the services to end");
    terminal.press("\u{3}");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(2), "{screen:#?}");
    let is_progress =
        |line: &&String| line.contains(WAITING) || line.contains("waiting for the services");
    assert_eq!(screen.iter().find(is_progress), None, "{screen:#?}");
    let last = screen.last().map(String::as_str);
    assert_eq!(
        last,
        Some("error: stopped by SIGINT before there was an answer")
    );
}

#[test]
fn a_build_after_a_change_is_shown_and_gone_once_it_is_over() {
    let (app, hold) = held();
    let dev = Dev::over(&app, &[]).with("MARKS", hold.marks());
    let mut terminal = Terminal::start(dev);
    terminal.wait_for("api     |");
    hold.set();
    let main = app.path().join("api/src/main.rs");
    let text = fs::read_to_string(&main).unwrap();
    fs::write(
        &main,
        text.replace("println!(\"listening\")", "println!(\"listening anew\")"),
    )
    .unwrap();
    terminal.wait_for(" building ");
    hold.let_go();
    terminal.wait_for("listening anew");
    terminal.press("\u{3}");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen:#?}");
    let is_progress = |line: &&String| line.contains(" building ");
    assert_eq!(screen.iter().find(is_progress), None, "{screen:#?}");
    let line = "api     | listening anew";
    assert!(screen.iter().any(|shown| shown == line), "{screen:#?}");
    let cargo = screen.iter().filter(|line| line.contains("Finished `dev`"));
    assert!(cargo.count() >= 2, "{screen:#?}");
}

#[test]
fn a_first_build_that_is_stopped_leaves_no_process() {
    let (app, hold) = held();
    hold.set();
    let dev = Dev::over(&app, &[]).with("MARKS", hold.marks());
    let mut terminal = Terminal::start(dev);
    hold.wait();
    kill_process(terminal.pid(), Signal::TERM).unwrap();
    terminal.wait_for(": stopped by SIGTERM before the services were built");
    let (code, _) = terminal.end();
    assert_eq!(code, Some(2));
}

/// With a build that waits while there is a file `hold`.
fn held() -> (App, Hold) {
    let app = workspace("").file("api/build.rs", include_str!("plugin_dev/held.rs"));
    (app, Hold::new())
}

#[test]
fn what_services_leave_switched_is_switched_back() {
    let [color, hidden, alternate] = ["\\\\033[31m", "\\\\033[?25l", "\\\\033[?1049h"];
    for (left, format, back) in [
        (format!("{color}{hidden}"), "human", "\u{1b}[0m\u{1b}[?25h"),
        (
            alternate.to_owned(),
            "human",
            "\u{1b}[?1049l\u{1b}[0m\u{1b}[?25h",
        ),
        // There they are only letters.
        (alternate.to_owned(), "json", "\n"),
    ] {
        let app = workspace(&format!(
            "[workspace.metadata.service-connect.dev]\nloud = {{ command = [\"printf\", \"{left}last\"] }}\n",
        ));
        let mut terminal = Terminal::start(Dev::over(&app, &["--format", format]));
        terminal.wait_for("`loud` ended");
        terminal.wait_for("listening");
        terminal.press("\u{3}");
        terminal.wait_for(OVER);
        let end = format!("{back}{OVER}");
        assert!(
            terminal.text.contains(&end),
            "no {end:?} in {:?}",
            terminal.text
        );
        let (code, screen) = terminal.end();
        assert_eq!(code, Some(0), "{screen:#?}");
    }
}

#[test]
fn without_a_terminal_nothing_is_drawn_even_in_color() {
    let hold = Hold::new();
    // A second longer than it takes until something would be drawn.
    let arguments = ["--color", "always", "--request", "web/", "--timeout", "2"];
    let dev = Dev::new(&arguments).held("api", &hold);
    let run = dev.with("TERM", "xterm").run_at_once();
    assert_eq!(run.code, Some(2), "{run:#?}");
    let waited = "waited 2 s for `api`";
    assert!(run.stderr.contains(waited), "{}", run.stderr);
    assert!(!run.stderr.contains(WAITING), "{}", run.stderr);
    assert!(!run.stderr.contains('\r'), "{}", run.stderr);
}
