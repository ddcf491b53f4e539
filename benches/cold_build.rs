//! What the crates cost whoever builds with them, beside bare reqwest.
//!
//! ```sh
//! cargo bench --bench cold_build          # takes some minutes, and fetches reqwest
//! cargo bench --bench cold_build -- again # the second table alone
//! ```
//!
//! Two programs make one GET request: one with the build script, the macro and the runtime of this repository, one with
//! `reqwest` (no TLS, `json`) and a build script that does nothing. They are built cold in turns, and what counts is the CPU
//! time of cargo and all that it starts. Then the first is built again after a change.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use tempfile::TempDir;

use support::{median, ratios, write};

const ROUNDS: usize = 3;
const REBUILDS: usize = 7;

/// The request, in a program of its own.
const OURS: &str = "service_connect::clients!();\n#[tokio::main(flavor = \"current_thread\")]\n\
                    async fn main() -> service_connect::Result<()> {\n    println!(\"{}\", Api::get(\"/\").await?.text().await?);\n    Ok(())\n}\n";
const REQWEST: &str = "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> reqwest::Result<()> {\n    \
                       println!(\"{}\", reqwest::get(\"http://api/\").await?.text().await?);\n    Ok(())\n}\n";
const TOKIO: &str = "tokio = { version = \"1\", features = [\"macros\", \"rt\"] }\n";

fn main() {
    // `cargo test --all-targets` runs this too, without the argument that cargo adds for a benchmark.
    let is_given = |word: &str| env::args().any(|argument| argument == word);
    if is_given("--bench") {
        let crates = lay_out();
        if !is_given("again") {
            cold(crates.path());
        }
        again(crates.path());
    }
}

fn cold(root: &Path) {
    println!("cold: CPU time of a build from nothing, by the debug profile");
    let names = ["ours", "reqwest", "runtime", "codegen", "nothing"];
    let mut times = names.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (name, times) in names.iter().zip(&mut times) {
            let target = TempDir::new().expect("a directory for temporary files is writable");
            times.push(build(root, name, target.path()).cpu.as_secs_f64());
        }
    }
    let [ours, reqwest, runtime, codegen, nothing] = &times;
    let nothing = median(nothing.clone());
    println!(
        "  ours                         {:8.1} s",
        median(ours.clone())
    );
    println!(
        "    the runtime and its macros {:8.1} s",
        median(runtime.clone()) - nothing
    );
    println!(
        "    the build script           {:8.1} s",
        median(codegen.clone()) - nothing
    );
    println!("    tokio                      {nothing:8.1} s");
    println!(
        "  bare reqwest                 {:8.1} s",
        median(reqwest.clone())
    );
    report("ours over reqwest", &ratios(ours, reqwest), 1.2);
}

fn again(root: &Path) {
    println!("again: wall time of a build after a change, in turns");
    let target = TempDir::new().expect("a directory for temporary files is writable");
    let target = target.path();
    for package in ["ours", "reqwest"] {
        build(root, package, target);
        cargo(root, "check", package, target);
    }
    let [mut touched, mut edited, mut unchanged, mut baseline] = [const { Vec::new() }; 4];
    for round in 0..REBUILDS {
        write(root, "ours/src/main.rs", &format!("{OURS}// {round}\n"));
        touched.push(build(root, "ours", target).wall.as_secs_f64() * 1e3);
        write(
            root,
            "copilot/api/manifest.yml",
            &manifest("api", 8000 + round),
        );
        edited.push(build(root, "ours", target).wall.as_secs_f64() * 1e3);
        // Once for what was edited, and then with nothing to do.
        cargo(root, "check", "ours", target);
        unchanged.push(cargo(root, "check", "ours", target).wall.as_secs_f64() * 1e3);
        baseline.push(cargo(root, "check", "reqwest", target).wall.as_secs_f64() * 1e3);
    }
    println!(
        "  main.rs touched              {:8.0} ms",
        median(touched.clone())
    );
    println!(
        "  a manifest edited            {:8.0} ms",
        median(edited.clone())
    );
    println!(
        "  nothing changed, `check`     {:8.0} ms",
        median(unchanged.clone())
    );
    println!(
        "  the same with reqwest        {:8.0} ms",
        median(baseline.clone())
    );
    report("edited over touched", &ratios(&edited, &touched), 1.3);
    report(
        "unchanged over reqwest",
        &ratios(&unchanged, &baseline),
        1.1,
    );
}

