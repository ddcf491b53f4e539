//! Which files `dev` looks at, and what it takes for a change of one.
#![cfg(unix)]

#[allow(dead_code)]
#[path = "plugin_dev_watch/edits.rs"]
mod edits;
#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use std::fs;
use std::process::Command;
use std::time::SystemTime;

use edits::{UP, edit, end, replace, wait_for_start};
use plugin_support::{App, Run};
use rustix::process::Signal;
use support::{Dev, Running, workspace};

/// `api` answers `/pid` with a file of its package.
fn with_page(file: &str, text: &str) -> App {
    let app = workspace("").file(&format!("api/{file}"), text);
    let page = format!("include_str!(\"../{file}\").to_owned()");
    edit(&app, "api/src/main.rs", "id().to_string()", &page);
    app
}

/// Changes `api`, which has started so often, and once more when that is there.
#[track_caller]
fn edit_twice(app: &App, dev: &mut Running, starts: usize) {
    for (number, from, to) in [
        (1, "{service} of", "{service} anew of"),
        (2, "anew of", "twice of"),
    ] {
        edit(app, "api/src/main.rs", from, to);
        wait_for_start(dev, "api", starts + number);
    }
    assert_eq!(dev.get("api", "/"), "api twice of shop in test");
}

/// What it said that has changed.
fn notes(run: &Run) -> Vec<&str> {
    let lines = run.stderr.lines();
    lines.filter(|line| line.contains(" has changed")).collect()
}

#[track_caller]
fn finish(dev: Running) -> Run {
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    run
}

#[test]
fn files_in_new_directories_are_looked_at() {
    let app = workspace("");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    let part = "pub fn part() -> &'static str { \"one\" }\n";
    let app = app.file("api/src/part/mod.rs", part);
    edit(
        &app,
        "api/src/main.rs",
        "use std::env;",
        "mod part;\nuse std::env;",
    );
    edit(
        &app,
        "api/src/main.rs",
        "id().to_string()",
        "part::part().to_owned()",
    );
    wait_for_start(&mut dev, "api", 2);
    assert_eq!(dev.get("api", "/pid"), "one");
    edit(&app, "api/src/part/mod.rs", "one", "two");
    wait_for_start(&mut dev, "api", 3);
    assert_eq!(dev.get("api", "/pid"), "two");
    // One that comes again, as with a change of branches, is another directory.
    fs::remove_dir_all(app.path().join("api/src/part")).unwrap();
    let app = app.file("api/src/part/mod.rs", part.replace("one", "three"));
    wait_for_start(&mut dev, "api", 4);
    assert_eq!(dev.get("api", "/pid"), "three");
    edit(&app, "api/src/part/mod.rs", "three", "four");
    wait_for_start(&mut dev, "api", 5);
    assert_eq!(dev.get("api", "/pid"), "four");
    end(dev);
}

#[test]
fn a_directory_may_go_and_come_back() {
    let app = with_page("assets/deep/page.html", "one");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    let [assets, away] = ["api/assets", "target/away"].map(|path| app.path().join(path));
    let failed = |number| {
        move |_: &str, stderr: &str| stderr.matches("what runs goes on as it was").count() == number
    };
    fs::remove_dir_all(&assets).unwrap();
    dev.wait_until(failed(1));
    fs::create_dir_all(assets.join("deep")).unwrap();
    replace(&assets.join("deep/page.html"), "two");
    wait_for_start(&mut dev, "api", 2);
    assert_eq!(dev.get("api", "/pid"), "two");
    fs::rename(&assets, &away).unwrap();
    dev.wait_until(failed(2));
    fs::rename(&away, &assets).unwrap();
    wait_for_start(&mut dev, "api", 3);
    edit(&app, "api/assets/deep/page.html", "two", "three");
    wait_for_start(&mut dev, "api", 4);
    assert_eq!(dev.get("api", "/pid"), "three");
    end(dev);
}

/// A build script that has all below `proto` as its text.
const PROTO: &str = r#"
fn main() {
    println!("cargo::rerun-if-changed=proto");
    let text = ["proto/a.txt", "proto/deep/b.txt"].map(|file| std::fs::read_to_string(file).unwrap_or_default());
    println!("cargo::rustc-env=TEXT={}", text.concat());
}
"#;

#[test]
fn a_directory_that_a_build_script_names_counts_with_all_below_it() {
    let app = workspace("")
        .file("api/build.rs", PROTO)
        .file("api/proto/a.txt", "one");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    edit(&app, "api/proto/a.txt", "one", "two");
    wait_for_start(&mut dev, "api", 2);
    assert_eq!(dev.get("api", "/text"), "two");
    // With all that is in it at once.
    let app = app.file("api/aside/b.txt", " and three");
    let [from, to] = ["api/aside", "api/proto/deep"].map(|path| app.path().join(path));
    fs::rename(from, to).unwrap();
    wait_for_start(&mut dev, "api", 3);
    assert_eq!(dev.get("api", "/text"), "two and three");
    edit(&app, "api/proto/deep/b.txt", "three", "four");
    wait_for_start(&mut dev, "api", 4);
    assert_eq!(dev.get("api", "/text"), "two and four");
    end(dev);
}

