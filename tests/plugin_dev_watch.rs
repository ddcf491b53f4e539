//! What changes is built again and restarted, and the rest goes on.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use std::fs;
use std::path::Path;

use plugin_support::App;
use rustix::process::Signal;
use support::{Dev, Running, workspace};

const UP: [&str; 2] = ["api     | listening", "web     | listening"];

fn edit(app: &App, file: &str, from: &str, to: &str) {
    let file = app.path().join(file);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from} is not in {}", file.display());
    replace(&file, text.replace(from, to));
}

/// Writes a file in one step, so that it is never seen half written.
fn replace(file: &Path, text: impl AsRef<[u8]>) {
    let name = file.file_name().unwrap().to_str().unwrap();
    let beside = file.with_file_name(format!(".{name}.new"));
    fs::write(&beside, text).unwrap();
    fs::rename(beside, file).unwrap();
}

/// Waits until the service listens for the `number`th time.
#[track_caller]
fn wait_for_start(dev: &mut Running, service: &str, number: usize) {
    let line = format!("{service:7} | listening\n");
    dev.wait_until(|stdout, _| stdout.matches(&line).count() >= number);
}

#[track_caller]
fn end(dev: Running) -> String {
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    run.stdout
}

#[test]
fn only_what_changed_is_restarted_on_its_port() {
    let app = workspace("");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    let pids = ["web", "api"].map(|service| dev.get(service, "/pid"));
    edit(&app, "api/src/main.rs", "{service} of", "{service} anew of");
    wait_for_start(&mut dev, "api", 2);
    assert_eq!(dev.get("api", "/"), "api anew of shop in test");
    assert_eq!(dev.get("web", "/"), "web heard: api anew of shop in test");
    assert_eq!(dev.get("web", "/pid"), pids[0]);
    assert_ne!(dev.get("api", "/pid"), pids[1]);
    let stdout = end(dev);
    assert_eq!(stdout.matches("shop as in test").count(), 1, "{stdout}");
}

#[test]
fn a_build_that_fails_leaves_what_runs() {
    let app = workspace("");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    let pid = dev.get("api", "/pid");
    edit(&app, "api/src/main.rs", "fn name", "fn broken( fn name");
    dev.wait_for_note(&[
        " has changed\n",
        "error: `cargo build` failed (exit status: 101): its messages are above; what runs goes on as it was\n",
    ]);
    assert_eq!(dev.get("api", "/pid"), pid);
    edit(&app, "api/src/main.rs", "fn broken( fn name", "fn name");
    edit(
        &app,
        "api/src/main.rs",
        "{service} of",
        "{service} mended of",
    );
    wait_for_start(&mut dev, "api", 2);
    assert_eq!(dev.get("api", "/"), "api mended of shop in test");
    end(dev);
}

#[test]
fn manifests_are_read_again() {
    let app = workspace("");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    edit(&app, "copilot/.workspace", "shop", "store");
    dev.wait_for(&["store as in test"]);
    wait_for_start(&mut dev, "api", 2);
    wait_for_start(&mut dev, "web", 2);
    assert_eq!(dev.get("web", "/"), "web heard: api of store in test");
    edit(&app, "copilot/web/manifest.yml", "name: web", "name: [");
    dev.wait_for_note(&["copilot/web/manifest.yml", "what runs goes on as it was"]);
    assert_eq!(dev.get("web", "/"), "web heard: api of store in test");
    end(dev);
}

#[test]
fn a_service_that_died_waits_for_the_next_change() {
    let app = workspace("");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    dev.get("web", "/die");
    dev.wait_for_note(&[
        "`web` ended (exit status: 7); it is started again after the next change\n",
    ]);
    let pid = dev.get("api", "/pid");
    edit(&app, "shop/src/main.rs", "web heard", "web, back, heard");
    wait_for_start(&mut dev, "web", 2);
    assert_eq!(dev.get("web", "/"), "web, back, heard: api of shop in test");
    assert_eq!(dev.get("api", "/pid"), pid);
    end(dev);
}

#[test]
fn each_task_is_restarted_after_the_one_before_it() {
    let app = workspace("");
    let mut dev = Dev::over(&app, &["--replicas", "api=2", "--format", "json"]).start();
    let events = |event: &str| {
        [1, 2].map(|task| format!("{{\"service\":\"api\",\"task\":{task},\"event\":\"{event}\""))
    };
    let ready = events("ready");
    dev.wait_for(&ready.each_ref().map(String::as_str));
    edit(&app, "api/src/main.rs", "{service} of", "{service} anew of");
    dev.wait_until(|stdout, _| ready.iter().all(|event| stdout.matches(event).count() == 2));
    let at = |event: &String| dev.stdout.rfind(event).unwrap_or_else(|| panic!("{event}"));
    let [one_ended, two_ended] = events("ended").each_ref().map(at);
    let [one_is_back, two_is_back] = events("restarted").each_ref().map(at);
    let [one_is_ready, two_is_ready] = ready.each_ref().map(at);
    let order = [
        one_ended,
        one_is_back,
        one_is_ready,
        two_ended,
        two_is_back,
        two_is_ready,
    ];
    assert!(order.is_sorted(), "{order:?}: {}", dev.stdout);
    end(dev);
}

