//! Lays out applications in temporary directories and says in one line what was read.
#![allow(dead_code)] // Each test file uses its own part of it.

pub mod findings;
pub mod urls;

use std::fs;
use std::path::{Path, PathBuf};

use service_connect_codegen::copilot::{Loaded, Options, Workspace};
use service_connect_codegen::{Application, Finding, Service, route};
use tempfile::TempDir;

/// `.workspace` of the application of all these tests.
pub const WORKSPACE: (&str, &str) = ("copilot/.workspace", "application: kudos\n");

/// An environment `test` with a manifest.
pub const TEST: (&str, &str) = ("copilot/environments/test/manifest.yml", "name: test\n");

/// An environment `prod` with a manifest.
pub const PROD: (&str, &str) = ("copilot/environments/prod/manifest.yml", "name: prod\n");

/// A directory with these files.
pub fn lay_out<T: AsRef<[u8]>>(files: &[(&str, T)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (path, text) in files {
        write(directory.path(), path, text.as_ref());
    }
    directory
}

/// Writes one file and the directories above it.
pub fn write(root: &Path, path: &str, text: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Reads the application in `root` with an empty shell.
pub fn load_from(root: &Path, options: Options<'_>) -> Loaded {
    let workspace = Workspace {
        root: root.to_owned(),
    };
    workspace.load(&Options {
        shell: options.shell.or(Some(&|_| None)),
        ..options
    })
}

/// Reads an application of these files.
pub fn load<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Loaded {
    load_from(lay_out(files).path(), Options::default())
}

/// Reads `kudos` with the environment `test` and one manifest, in the directory `api`.
pub fn load_manifest(manifest: impl AsRef<[u8]>) -> Loaded {
    load_in_shell(manifest, &|_| None)
}

/// The same, with variables in the deployer's shell.
pub fn load_in_shell(manifest: impl AsRef<[u8]>, shell: &dyn Fn(&str) -> Option<String>) -> Loaded {
    let manifest = ("copilot/api/manifest.yml", manifest.as_ref());
    let files = [WORKSPACE, TEST].map(|(path, text)| (path, text.as_bytes()));
    let directory = lay_out(&[files[0], files[1], manifest]);
    let options = Options {
        shell: Some(shell),
        ..Options::default()
    };
    load_from(directory.path(), options)
}

/// What the service in the directory `api` is in `environment`: `on api:80 80` for `network.connect`, the
/// Service Connect authority and the port in discovery, `-` for what it does not have; or `CODE at LINE`.
pub fn outcome(loaded: &Loaded, environment: &str) -> String {
    let application = &loaded.application;
    let service = application.services.iter().find(|s| s.directory == "api");
    let service = service.expect("there is a manifest in `api`");
    let index = index(application, environment);
    match application.deployment(service, Some(index)) {
        Err(finding) => at(finding),
        Ok(deployment) => {
            let connect = if deployment.connect { "on" } else { "off" };
            let through = route::service_connect(application, None, service, Some(index));
            let discovery = route::discovery(application, None, service, Some(index));
            let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            format!(
                "{connect} {} {}",
                or_none(through.ok().map(|authority| authority.to_string())),
                or_none(discovery.ok().map(|authority| authority.port.to_string())),
            )
        }
    }
}

/// `CODE at LINE`, with line 0 for the file as a whole.
pub fn at(finding: &Finding) -> String {
    let place = finding.place.as_ref();
    match place {
        Some(place) => format!("{} at {}", finding.code, place.line),
        None => finding.code.to_string(),
    }
}

/// `SEVERITY CODE FILE:LINE` of each finding.
pub fn listed(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let place = finding.place.as_ref().map(ToString::to_string);
        let severity = finding.severity.as_str();
        format!("{severity} {} {}", finding.code, place.unwrap_or_default())
    };
    findings.iter().map(line).collect()
}

/// The index of an environment.
pub fn index(application: &Application, environment: &str) -> usize {
    let mut environments = application.environments.iter();
    let found = environments.position(|known| known.name == environment);
    found.unwrap_or_else(|| panic!("there is an environment `{environment}`"))
}

/// A service that is there.
pub fn service<'a>(application: &'a Application, name: &str) -> &'a Service {
    let found = application.service(name);
    found.unwrap_or_else(|| panic!("there is a service `{name}`"))
}

