//! `cargo service-connect preflight` as a process, from the manifests and from a lock.

mod plugin_support;

use std::net::TcpListener;
use std::path::Path;

use plugin_support::{App, Run, plugin, run};
use serde_json::Value;
use service_connect_codegen::copilot::{Options, Workspace};
use service_connect_codegen::lock;

/// As in a task, with the URL of `api` set.
fn preflight(directory: &Path, api: &str, arguments: &[&str]) -> Run {
    let mut command = plugin(directory);
    command.arg("preflight").args(arguments);
    command
        .env("COPILOT_SERVICE_NAME", "web")
        .env("COPILOT_ENVIRONMENT_NAME", "test");
    command.env("SERVICE_CONNECT_URL_API", api);
    command.output().expect("the plugin starts").into()
}

/// A URL where something listens, for as long as that lives.
fn open() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    (listener, url)
}

/// The application without its manifests.
fn locked() -> App {
    let app = App::shop();
    let workspace = Workspace::find(&app.path()).expect("it is there");
    let application = workspace.load(&Options::default()).application;
    App::empty().file(lock::FILE, lock::write(&application))
}

#[test]
fn it_says_who_can_be_reached_from_the_manifests_and_from_a_lock() {
    let (listener, url) = open();
    for app in [App::shop(), locked()] {
        let ready = preflight(&app.path(), &url, &["api"]);
        assert_eq!((ready.code, &*ready.stderr), (Some(0), ""), "{ready:#?}");
        let line = format!("api: ready: {url} in ");
        assert!(ready.stdout.starts_with(&line), "{}", ready.stdout);
    }
    drop(listener);
    let refused = preflight(&App::shop().path(), &url, &["api", "--format", "json"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    let json: Value = serde_json::from_str(&refused.stdout).expect("it is JSON");
    let check = &json["checks"][0];
    assert_eq!(
        (&check["service"], &check["environment"]),
        (&"api".into(), &"test".into())
    );
    assert_eq!(
        (&check["way"], &check["cause"]),
        (&"override".into(), &"nothing-listens".into())
    );
}

#[test]
fn without_names_it_looks_at_all_but_the_caller() {
    let (_listener, url) = open();
    let app = App::shop();
    let all = preflight(&app.path(), &url, &["--timeout", "60"]);
    let names: Vec<_> = all
        .stdout
        .lines()
        .filter_map(|line| line.split(':').next())
        .collect();
    assert!(
        names.contains(&"api") && !names.contains(&"web"),
        "{}",
        all.stdout
    );
}

#[test]
fn elsewhere_than_in_a_task_it_says_so() {
    let app = App::shop();
    let mut command = plugin(&app.path());
    for name in [
        "SERVICE_NAME",
        "ENVIRONMENT_NAME",
        "APPLICATION_NAME",
        "SERVICE_DISCOVERY_ENDPOINT",
    ] {
        command.env_remove(format!("COPILOT_{name}"));
    }
    command.args(["preflight", "api"]);
    let run = Run::from(command.output().expect("the plugin starts"));
    assert_eq!(run.code, Some(1), "{run:#?}");
    assert!(
        run.stdout.contains("run `cargo service-connect dev`"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_is_not_there_is_an_error() {
    let app = App::shop();
    run(&app.path(), &["preflight", "apj"]).refused("did you mean `api`?");
    run(&app.path(), &["preflight", "--from", "nobody"]).refused("there is no service `nobody`");
    run(&App::empty().path(), &["preflight"]).refused("there is no `copilot/`");
    let broken = App::empty().file(lock::FILE, "format = 99\n");
    run(&broken.path(), &["preflight"]).refused("service-connect.lock");
}

#[test]
fn what_it_does_not_speak_is_left_out_and_no_success() {
    let (_listener, url) = open();
    let manifest = "name: pay\ntype: Backend Service\nimage: {location: pay, port: 443}\nnetwork: {connect: true}\n";
    let app = App::shop().file("copilot/pay/manifest.yml", manifest);
    let run = preflight(&app.path(), &url, &["api", "pay"]);
    assert_eq!(run.code, Some(1), "{run:#?}");
    assert!(
        run.stdout.starts_with("api: ready") && run.stderr.contains("`pay` is called over https"),
        "{run:#?}"
    );
    let run = preflight(&app.path(), &url, &["pay"]);
    assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{run:#?}");
}
