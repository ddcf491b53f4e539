//! What `#[service_client]` costs a crate that has many of them, beside an attribute macro that does nothing.
//!
//! ```sh
//! cargo bench --bench attributes
//! ```
//!
//! Three crates are checked in turns, each after a change of its source: 200 unit structs below `#[service_client]`, over
//! an application of 100 services in three environments; 200 below an empty attribute; and 200 below an empty attribute
//! with the same eleven functions each, which is what the compiler takes for them whoever writes them. What counts is the
//! wall time of rustc for the crate, without cargo's own.

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs};

use support::{median, ratios, write};

const STRUCTS: usize = 200;
const SERVICES: usize = 100;
const ROUNDS: usize = 15;
const TARGET: f64 = 1.3;

/// The file to which this program writes its times when cargo calls it in place of rustc.
const LOG: &str = "ATTRIBUTES_LOG";

fn main() -> ExitCode {
    if let Some(log) = env::var_os(LOG) {
        return rustc(Path::new(&log));
    }
    // `cargo test --all-targets` runs this too, without the argument that cargo adds for a benchmark.
    if env::args().any(|argument| argument == "--bench") {
        measure();
    }
    ExitCode::SUCCESS
}

/// Runs the compiler that cargo asked for and notes how long it took.
fn rustc(log: &Path) -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let compiler = arguments.next().expect("cargo names the compiler");
    let start = Instant::now();
    let status = Command::new(compiler).args(arguments).status();
    let time = start.elapsed();
    let known = fs::read_to_string(log).unwrap_or_default();
    fs::write(log, format!("{known}{}\n", time.as_nanos())).expect("the log is ours");
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn measure() {
    let directory = tempfile::tempdir().expect("a directory for temporary files is writable");
    let root = directory.path();
    lay_out(root);
    let packages = ["ours", "empty", "functions"];
    for package in packages {
        check(root, package, 0);
    }
    let mut times = packages.map(|_| Vec::new());
    for round in 1..=ROUNDS {
        for (package, times) in packages.iter().zip(&mut times) {
            times.push(check(root, package, round).as_secs_f64() * 1e3);
        }
    }
    let [ours, empty, functions] = &times;
    let over_empty = median(ratios(ours, empty));
    let verdict = if over_empty <= TARGET {
        "within"
    } else {
        "MISSED:"
    };
    println!("attributes: {STRUCTS} unit structs over an application of {SERVICES} services");
    println!(
        "  `#[service_client]`          {:8.1} ms",
        median(ours.clone())
    );
    println!(
        "  an empty attribute           {:8.1} ms",
        median(empty.clone())
    );
    println!(
        "  the same functions by hand   {:8.1} ms",
        median(functions.clone())
    );
    println!("  over an empty attribute      {over_empty:8.2}  {verdict} {TARGET}");
    println!(
        "  over the functions by hand   {:8.2}",
        median(ratios(ours, functions))
    );
}

/// How long rustc takes for a package whose source has changed.
fn check(root: &Path, package: &str, round: usize) -> Duration {
    let source = root.join(package).join("src/lib.rs");
    let text = fs::read_to_string(&source).expect("it was laid out");
    fs::write(&source, format!("{text}// {round}\n")).expect("it was laid out");
    let log = root.join("times");
    let _ = fs::remove_file(&log);
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--package", package])
        .current_dir(root)
        .env(
            "RUSTC_WORKSPACE_WRAPPER",
            env::current_exe().expect("it runs"),
        )
        .env(LOG, &log)
        .env("CARGO_TARGET_DIR", target())
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let times = fs::read_to_string(&log).expect("rustc was called");
    // The last one is the package's own; before it, on the first call, come its build script and macros.
    let nanos = times.lines().last().and_then(|time| time.parse().ok());
    Duration::from_nanos(nanos.expect("a number was written"))
}

/// Beside the one of this benchmark, so that dependencies are compiled once.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("attributes")
}

fn lay_out(root: &Path) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lock = fs::read(repository.join("Cargo.lock")).expect("the repository has one");
    write(root, "Cargo.lock", &String::from_utf8_lossy(&lock));
    write(
        root,
        "Cargo.toml",
        "[workspace]\nmembers = [\"ours\", \"empty\", \"functions\", \"nothing\"]\nresolver = \"3\"\n",
    );
    let package = |name: &str, rest: &str| {
        let text = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{rest}"
        );
        write(root, &format!("{name}/Cargo.toml"), &text);
    };
    package("nothing", "[lib]\nproc-macro = true\n");
    write(
        root,
        "nothing/src/lib.rs",
        "use proc_macro::TokenStream;\n#[proc_macro_attribute]\npub fn service_client(_: TokenStream, item: TokenStream) -> TokenStream { item }\n",
    );
    let runtime = repository.join("runtime");
    let runtime = format!("service-connect = {{ path = \"{}\" }}\n", runtime.display());
    let codegen = repository.join("codegen");
    package(
        "ours",
        &format!(
            "[package.metadata.service-connect]\nservices = [\"service-0000\"]\n[dependencies]\n{runtime}\
             [build-dependencies]\nservice-connect-codegen = {{ path = \"{}\" }}\n",
            codegen.display()
        ),
    );
    write(
        root,
        "ours/build.rs",
        "fn main() -> Result<(), service_connect_codegen::Error> { service_connect_codegen::generate() }\n",
    );
    for name in ["empty", "functions"] {
        package(
            name,
            &format!("[dependencies]\n{runtime}nothing = {{ path = \"../nothing\" }}\n"),
        );
    }
    write(root, "ours/src/lib.rs", &source("service_connect", ""));
    write(root, "empty/src/lib.rs", &source("nothing", ""));
    write(root, "functions/src/lib.rs", &source("nothing", FUNCTIONS));
    write(root, "copilot/.workspace", "application: kudos\n");
    for environment in ["dev", "prod", "test"] {
        let path = format!("copilot/environments/{environment}/manifest.yml");
        write(
            root,
            &path,
            &format!("name: {environment}\ntype: Environment\n"),
        );
    }
    for index in 0..SERVICES {
        let manifest = format!(
            "name: {name}\ntype: Backend Service\nimage:\n  build: Dockerfile\n  port: {port}\nnetwork:\n  connect: true\n",
            name = service(index),
            port = 8000 + index,
        );
        write(
            root,
            &format!("copilot/{}/manifest.yml", service(index)),
            &manifest,
        );
    }
}

/// A service, and the functions of a client of it, below a struct called `CALLS`.
const FUNCTIONS: &str = "service_connect::__stub! { CALLS [] service_connect::__private::Service::new(\"api\", &APPLICATION, &[], \
    service_connect::__private::Endpoint { port: 80, connect: None, discovery: true, reason: \"\" }) }\n";

/// All crates load the runtime, so that they differ in nothing but the attribute and what comes of it.
fn source(attribute: &str, functions: &str) -> String {
    let mut text = format!(
        "use {attribute}::service_client;\npub static APPLICATION: service_connect::__private::Application = \
         service_connect::__private::Application {{ callers: &[], environments: &[], base: \"\" }};\n"
    );
    for index in 0..STRUCTS {
        let service = service(index % SERVICES);
        let name = format!("Calls{index}");
        let _ = writeln!(
            text,
            "#[service_client(\"{service}\")]\npub struct {name};\n{}",
            functions.replace("CALLS", &name)
        );
    }
    text
}

fn service(index: usize) -> String {
    format!("service-{index:04}")
}
