//! Services that are no crates: commands and addresses, from the metadata and the command line.
#![cfg(unix)]

#[allow(dead_code)]
mod plugin_support;
#[allow(dead_code)]
#[path = "plugin_dev/support.rs"]
mod support;

use std::net::TcpListener;
use std::sync::OnceLock;

use plugin_support::{App, run};
use rustix::process::Signal;
use support::{Dev, app, workspace};

/// `mail` is a service, `queue` and `redis` are none: the server that `web` runs as stands in for all that have a command.
fn declared() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| {
        workspace(
            "[workspace.metadata.service-connect.dev]\n\
             mail = { command = \"./shop\", directory = \"target/debug\" }\n\
             queue = { command = [\"target/debug/shop\"] }\n\
             redis = { command = [\"target/debug/shop\", \"${PORT}\"] }\n\
             cache = { address = \"127.0.0.1:9\" }\n",
        )
    })
}

/// Of `SERVICE_CONNECT_URL_NAME`, as `web` sees it.
fn url<'a>(variables: &'a str, name: &str) -> Option<&'a str> {
    let mut all = variables.split_whitespace();
    all.find_map(|one| one.strip_prefix(&format!("SERVICE_CONNECT_URL_{name}=")))
}

#[test]
fn a_command_stands_in_for_a_service() {
    let dev = Dev::over(declared(), &["--request", "mail/"]).run();
    assert_eq!(dev.code, Some(0), "{dev:#?}");
    assert_eq!(dev.stdout, "mail of shop in test\n");
    for line in [
        "mail    | listening",
        "  mail     Backend Service            http://127.0.0.1:",
        "Cargo.toml:6",
    ] {
        assert!(dev.stderr.contains(line), "no {line} in {}", dev.stderr);
    }
}

#[test]
fn where_nothing_listens_is_said() {
    let mut dev = Dev::over(declared(), &[]).start();
    dev.wait_for_note(&["nothing listens on 127.0.0.1:9, where `cache` is said to be\n"]);
    dev.wait_for(&["web     | listening"]);
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
}

#[test]
fn callers_find_what_is_called() {
    let dev = Dev::over(declared(), &["--request", "web/variables"]).run();
    assert_eq!(dev.code, Some(0), "{dev:#?}");
    for name in ["MAIL", "REDIS"] {
        let url = url(&dev.stdout, name).unwrap_or_else(|| panic!("no {name}: {}", dev.stdout));
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    }
    assert_eq!(url(&dev.stdout, "CACHE"), Some("http://127.0.0.1:9"));
    // Nothing says that it listens.
    assert_eq!(url(&dev.stdout, "QUEUE"), None);
}

#[test]
fn the_command_line_wins_over_the_metadata_and_both_over_a_crate() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let given = ["api", "mail", "cache"].map(|name| format!("--service={name}={address}"));
    let mut arguments: Vec<&str> = given.iter().map(String::as_str).collect();
    arguments.extend(["--request", "web/variables"]);
    let dev = Dev::over(declared(), &arguments).run();
    assert_eq!(dev.code, Some(0), "{dev:#?}");
    for name in ["API", "MAIL", "CACHE"] {
        let expected = format!("http://{address}");
        assert_eq!(url(&dev.stdout, name), Some(&*expected), "{name}");
    }
    for line in ["api     |", "mail    |", "nothing listens"] {
        assert!(!dev.stderr.contains(line), "{line} in {}", dev.stderr);
    }
}

#[test]
fn what_cannot_be_taken_for_a_service_is_refused() {
    let refused = |arguments: &[&str], sentence: &str| {
        let arguments = [&["dev"], arguments].concat();
        run(&app().path(), &arguments).refused(sentence);
    };
    refused(
        &["--service", "redis"],
        "write NAME=ADDRESS, such as redis=127.0.0.1:6379",
    );
    refused(
        &["--service", "redis=cache"],
        "it has no port: write host:port",
    );
    refused(&["--service", "redis=http://a/b"], "it has a path");
    refused(
        &["--service", "redis=a:1", "--service", "redis=b:1"],
        "`--service` says twice where `redis` is",
    );
    refused(
        &["--service", "API=127.0.0.1:9"],
        "callers could not tell `api` from `API`: the variable of both is `SERVICE_CONNECT_URL_API`",
    );
    refused(
        &["--service", "api=a:1", "--replicas", "api=2"],
        "no service `api` runs here; what runs here is `nightly`, `web`, `worker`",
    );
}

#[test]
fn what_is_wrong_with_a_command_is_said_before_anything_is_built() {
    for (declared, sentence) in [
        (
            "redis = { command = [\"redis\", \"$PROT\"] }",
            "Cargo.toml:6: the variable `PROT` in the `command` of `redis` is not set; `$$` is a `$`",
        ),
        (
            "redis = {}",
            "Cargo.toml:6: a service of `dev` has a `command` or an `address`, and `redis` has neither",
        ),
        (
            "redis = { comand = \"sleep 9\" }",
            "and `redis` has neither, but a `comand` [invalid-metadata]; did you mean `command`?",
        ),
        (
            "redis = { command = \"no-such-server\" }",
            "Cargo.toml:6: the program of `redis` is in no directory of `PATH`: `no-such-server`",
        ),
        (
            "redis = { command = \"sleep 9\", directory = \"nodir\" }",
            "Cargo.toml:6: the `directory` of `redis` is not there: `",
        ),
        (
            "a = { command = \"sleep 9\", address = \"localhost:9\" }\nb = { command = \"sleep 9\", address = \"127.0.0.1:9\" }",
            "Cargo.toml:6 and Cargo.toml:7: the commands of `a` and `b` are both to listen on 127.0.0.1:9",
        ),
        (
            "redis = { address = \"http://a/b\" }",
            "Cargo.toml:6: the `address` of `redis` is wrong",
        ),
    ] {
        let app = workspace(&format!(
            "[workspace.metadata.service-connect.dev]\n{declared}\n"
        ));
        run(&app.path(), &["dev"]).refused(sentence);
        assert!(!app.path().join("target").exists());
    }
}

