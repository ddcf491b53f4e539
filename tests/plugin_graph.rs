//! `cargo service-connect graph`: who calls whom, in every format.
//!
//! After a change that is meant, `BLESS=1 cargo test --test plugin_graph` writes `tests/plugin_graph` and `docs/bookshop.svg`
//! anew.

#[allow(dead_code)]
mod plugin_support;

use std::path::Path;
use std::{env, fs};

use plugin_support::{App, run};

/// The application `shop`: `web` calls `api`, which is broken in `prod`, and by discovery `store`; a job calls `api` by a
/// name that it cannot have.
fn shop() -> App {
    App::shop()
        .file(
            "copilot/web/manifest.yml",
            "name: web\ntype: Load Balanced Web Service\nhttp: {path: /}\nimage: {location: x, port: 80}\n\
             network:\n  connect: true\nvariables:\n  API_URL: http://api:8080\n  \
             STORE_URL: http://store.${COPILOT_ENVIRONMENT_NAME}.shop.local:8080\n  \
             DB_URL: postgres://db.example.com/shop\n\
             environments:\n  prod:\n    network:\n      connect: false\n",
        )
        .backend("store")
        .file(
            "copilot/nightly/manifest.yml",
            "name: nightly\ntype: Scheduled Job\nimage: {location: x}\non: {schedule: '@daily'}\n\
             variables:\n  API_URL: http://api:8080\n",
        )
        .file(
            "copilot/mail/manifest.yml",
            "name: mail\ntype: Worker Service\nimage: {location: x}\n",
        )
}

fn graph(app: &App, arguments: &[&str]) -> String {
    let run = run(&app.path(), &[&["graph"], arguments].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    run.stdout
}

/// Compares a text with the file of that name, or writes it.
#[track_caller]
fn compare(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/plugin_graph")
        .join(file);
    if env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == text,
        "{file} is not what it was: `BLESS=1 cargo test --test plugin_graph` writes it\n{text}"
    );
}

#[test]
fn every_format_shows_the_same_calls() {
    let app = shop();
    compare("shop.txt", &graph(&app, &[]));
    compare("shop.json", &graph(&app, &["--format", "json"]));
    compare(
        "shop.mmd",
        &graph(&app, &["--format", "mermaid", "--outside"]),
    );
    compare("shop.dot", &graph(&app, &["--format", "dot", "--outside"]));
}

#[test]
fn kudos_is_mapped_from_its_sources() {
    let kudos = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/kudos");
    for (format, file) in [
        ("human", "kudos.txt"),
        ("mermaid", "kudos.mmd"),
        ("dot", "kudos.dot"),
        ("svg", "kudos.svg"),
    ] {
        let run = run(&kudos, &["graph", "--format", format]);
        assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{run:?}");
        compare(file, &run.stdout);
    }
}

#[test]
fn urls_that_are_put_together_by_hand_are_calls_too() {
    let bookshop = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workspaces/bookshop");
    for (format, file) in [
        ("human", "bookshop.txt"),
        ("svg", "../../docs/bookshop.svg"),
    ] {
        let run = run(&bookshop, &["graph", "--format", format]);
        assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{run:?}");
        compare(file, &run.stdout);
    }
}

/// A package that uses the library.
fn package(name: &str, more: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n[dependencies]\nservice-connect = \"0.1\"\n{more}"
    )
}

/// `shop`, in which `web` calls `api` through a library of the workspace, and in a test `store`.
fn in_rust() -> App {
    let library = "[package.metadata.service-connect]\nservices = []\n";
    App::shop()
        .backend("store")
        .file("Cargo.toml", "[workspace]\nmembers = [\"services/*\"]\n")
        .file(
            "services/web/Cargo.toml",
            package("web", "shared = { path = \"../shared\" }\n"),
        )
        .file(
            "services/web/src/main.rs",
            "fn main() {}\n#[cfg(test)]\nmod tests {\n    service_connect::clients!();\n    fn t() { Store::get(\"/\"); }\n}\n",
        )
        .file("services/shared/Cargo.toml", package("shared", library))
        .file(
            "services/shared/src/lib.rs",
            "#[service_connect::service_client(\"api\")]\npub struct Calls;\n",
        )
        .file("services/alone/Cargo.toml", package("alone", library))
        .file(
            "services/alone/src/lib.rs",
            "#[service_connect::service_client(\"store\")]\npub struct Calls;\n",
        )
}

#[test]
fn a_library_calls_for_the_services_that_run_it_and_tests_call_nobody() {
    let app = in_rust();
    let run = run(&app.path(), &["graph", "--env", "test"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let calls: Vec<_> = run
        .stdout
        .lines()
        .take_while(|line| !line.is_empty())
        .collect();
    assert_eq!(
        calls,
        [
            "  from  to   way              where",
            "  web   api  Service Connect  services/shared/src/lib.rs:1 (attribute)"
        ]
    );
    assert_eq!(
        run.stderr,
        "note: the calls of the package `alone` are left out, because no service runs it\n"
    );
}

#[test]
fn a_helper_calls_each_service_that_it_is_given() {
    let app = in_rust().file(
        "services/web/src/main.rs",
        "async fn fetch(c: &Client, url: &str) { c.get(url).send().await; }\n\
         async fn main() {\n    fetch(&c, \"http://api:8080/x\").await;\n    fetch(&c, \"http://store:8080/y\").await;\n}\n",
    );
    let text = graph(&app, &["--env", "test"]);
    for callee in ["api", "store"] {
        let is_it =
            |line: &str| line.contains(&format!(" {callee} ")) && line.ends_with("main.rs:1 (URL)");
        assert!(text.lines().any(is_it), "{callee}: {text}");
    }
}

#[test]
fn what_is_not_known_of_rust_is_said() {
    let app = shop();
    let without = run(&app.path(), &["graph"]);
    assert_eq!(without.code, Some(0));
    assert!(
        without
            .stderr
            .contains("there is no Cargo.toml around, so only the variables of manifests"),
        "{}",
        without.stderr
    );
    let app = app.file("Cargo.toml", "[workspace]\nmembers = [\"nowhere\"]\n");
    for command in ["graph", "order"] {
        let broken = run(&app.path(), &[command]);
        assert_eq!(broken.code, Some(2), "{broken:?}");
        assert!(
            broken.stderr.contains("the calls in Rust are left out"),
            "{}",
            broken.stderr
        );
        assert!(
            broken.stdout.contains("api"),
            "what is known is shown: {}",
            broken.stdout
        );
    }
}

/// The parts of an SVG that begin so.
fn parts<'a>(svg: &'a str, start: &str) -> Vec<&'a str> {
    svg.split(start).skip(1).collect()
}

