//! Packages and services that come and go while `dev` runs.
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

use edits::{UP, edit, end, wait_for_start};
use plugin_support::App;
use support::{Dev, Running, workspace};

fn start(app: &App) -> Running {
    let mut dev = Dev::over(app, &[]).start();
    dev.wait_for(&UP);
    dev
}

/// Waits until the table was shown for the `number`th time.
#[track_caller]
fn wait_for_table(dev: &mut Running, number: usize) {
    dev.wait_until(|stdout, _| stdout.matches("shop as in test\n").count() >= number);
}

#[test]
fn a_package_that_was_no_service_for_a_build_is_one_again() {
    let app = workspace("");
    let mut dev = start(&app);
    let none = "[package.metadata.service-connect]\nservices = []\n";
    let edition = "edition = \"2024\"\n";
    edit(&app, "api/Cargo.toml", edition, &format!("{edition}{none}"));
    wait_for_table(&mut dev, 2);
    edit(&app, "api/Cargo.toml", none, "");
    wait_for_start(&mut dev, "api", 2);
    // Which had no address of it meanwhile.
    wait_for_start(&mut dev, "web", 3);
    assert_eq!(dev.get("web", "/"), "web heard: api of shop in test");
    end(dev);
}

#[test]
fn a_package_that_was_a_library_for_a_build_is_a_program_again() {
    let app = workspace("");
    let mut dev = start(&app);
    let [main, library] = ["main.rs", "lib.rs"].map(|name| app.path().join("api/src").join(name));
    fs::rename(&main, &library).unwrap();
    wait_for_table(&mut dev, 2);
    fs::rename(&library, &main).unwrap();
    wait_for_start(&mut dev, "api", 2);
    end(dev);
}

#[test]
fn a_package_that_was_away_is_there_again() {
    let app = workspace("");
    let mut dev = start(&app);
    let [here, away] = ["api", "copilot/off"].map(|path| app.path().join(path));
    fs::rename(&here, &away).unwrap();
    wait_for_table(&mut dev, 2);
    fs::rename(&away, &here).unwrap();
    wait_for_start(&mut dev, "api", 2);
    // And beside itself, where a pattern of the workspace finds it too.
    fs::rename(&here, app.path().join("api.off")).unwrap();
    wait_for_start(&mut dev, "api", 3);
    fs::rename(app.path().join("api.off"), &here).unwrap();
    wait_for_start(&mut dev, "api", 4);
    edit(&app, "api/src/main.rs", "{service} of", "{service} anew of");
    wait_for_start(&mut dev, "api", 5);
    assert_eq!(dev.get("api", "/"), "api anew of shop in test");
    end(dev);
}

#[test]
fn a_service_is_there_once_its_crate_is() {
    let app = workspace("");
    let mut dev = start(&app);
    let server = fs::read_to_string(app.path().join("api/src/main.rs")).unwrap();
    let app = app.backend("new");
    wait_for_table(&mut dev, 2);
    // One after the other, each seen alone: a package without a target is an error of cargo.
    let manifest = "[package]\nname = \"new\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let app = app.file("new/Cargo.toml", manifest);
    dev.wait_for_note(&[
        "`new/Cargo.toml` has changed",
        "what runs goes on as it was",
    ]);
    let app = app.file("new/src/main.rs", server);
    wait_for_start(&mut dev, "new", 1);
    edit(&app, "new/src/main.rs", "{service} of", "{service} anew of");
    wait_for_start(&mut dev, "new", 2);
    end(dev);
}

#[test]
fn a_member_that_is_named_before_it_is_there_is_waited_for() {
    let app = workspace("");
    edit(&app, "Cargo.toml", "[\"*\"]", "[\"api\", \"shop\"]");
    let mut dev = start(&app);
    let server = fs::read_to_string(app.path().join("api/src/main.rs")).unwrap();
    let app = app.backend("new");
    wait_for_table(&mut dev, 2);
    edit(&app, "Cargo.toml", "[\"api\",", "[\"api\", \"apps/new\",");
    dev.wait_for_note(&["what runs goes on as it was"]);
    let manifest = "[package]\nname = \"new\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let app = app.file("apps/new/Cargo.toml", manifest);
    dev.wait_for_note(&["`apps/new/Cargo.toml` has changed"]);
    let _app = app.file("apps/new/src/main.rs", server);
    wait_for_start(&mut dev, "new", 1);
    end(dev);
}