#[test]
fn a_file_that_is_saved_as_it_was_has_not_changed() {
    let app = workspace("").file("api/src/notes.txt", "none");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    let notes_file = app.path().join("api/src/notes.txt");
    let file = fs::File::options().write(true).open(&notes_file).unwrap();
    file.set_modified(SystemTime::now()).unwrap();
    replace(&notes_file, "none");
    edit(&app, "shop/src/main.rs", "web heard", "web now heard");
    wait_for_start(&mut dev, "web", 2);
    let run = finish(dev);
    assert_eq!(notes(&run), ["`shop/src/main.rs` has changed"]);
}

#[test]
fn what_a_build_writes_as_it_was_is_no_change() {
    let script =
        "fn main() { std::fs::write(\"src/generated.rs\", \"// generated\\n\").unwrap(); }\n";
    let app = workspace("").file("api/build.rs", script);
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    edit_twice(&app, &mut dev, 1);
    let run = finish(dev);
    assert_eq!(
        notes(&run),
        [
            // It was not there when the first build began, whose repetition wrote nothing new.
            "`api/src/generated.rs` has changed",
            "`api/src/main.rs` has changed",
            "`api/src/main.rs` has changed"
        ]
    );
}

/// Which no build would ever be the last for.
#[test]
fn what_each_build_writes_anew_is_said_and_not_built_for() {
    let script = "fn main() {\n    let now = std::time::SystemTime::now();\n    \
                  std::fs::write(\"src/built.rs\", format!(\"// {now:?}\\n\")).unwrap();\n}\n";
    let app = workspace("").file("api/build.rs", script);
    let mut dev = Dev::over(&app, &[]).start();
    let said = "`api/src/built.rs` has changed during each of the last 3 builds, so it is taken for written by them: it is \
                not built again for what changes there during a build";
    dev.wait_for_note(&[said]);
    wait_for_start(&mut dev, "api", 2);
    edit_twice(&app, &mut dev, 2);
    let run = finish(dev);
    assert_eq!(
        notes(&run),
        [
            "`api/src/built.rs` has changed",
            "`api/src/built.rs` has changed",
            said,
            "`api/src/main.rs` has changed",
            "`api/src/main.rs` has changed",
        ]
    );
}

#[test]
fn a_pipe_is_not_waited_for() {
    let app = workspace("");
    let make_pipe = |name: &str| {
        let made = Command::new("mkfifo").arg(app.path().join(name)).status();
        assert!(made.unwrap().success());
    };
    make_pipe("api/src/before.rs");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    make_pipe("api/src/after.rs");
    edit(&app, "api/src/main.rs", "{service} of", "{service} anew of");
    wait_for_start(&mut dev, "api", 2);
    assert_eq!(notes(&finish(dev)), ["`api/src/main.rs` has changed"]);
}

/// The system keeps so many events for whoever does not come to read them, and then no more.
#[cfg(target_os = "linux")]
#[test]
fn what_was_not_told_is_looked_for() {
    use rustix::process::{Pid, kill_process};

    let app = workspace("");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    let pid = Pid::from_child(&dev.child);
    kill_process(pid, Signal::STOP).unwrap();
    let kept = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let other = app.path().join("api/other.txt");
    for _ in 0..kept.trim().parse::<u32>().unwrap() {
        fs::write(&other, "").unwrap();
        fs::remove_file(&other).unwrap();
    }
    let app = app.file("api/src/part/text.txt", "one");
    let part = "include_str!(\"part/text.txt\").to_owned()";
    edit(&app, "api/src/main.rs", "id().to_string()", part);
    kill_process(pid, Signal::CONT).unwrap();
    wait_for_start(&mut dev, "api", 2);
    assert_eq!(dev.get("api", "/pid"), "one");
    edit(&app, "api/src/part/text.txt", "one", "two");
    wait_for_start(&mut dev, "api", 3);
    assert_eq!(dev.get("api", "/pid"), "two");
    let run = finish(dev);
    let note = "more has happened to files than could be told: all of them are looked at\n";
    assert_eq!(run.stderr.matches(note).count(), 1, "{}", run.stderr);
    assert_eq!(
        notes(&run),
        [
            "`api/src/main.rs` has changed",
            "`api/src/part/text.txt` has changed",
        ]
    );
}