#[test]
fn the_picture_has_every_service_and_every_call() {
    let app = shop();
    let svg = graph(&app, &["--format", "svg", "--outside"]);
    well_formed(&svg);
    for text in [
        "api",
        "mail",
        "nightly",
        "store",
        "web",
        "db.example.com",
        "shop",
        "prod, test",
    ] {
        assert!(
            svg.contains(&format!(">\n{text}\n<")) || svg.contains(&format!(">{text}<")),
            "{text}: {svg}"
        );
    }
    assert!(
        svg.contains("test: Service Connect") && svg.contains("prod: broken"),
        "where they differ: {svg}"
    );
    let lines = parts(&svg, "class=\"line ");
    let calls = lines.iter().filter(|line| !line.starts_with("names"));
    // Three calls, and a sample in the legend for each of the ways that there are.
    assert_eq!(calls.count(), 3 + 3, "{svg}");
    assert_eq!(parts(&svg, "class=\"line names\"").len(), 1);
}

#[test]
fn names_that_look_like_code_are_only_names() {
    let name = "<b>\\\" & ]]> #quot; \\n \\u0007 %% --> é";
    let app = App::new().backend("api");
    let app = app.file("copilot/.workspace", "application: \"a\\u0007 & <b>\"\n");
    let app = app.file(
        "copilot/evil/manifest.yml",
        format!(
            "name: \"{name}\"\ntype: Backend Service\nimage: {{location: x, port: 80}}\nnetwork: {{connect: true}}\n\
             variables: {{API: 'http://api:8080'}}\n"
        ),
    );
    let svg = graph(&app, &["--format", "svg"]);
    well_formed(&svg);
    assert!(!svg.contains("<b>"), "{svg}");
    assert!(svg.contains("&lt;b&gt;"), "{svg}");
    let mermaid = graph(&app, &["--format", "mermaid"]);
    assert!(
        mermaid.contains("#60;b#62;#34; #38; #93;#93;#62; #35;quot#59;"),
        "{mermaid}"
    );
    assert!(!mermaid.contains('\u{7}'));
    let dot = graph(&app, &["--format", "dot"]);
    assert!(dot.contains("\"<b>\\\" & ]]> #quot; \\n"), "{dot}");
    for text in [graph(&app, &[]), dot, svg] {
        assert!(!text.contains('\u{7}'), "{text}");
    }
}

/// Every element that begins ends, and no text has what would begin one.
#[track_caller]
fn well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some((text, tag)) = rest.split_once('<') {
        assert!(!text.contains(']') || !text.contains("]]>"), "{text}");
        let (tag, after) = tag.split_once('>').expect("a tag ends");
        let name = tag.split_whitespace().next().unwrap_or_default();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{svg}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        rest = after;
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn only_the_environments_that_are_asked_for_are_shown() {
    let text = graph(&shop(), &["--env", "test"]);
    assert!(text.contains("Service Connect"), "{text}");
    assert!(!text.contains("prod"), "{text}");
}

#[test]
fn an_application_without_services_has_a_graph_too() {
    let app = App::new();
    assert_eq!(
        graph(&app, &[]),
        "there is no service yet: `copilot/NAME/manifest.yml` makes one\n"
    );
    well_formed(&graph(&app, &["--format", "svg"]));
    assert_eq!(graph(&app, &["--format", "mermaid"]), "flowchart LR\n");
}

/// Services in a circle, of which each calls so many of the next.
fn circle(services: usize, calls: usize) -> App {
    (0..services).fold(App::new(), |app, index| {
        let called = (1..=calls).map(|step| (index + step) % services);
        let urls: Vec<_> = called.map(|next| format!("http://s{next}")).collect();
        app.file(
            &format!("copilot/s{index}/manifest.yml"),
            format!(
                "name: s{index}\ntype: Backend Service\nimage: {{location: x, port: 80}}\nnetwork: {{connect: true}}\n\
                 variables: {{NEXT: '{}'}}\n",
                urls.join(" ")
            ),
        )
    })
}

#[test]
fn what_is_too_large_for_lines_is_a_list() {
    for (services, calls) in [(120, 1), (20, 9)] {
        let svg = graph(&circle(services, calls), &["--format", "svg"]);
        well_formed(&svg);
        let all = services * calls;
        let words = format!("{services} services and {all} calls are too many for lines");
        assert!(svg.contains(&words), "{svg}");
        assert_eq!(parts(&svg, "class=\"line connect\"").len(), all + 1);
    }
    let svg = graph(&circle(20, 2), &["--format", "svg"]);
    assert!(!svg.contains("too many"), "{svg}");
}
