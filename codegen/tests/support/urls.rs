//! A manifest `web` whose variables call the services of an application, and what is found in it.

use service_connect_codegen::Finding;
use service_connect_codegen::copilot::Options;

use super::findings::{File, differs, load_files};
use super::{PROD, TEST, WORKSPACE};

/// Services to be called. Each manifest begins with `name: <directory>`.
const SERVICES: &[File<'static>] = &[
    WORKSPACE,
    TEST,
    PROD,
    (
        "api",
        "type: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: true}\n",
    ),
    (
        "plain",
        "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\n",
    ),
    (
        "tls",
        "type: Backend Service\nimage: {location: x, port: 443}\nnetwork: {connect: true}\n",
    ),
    (
        "cache",
        "type: Backend Service\nimage: {location: x, port: 6379}\nnetwork: {connect: true}\n",
    ),
    (
        "off",
        "type: Backend Service\nimage: {location: x, port: 9000}\n",
    ),
    (
        "shop",
        "type: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: {alias: shop-v2}}\n",
    ),
    (
        "moved",
        "type: Backend Service\nimage: {location: x, port: 8080}\nnetwork:\n  \
         connect: {alias: '${COPILOT_SERVICE}.${COPILOT_ENVIRONMENT_NAME}.kudos.local'}\n",
    ),
    (
        "public",
        "type: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: {alias: api.example.com}}\n",
    ),
    (
        "queue",
        "type: Worker Service\nimage: {location: x}\nnetwork: {connect: true}\n",
    ),
    ("silent", "type: Backend Service\nimage: {location: x}\n"),
    (
        "proxied",
        "type: Backend Service\nimage: {location: x, port: 5000}\nnetwork: {connect: true}\n\
         sidecars: {nginx: {image: x, port: 80}}\nhttp: {path: /, target_container: nginx}\n",
    ),
    (
        "broken",
        "type: Backend Service\nimage: {location: x, port: many}\nnetwork: {connect: true}\n",
    ),
    ("torn", "type: [\n"),
];

/// What is found in the manifest of `web`, which is laid out beside [`SERVICES`].
pub fn in_web(web: &str, options: Options<'_>) -> Vec<Finding> {
    let files: Vec<_> = SERVICES.iter().copied().chain([("web", web)]).collect();
    let shell = |name: &str| (name == "COPILOT_SERVICE").then(|| "moved".to_owned());
    let loaded = load_files(
        &files,
        Options {
            shell: Some(&shell),
            ..options
        },
    );
    let mut findings = loaded.findings;
    findings.retain(|finding| {
        let place = finding.place.as_ref();
        place.is_some_and(|place| &*place.file == "copilot/web/manifest.yml")
    });
    findings
}

/// A manifest whose variables begin in line 6.
pub fn calling(variables: &str) -> String {
    format!(
        "type: Backend Service\nimage: {{location: x, port: 80}}\nnetwork: {{connect: true}}\nvariables:\n{variables}\n"
    )
}

pub fn check(rows: &[(&str, String, &[&str])]) {
    let broken = rows.iter().filter_map(|(rule, web, expected)| {
        let findings = in_web(web, Options::default());
        differs(&findings, expected).map(|how| format!("{rule}:\n{web}{how}"))
    });
    let broken: Vec<_> = broken.collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Values of variables, each with the one finding about it as `SEVERITY CODE | PART | PART`, or with an empty text if
/// there is none. All of them stand in one manifest.
pub fn check_values(rows: &[(&str, &str, &str)]) {
    let variables = rows.iter().enumerate();
    let variables = variables.map(|(index, (_, value, _))| format!("  V{index}: '{value}'"));
    let variables: Vec<_> = variables.collect();
    let mut findings = in_web(&calling(&variables.join("\n")), Options::default());
    let mut broken = Vec::new();
    for (index, (rule, value, expected)) in rows.iter().enumerate() {
        let line = index + 6;
        let (there, others) = findings.into_iter().partition(|finding: &Finding| {
            finding.place.as_ref().map(|place| place.line as usize) == Some(line)
        });
        findings = others;
        let place = format!(" web:{line} | in the variable `V{index}`, | ");
        let expected = expected.replacen(" | ", &place, 1);
        let expected: Vec<_> = Some(&*expected)
            .filter(|text| !text.is_empty())
            .into_iter()
            .collect();
        broken.extend(differs(&there, &expected).map(|how| format!("{rule}: {value}\n{how}")));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert_eq!(findings, [], "there is no other");
}
