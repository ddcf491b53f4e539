//! What changes is built again and restarted, and the rest goes on.
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
use std::net::TcpListener;

use edits::{UP, edit, end, make_executable, wait_for_start};
use rustix::process::Signal;
use support::{Dev, Hold, workspace};

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
fn what_keeps_a_build_from_its_end_can_be_mended_where_it_came_with_that_build() {
    let app = workspace("");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    let manifest = "[package]\nname = \"shared\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let app = app
        .file("shared/src/lib.rs", "pub fn number() -> u32 { \"one\" }\n")
        .file("shared/Cargo.toml", manifest);
    let edition = "edition = \"2024\"\n";
    let needs = format!("{edition}[dependencies]\nshared = {{ path = \"../shared\" }}\n");
    edit(&app, "api/Cargo.toml", edition, &needs);
    dev.wait_for_note(&["what runs goes on as it was\n"]);
    edit(&app, "shared/src/lib.rs", "\"one\"", "1");
    wait_for_start(&mut dev, "api", 2);
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
fn an_address_that_comes_while_it_runs_is_looked_at() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let app = workspace("[workspace.metadata.service-connect.dev]\n");
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&UP);
    let cache = "cache = { address = \"127.0.0.1:9\" }";
    let queue = format!("queue = {{ command = \"target/debug/shop\", address = \"{address}\" }}");
    edit(&app, "Cargo.toml", "dev]\n", &format!("dev]\n{queue}\n"));
    let taken = format!(
        "something listens on {address} already, where `queue` is to be started: end it, or take it for that with \
         `--service queue={address}`; what runs goes on as it was\n"
    );
    dev.wait_for_note(&[&taken]);
    assert!(!dev.stdout.contains("queue"), "{}", dev.stdout);
    drop(listener);
    edit(&app, "Cargo.toml", "dev]\n", &format!("dev]\n{cache}\n"));
    dev.wait_for_note(&["nothing listens on 127.0.0.1:9, where `cache` is said to be\n"]);
    dev.wait_for(&["queue   | listening\n"]);
    // What runs here itself is nothing that is in its way, whatever its name.
    edit(&app, "Cargo.toml", "queue =", "line =");
    dev.wait_for(&["line    | listening\n"]);
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    for note in ["something listens on", "nothing listens on"] {
        assert_eq!(run.stderr.matches(note).count(), 1, "{}", run.stderr);
    }
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
fn a_change_during_a_build_is_built_too() {
    let hold = Hold::new();
    let app = workspace("")
        .file("api/build.rs", include_str!("plugin_dev/held.rs"))
        .file("api/src/text.txt", "first");
    let dev = Dev::over(&app, &[]).with("MARKS", hold.marks());
    let mut dev = dev.start();
    dev.wait_for(&UP);
    assert_eq!(dev.get("api", "/text"), "first");
    hold.set();
    edit(&app, "api/src/text.txt", "first", "second");
    dev.wait_for_note(&["has changed"]);
    hold.wait();
    edit(&app, "api/src/text.txt", "second", "third");
    hold.let_go();
    wait_for_start(&mut dev, "api", 2);
    assert_eq!(dev.get("api", "/text"), "third");
    let stdout = end(dev);
    assert_eq!(stdout.matches("api     | listening").count(), 2, "{stdout}");
}

/// A command that takes its time to end, and is put back while it does.
#[test]
fn what_is_undone_while_a_task_ends_runs_again() {
    let slow = "slow = { command = [\"./slow.sh\"] }\n";
    let hold = Hold::new();
    let script = "#!/bin/sh\n\
                  trap 'echo ending; while test -e \"$MARKS/hold\"; do sleep 0.1; done; echo gone; exit 0' TERM\n\
                  touch \"$PIDS/$$\"\necho up\nwhile :; do sleep 0.1; done\n";
    let app = workspace(&format!("[workspace.metadata.service-connect.dev]\n{slow}"))
        .file("slow.sh", script);
    make_executable(&app.path().join("slow.sh"));
    let mut dev = Dev::over(&app, &[]).with("MARKS", hold.marks()).start();
    dev.wait_for(&UP);
    dev.wait_for(&["slow    | up"]);
    hold.set();
    edit(&app, "Cargo.toml", slow, "");
    dev.wait_for(&["| ending"]);
    edit(&app, "Cargo.toml", "dev]\n", &format!("dev]\n{slow}"));
    // The table shows it again once the build that has it is taken.
    dev.wait_until(|stdout, _| stdout.matches("shop as in test").count() >= 3);
    hold.let_go();
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
