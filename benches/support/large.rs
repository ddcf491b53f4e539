//! A cargo workspace of many services: the application of the benchmark of `service-connect-codegen`, with a crate for each
//! of its services, and one that is empty yet.

// The manifests have one source.
#[allow(dead_code)]
#[path = "../../codegen/benches/support/generated.rs"]
mod generated;

use std::fmt::Write as _;
use std::path::Path;

use tempfile::TempDir;

use super::write;

/// Of so many crates, one still builds URLs by hand.
const BY_HAND: usize = 10;

/// The crate that is as `cargo new` leaves it.
const NEW: &str = "brand-new";

/// An application of so many services, a crate for each, and pipelines.
pub fn workspace(services: usize) -> TempDir {
    let directory = generated::application(services);
    let root = directory.path();
    let dependency = |package: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
        format!("{{ path = '{}' }}", path.display())
    };
    let workspace = format!(
        "[workspace]\nmembers = [\"services/*\"]\nresolver = \"3\"\n\n[workspace.dependencies]\nservice-connect = {}\n\
         service-connect-codegen = {}\ntokio = {{ version = \"1\", features = [\"full\"] }}\n",
        dependency("runtime"),
        dependency("codegen")
    );
    write(root, "Cargo.toml", &workspace);
    for index in 0..services {
        krate(root, index, services);
    }
    let path = format!("services/{NEW}");
    let package = format!("{}\n[dependencies]\n", package(NEW));
    write(root, &format!("{path}/Cargo.toml"), &package);
    let hello = "fn main() {\n    println!(\"Hello, world!\");\n}\n";
    write(root, &format!("{path}/src/main.rs"), hello);
    for (pipeline, stages) in [
        ("release", &["test", "staging", "prod"][..]),
        ("nightly", &["test"]),
    ] {
        let file = format!("copilot/pipelines/{pipeline}/manifest.yml");
        write(root, &file, &self::pipeline(pipeline, stages, services));
    }
    directory
}

/// The name of a service, and of its crate.
pub fn name(index: usize) -> String {
    format!("service-{index:04}")
}

/// One that others can call, so many further on.
fn callee(index: usize, services: usize) -> usize {
    let index = index % services;
    // Workers and jobs are called by nobody.
    if matches!(index % 6, 3 | 4) {
        index - 2
    } else {
        index
    }
}

fn package(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
}

fn krate(root: &Path, index: usize, services: usize) {
    let path = format!("services/{}", name(index));
    let manifest = format!(
        "{}\n[dependencies]\nservice-connect = {{ workspace = true }}\ntokio = {{ workspace = true }}\n\n\
         [build-dependencies]\nservice-connect-codegen = {{ workspace = true }}\n",
        package(&name(index))
    );
    write(root, &format!("{path}/Cargo.toml"), &manifest);
    let script = "fn main() -> Result<(), service_connect_codegen::Error> {\n    service_connect_codegen::generate()\n}\n";
    write(root, &format!("{path}/build.rs"), script);
    write(root, &format!("{path}/src/main.rs"), &main(index, services));
    write(
        root,
        &format!("{path}/src/orders.rs"),
        &orders(index, services),
    );
}

/// Stubs, an attribute, and a table of what is not about calls.
fn main(index: usize, services: usize) -> String {
    let [stub, attribute] = [1, 7].map(|step| callee(index + step, services));
    format!(
        "//! The service `{own}`.\n\nmod orders;\n\nuse std::error::Error;\n\nuse service_connect::service_client;\n\n\
         service_connect::clients!();\n\n#[service_client(\"{attribute}\", discovery)]\ntrait Kudos {{\n    \
         #[get(\"/kudos/{{id}}\")]\n    async fn kudo(&self, id: u64) -> service_connect::Result<String>;\n}}\n\n\
         #[tokio::main]\nasync fn main() -> Result<(), Box<dyn Error>> {{\n    \
         let listener = tokio::net::TcpListener::bind(service_connect::listen_addr!()?).await?;\n    loop {{\n        \
         let (_connection, peer) = listener.accept().await?;\n        \
         let answer = Service{stub:04}::get(\"/\").await?.text().await?;\n        \
         let kudo = KudosClient::new().kudo(7).await?;\n        \
         println!(\"{{peer}}: {{answer}}, {{kudo}}, {{}}\", orders::open().await?);\n    }}\n}}\n",
        own = name(index),
        attribute = name(attribute),
    )
}

/// Code without calls, or with URLs that are built by hand, in the three ways that one meets.
fn orders(index: usize, services: usize) -> String {
    if !index.is_multiple_of(BY_HAND) {
        return "//! Orders, as they are kept.\n\nuse std::error::Error;\n\n\
                /// How many there are.\npub async fn open() -> Result<usize, Box<dyn Error>> {\n    \
                let orders = tokio::fs::read_to_string(\"orders.csv\").await?;\n    \
                let lines = orders.lines().skip(1);\n    Ok(lines.filter(|line| !line.is_empty()).count())\n}\n"
            .to_owned();
    }
    let [discovery, literal] = [13, 19].map(|step| name(callee(index + step, services)));
    format!(
        "//! Orders, as they were asked for before there were types.\n\nuse std::env;\nuse std::error::Error;\n\n\
         /// How many there are.\npub async fn open() -> Result<usize, Box<dyn Error>> {{\n    \
         let endpoint = env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\")?;\n    \
         let orders = get(&format!(\"http://{discovery}.{{endpoint}}:8080/orders\")).await?;\n    \
         let stock = get(\"http://{literal}:8080/stock\").await?;\n    \
         let base = env::var(\"URL_1\")?;\n    \
         let prices = get(&format!(\"{{base}}/prices\")).await?;\n    Ok(orders.len() + stock.len() + prices.len())\n}}\n\n\
         async fn get(url: &str) -> Result<String, Box<dyn Error>> {{\n    Ok(url.to_owned())\n}}\n"
    )
}

fn pipeline(name: &str, stages: &[&str], services: usize) -> String {
    let mut text = format!(
        "name: {name}\nversion: 1\n\nsource:\n  provider: GitHub\n  properties:\n    branch: main\n\
         \x20   repository: https://github.com/example/kudos\n\nstages:\n"
    );
    for stage in stages {
        let _ = writeln!(text, "  - name: {stage}\n    deployments:");
        for index in 0..services {
            let _ = writeln!(text, "      {}:", self::name(index));
            if index > 0 {
                let before = self::name(callee(index - 1, services));
                let _ = writeln!(text, "        depends_on: [{before}]");
            }
        }
    }
    text
}