/// Checks each row of a table `(rule, manifest, outcome in test)` and fails once, with every rule that is broken.
pub fn check_table(rows: impl IntoIterator<Item = (String, String, String)>) {
    let mut broken = Vec::new();
    let mut count = 0;
    for (rule, manifest, expected) in rows {
        count += 1;
        let found = outcome(&load_manifest(&manifest), "test");
        if found != expected {
            broken.push(format!(
                "{rule}:\n  expected {expected}\n  found    {found}\n{manifest}"
            ));
        }
    }
    assert!(count > 0, "the table has rows");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// [`check_table`] for literals.
pub fn check(rows: &[(&str, &str, &str)]) {
    check_table(rows.iter().map(|(rule, manifest, expected)| {
        let owned = |text: &&str| (*text).to_owned();
        (owned(rule), owned(manifest), owned(expected))
    }));
}

/// Services of every kind in `test` and `prod`: `off` and `half` have Service Connect off, the latter in `prod` only.
pub fn every_kind() -> Application {
    let manifest = |name: &str, kind: &str, rest: &str| {
        (
            format!("copilot/{name}/manifest.yml"),
            format!("name: {name}\ntype: {kind}\nimage: {{location: x{rest}\n"),
        )
    };
    let files = [
        manifest(
            "api",
            "Backend Service",
            ", port: 80}\nnetwork: {connect: true}",
        ),
        manifest(
            "web",
            "Load Balanced Web Service",
            ", port: 8080}\nhttp: {path: /}\nnetwork: {connect: {alias: www}}",
        ),
        manifest(
            "off",
            "Backend Service",
            ", port: 80}\nnetwork:\n  connect: false",
        ),
        manifest("unsaid", "Backend Service", ", port: 80}"),
        manifest(
            "half",
            "Backend Service",
            ", port: 80}\nnetwork: {connect: true}\nenvironments:\n  prod:\n    network:\n      connect: false",
        ),
        manifest(
            "tls",
            "Backend Service",
            ", port: 443}\nnetwork: {connect: true}",
        ),
        manifest("portless", "Backend Service", "}\nnetwork: {connect: true}"),
        manifest(
            "udp",
            "Load Balanced Web Service",
            ", port: 53}\nhttp: false\nnlb: {port: 53/udp}\nnetwork: {connect: true}",
        ),
        manifest("worker", "Worker Service", "}\nnetwork: {connect: true}"),
        manifest("job", "Scheduled Job", "}\non: {schedule: '@daily'}"),
        manifest("public", "Request-Driven Web Service", ", port: 80}"),
        manifest(
            "private",
            "Request-Driven Web Service",
            ", port: 80}\nnetwork: {vpc: {placement: private}}",
        ),
        manifest("site", "Static Site", "}\nfiles: [{source: x}]"),
        manifest("broken", "Backend Service", ", port: many}"),
    ];
    let mut all: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    all.extend([WORKSPACE, TEST, PROD]);
    load(&all).application
}

/// A manifest of `api` that is fine.
pub const GOOD: &str = "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\n";

/// An application whose `api` has no manifest yet, and the path where it belongs.
pub fn without_manifest() -> (TempDir, PathBuf) {
    let directory = lay_out(&[
        WORKSPACE,
        TEST,
        ("copilot/web/manifest.yml", &GOOD.replace("api", "web")),
    ]);
    let path = directory.path().join("copilot/api/manifest.yml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    (directory, path)
}

/// What is found, beside a service that is fine and has to stay so.
pub fn findings_beside_web(root: &Path) -> Vec<Finding> {
    let loaded = load_from(root, Options::default());
    let web = loaded
        .application
        .service("web")
        .expect("the others are read");
    assert!(web.deployments[0].is_ok(), "the others are as they are");
    assert_eq!(
        loaded,
        load_from(root, Options::default()),
        "the same answer twice"
    );
    loaded.findings
}

pub fn the_one_finding(root: &Path) -> Finding {
    let mut findings = findings_beside_web(root);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = findings.remove(0);
    let file = finding.place.as_ref().map(|place| &*place.file);
    assert_eq!(file, Some("copilot/api/manifest.yml"), "it names the file");
    finding
}