#[test]
fn a_task_that_does_not_make_room_is_killed() {
    let app = workspace("");
    let mut dev = Dev::over(&app, &[]).with("STUBBORN", "web").start();
    dev.wait_for(&["web     | will not end", "api     | listening"]);
    edit(
        &app,
        "shop/src/main.rs",
        "is_meant(\"STUBBORN\")",
        "is_meant(\"NEVER\")",
    );
    wait_for_start(&mut dev, "web", 1);
    assert_eq!(dev.get("web", "/"), "web heard: api of shop in test");
    end(dev);
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
fn a_change_during_a_build_is_built_too() {
    let marks = tempfile::TempDir::new().unwrap();
    let app = workspace("")
        .file("api/build.rs", include_str!("plugin_dev/held.rs"))
        .file("api/src/text.txt", "first");
    let dev = Dev::over(&app, &[]).with("MARKS", marks.path().to_str().unwrap());
    let mut dev = dev.start();
    dev.wait_for(&UP);
    assert_eq!(dev.get("api", "/text"), "first");
    fs::write(marks.path().join("hold"), "").unwrap();
    edit(&app, "api/src/text.txt", "first", "second");
    wait_for_file(&mut dev, &marks.path().join("held"));
    edit(&app, "api/src/text.txt", "second", "third");
    fs::remove_file(marks.path().join("hold")).unwrap();
    wait_for_start(&mut dev, "api", 2);
    assert_eq!(dev.get("api", "/text"), "third");
    let stdout = end(dev);
    assert_eq!(stdout.matches("api     | listening").count(), 2, "{stdout}");
}

#[test]
fn what_a_build_writes_as_it_was_is_no_change() {
    let script =
        "fn main() { std::fs::write(\"src/generated.rs\", \"// generated\\n\").unwrap(); }\n";
    let app = workspace("").file("api/build.rs", script);
    let mut dev = Dev::over(&app, &[]).start();
    // It was not there before.
    wait_for_start(&mut dev, "api", 2);
    for (number, from, to) in [
        (3, "{service} of", "{service} anew of"),
        (4, "anew of", "twice of"),
    ] {
        edit(&app, "api/src/main.rs", from, to);
        wait_for_start(&mut dev, "api", number);
    }
    assert_eq!(dev.get("api", "/"), "api twice of shop in test");
    let (run, _) = dev.end(&[Signal::INT]);
    let notes = run
        .stderr
        .lines()
        .filter(|line| line.contains(" has changed"));
    let notes: Vec<_> = notes.collect();
    assert_eq!(
        notes,
        [
            "`api/src/generated.rs` has changed",
            "`api/src/main.rs` has changed",
            "`api/src/main.rs` has changed"
        ]
    );
}

#[track_caller]
fn wait_for_file(dev: &mut Running, file: &Path) {
    dev.wait_for_note(&["has changed"]);
    let start = std::time::Instant::now();
    while !file.exists() {
        assert!(start.elapsed().as_secs() < 60, "{}", file.display());
        std::thread::yield_now();
    }
}

/// A command that takes its time to end, and is put back while it does.
#[test]
fn what_is_undone_while_a_task_ends_runs_again() {
    let slow = "slow = { command = [\"./slow.sh\"] }\n";
    let marks = tempfile::TempDir::new().unwrap();
    let script = "#!/bin/sh\n\
                  trap 'echo ending; while test -e \"$MARKS/hold\"; do sleep 0.1; done; echo gone; exit 0' TERM\n\
                  touch \"$PIDS/$$\"\necho up\nwhile :; do sleep 0.1; done\n";
    let app = workspace(&format!("[workspace.metadata.service-connect.dev]\n{slow}"))
        .file("slow.sh", script);
    make_executable(&app.path().join("slow.sh"));
    let mut dev = Dev::over(&app, &[])
        .with("MARKS", marks.path().to_str().unwrap())
        .start();
    dev.wait_for(&UP);
    dev.wait_for(&["slow    | up"]);
    fs::write(marks.path().join("hold"), "").unwrap();
    edit(&app, "Cargo.toml", slow, "");
    dev.wait_for(&["| ending"]);
    edit(&app, "Cargo.toml", "dev]\n", &format!("dev]\n{slow}"));
    // The table shows it again once the build that has it is taken.
    dev.wait_until(|stdout, _| stdout.matches("shop as in test").count() >= 3);
    fs::remove_file(marks.path().join("hold")).unwrap();
    dev.wait_until(|stdout, _| stdout.matches("slow    | up").count() >= 2);
    // It came to its own end, and was not killed.
    assert!(dev.stdout.contains("slow    | gone\n"), "{}", dev.stdout);
    end(dev);
}

#[test]
fn cargo_is_asked_once_for_each_build() {
    let marks = tempfile::TempDir::new().unwrap();
    let app = workspace("").file(
        "cargo.sh",
        "#!/bin/sh\necho \"$1\" >> \"$MARKS/asked\"\nexec \"$REAL_CARGO\" \"$@\"\n",
    );
    let cargo = app.path().join("cargo.sh");
    make_executable(&cargo);
    let mut dev = Dev::over(&app, &[])
        .with("MARKS", marks.path().to_str().unwrap())
        .with("REAL_CARGO", env!("CARGO"))
        .with("CARGO", cargo.to_str().unwrap())
        .start();
    dev.wait_for(&UP);
    edit(&app, "api/src/main.rs", "{service} of", "{service} anew of");
    wait_for_start(&mut dev, "api", 2);
    end(dev);
    let asked = fs::read_to_string(marks.path().join("asked")).unwrap();
    let asked: Vec<_> = asked.lines().collect();
    assert_eq!(asked, ["metadata", "build", "metadata", "build"]);
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

fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}