fn report(what: &str, ratios: &[f64], target: f64) {
    let ratio = median(ratios.to_vec());
    let verdict = if ratio <= target { "within" } else { "MISSED:" };
    println!("  {what:<28} {ratio:8.2}  {verdict} {target}");
}

struct Cost {
    wall: Duration,
    cpu: Duration,
}

fn build(root: &Path, package: &str, target: &Path) -> Cost {
    cargo(root, "build", package, target)
}

fn cargo(root: &Path, command: &str, package: &str, target: &Path) -> Cost {
    let (start, before) = (Instant::now(), cpu_of_children());
    let output = Command::new(env!("CARGO"))
        .args([command, "--quiet", "--package", &format!("with-{package}")])
        .current_dir(root)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Cost {
        wall: start.elapsed(),
        cpu: cpu_of_children().saturating_sub(before),
    }
}

/// The CPU time of all processes that were waited for, in hundredths of a second.
fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("this benchmark is for Linux");
    // After the name in parentheses: cutime and cstime are fields 16 and 17 of proc(5).
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let ticks: u64 = fields
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

fn lay_out() -> TempDir {
    let directory = TempDir::new().expect("a directory for temporary files is writable");
    let root = directory.path();
    let path = |package: &str| {
        let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
        format!("{{ path = \"{}\" }}", path.display())
    };
    let runtime = format!("service-connect = {}\n", path("runtime"));
    let codegen = format!(
        "[build-dependencies]\nservice-connect-codegen = {}\n",
        path("codegen")
    );
    let generate = "fn main() -> Result<(), service_connect_codegen::Error> { service_connect_codegen::generate() }\n";
    let packages = [
        ("ours", format!("{TOKIO}{runtime}{codegen}"), OURS, generate),
        (
            "reqwest",
            format!(
                "{TOKIO}reqwest = {{ version = \"0.13\", default-features = false, features = [\"json\"] }}\n"
            ),
            REQWEST,
            "fn main() {}\n",
        ),
        (
            "runtime",
            format!("{TOKIO}{runtime}"),
            "fn main() {}\n",
            "fn main() {}\n",
        ),
        (
            "codegen",
            format!("{TOKIO}{codegen}"),
            "fn main() {}\n",
            generate,
        ),
        (
            "nothing",
            TOKIO.to_owned(),
            "fn main() {}\n",
            "fn main() {}\n",
        ),
    ];
    let mut members = Vec::new();
    for (name, dependencies, main, script) in packages {
        members.push(format!("{name:?}"));
        let manifest = format!(
            "[package]\nname = \"with-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [package.metadata.service-connect]\nservices = [\"web\"]\n[dependencies]\n{dependencies}"
        );
        write(root, &format!("{name}/Cargo.toml"), &manifest);
        write(root, &format!("{name}/src/main.rs"), main);
        write(root, &format!("{name}/build.rs"), script);
    }
    let workspace = format!(
        "[workspace]\nmembers = [{}]\nresolver = \"3\"\n",
        members.join(", ")
    );
    write(root, "Cargo.toml", &workspace);
    write(root, "copilot/.workspace", "application: kudos\n");
    write(
        root,
        "copilot/environments/test/manifest.yml",
        "name: test\n",
    );
    write(root, "copilot/api/manifest.yml", &manifest("api", 80));
    write(root, "copilot/web/manifest.yml", &manifest("web", 80));
    let fetched = Command::new(env!("CARGO"))
        .args(["fetch", "--quiet"])
        .current_dir(root)
        .status();
    assert!(
        fetched.is_ok_and(|status| status.success()),
        "what is not there yet has to be fetched"
    );
    directory
}

fn manifest(name: &str, port: usize) -> String {
    format!(
        "name: {name}\ntype: Backend Service\nimage: {{build: Dockerfile, port: {port}}}\nnetwork: {{connect: true}}\n"
    )
}