#[test]
fn a_program_that_is_not_built_is_said_with_its_line() {
    let app = workspace(
        "[workspace.metadata.service-connect.dev]\nredis = { command = \"target/debug/none\" }\n",
    );
    let dev = Dev::over(&app, &["--request", "web/"]).run_at_once();
    assert_eq!((dev.code, &*dev.stdout), (Some(2), ""), "{dev:#?}");
    let end = format!(
        "error: Cargo.toml:6: the program of `redis` is not there: `{}`\n",
        app.path().join("target/debug/none").display()
    );
    assert!(dev.stderr.ends_with(&end), "{}", dev.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn what_leaves_the_group_of_a_task_ends_with_it_all_the_same() {
    let stray = "setsid -f sh -c 'touch $$PIDS/$$$$; echo $$$$; while :; do sleep 1; done'";
    let stray = format!("{stray} | {{ read -r pid; echo astray: $$pid; }}");
    let app = workspace(&format!(
        "[workspace.metadata.service-connect.dev]\n\
         ends = {{ command = [\"sh\", \"-c\", \"{stray}\"] }}\n\
         stays = {{ command = [\"sh\", \"-c\", \"{stray}; exec sleep 600\"] }}\n",
    ));
    let mut dev = Dev::over(&app, &[]).start();
    dev.wait_for(&["ends    | astray: ", "stays   | astray: ", "listening"]);
    dev.wait_for_note(&["error: `ends` ended (exit status: 0)"]);
    let pid = |service: &str| -> i32 {
        let (_, pid) = dev
            .stdout
            .split_once(&format!("{service} | astray: "))
            .unwrap();
        pid.lines().next().unwrap().parse().unwrap()
    };
    support::assert_all_gone(&[pid("ends   ")]);
    assert!(support::is_alive(pid("stays  ")));
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
}

#[test]
fn a_name_that_does_not_resolve_is_said() {
    let mut dev = Dev::new(&["--service", "cache=none.invalid:80"]).start();
    dev.wait_for_note(&["`none.invalid`, where `cache` is said to be, does not resolve\n"]);
    dev.wait_for(&["web     | listening"]);
    let (run, _) = dev.end(&[Signal::INT]);
    assert_eq!(run.code, Some(0), "{run:#?}");
}

#[test]
fn a_name_that_is_nearly_a_service_is_pointed_at() {
    let dev = Dev::new(&["--service", "mial=127.0.0.1:9", "--request", "web/"]).run();
    assert_eq!(dev.code, Some(0), "{dev:#?}");
    let note = "`mial` is no service of the application; did you mean `mail`?\n";
    assert!(dev.stderr.contains(note), "{}", dev.stderr);
}

#[test]
fn a_port_that_is_taken_is_not_taken_for_the_service() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let app = workspace(&format!(
        "[workspace.metadata.service-connect.dev]\nredis = {{ command = \"target/debug/shop\", address = \"{address}\" }}\n"
    ));
    let run = Dev::over(&app, &[]).run_at_once();
    assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{run:#?}");
    let end = format!(
        "error: something listens on {address} already, where `redis` is to be started: end it, or take it for that with \
         `--service redis={address}`\n"
    );
    assert!(run.stderr.ends_with(&end), "{}", run.stderr);
    drop(listener);
    let dev = Dev::over(&app, &["--request", "web/variables"]);
    let run = dev.run();
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert_eq!(
        url(&run.stdout, "REDIS"),
        Some(&*format!("http://{address}"))
    );
}

#[test]
fn a_request_is_made_where_nothing_is_started_here() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let app = App::new()
        .file("Cargo.toml", "[package]\nname = \"tools\"\nversion = \"0.0.0\"\n[workspace]\n[package.metadata.service-connect]\nservices = []\n")
        .file("src/lib.rs", "")
        .backend("api");
    let given = format!("api={address}");
    let server = std::thread::spawn(move || {
        // One only looks whether the port is open.
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 1024];
            if std::io::Read::read(&mut stream, &mut head).unwrap_or_default() > 0 {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
                return std::io::Write::write_all(&mut stream, answer).unwrap();
            }
        }
    });
    let asked = run(
        &app.path(),
        &["dev", "--service", &given, "--request", "api/"],
    );
    assert_eq!(
        (asked.code, &*asked.stdout),
        (Some(0), "hello\n"),
        "{asked:#?}"
    );
    server.join().unwrap();
    let unasked = run(&app.path(), &["dev", "--service", &given]);
    assert_eq!(unasked.code, Some(0), "{unasked:#?}");
    let note = "nothing runs here: all that is known runs elsewhere\n";
    assert!(unasked.stderr.contains(note), "{}", unasked.stderr);
}
