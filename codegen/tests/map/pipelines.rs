//! Pipelines: what Copilot refuses, and clients that are deployed before their servers.

use service_connect_codegen::copilot::{Options, Workspace};
use service_connect_codegen::map::{Orders, edges, pipelines};

use crate::calling;
use crate::support::findings::{File, differs};
use crate::support::{PROD, TEST, WORKSPACE, lay_out, load_from};

/// `(rule, stages, findings)` of `copilot/pipelines/main/manifest.yml`, in which the stages begin in line 2; the findings as
/// in other tables. `web` calls `api` and `store`, which calls `api`; `ping` and `pong` call each other.
const ROWS: &[(&str, &str, &[&str])] = &[
    ("no stages", "  []", &[]),
    (
        "an unknown environment",
        "- name: tets\n  deployments: {api: }",
        &[
            "warning pipeline-stage pipelines/main:2 | `tets` is for no environment | did you mean `test`?",
        ],
    ),
    (
        "one of another workspace",
        "- name: production-eu\n  deployments: {api: }",
        &[
            "note pipeline-stage pipelines/main:2 | `copilot/environments/production-eu/manifest.yml` would make it one",
        ],
    ),
    (
        "a right order",
        "- name: test\n  deployments:\n    api:\n    store: {depends_on: [api]}\n    web: {depends_on: [store]}",
        &[],
    ),
    (
        "without `deployments` all goes at once",
        "- name: test",
        &[
            "note pipeline-order pipelines/main:2 | `pong`, `store` and `web` may start before what they call | --name pong --env test",
        ],
    ),
    (
        "so it does with empty ones",
        "- name: test\n  deployments: {}",
        &["note pipeline-order pipelines/main:2 | deploys all services at once"],
    ),
    (
        "beside its servers",
        "- name: test\n  deployments:\n    api:\n    store:\n    web:",
        &[
            "note pipeline-order pipelines/main:5 | `store` beside `api` | write `depends_on: [api]` below `store`",
            "note pipeline-order pipelines/main:6 | `web` beside `api` and `store` | `depends_on: [api, store]`",
        ],
    ),
    (
        "before its server",
        "- name: test\n  deployments:\n    api: {depends_on: [web]}\n    web:",
        &["warning pipeline-order pipelines/main:5 | `web` before `api` | turn `depends_on` round"],
    ),
    (
        "before one server and beside another",
        "- name: test\n  deployments:\n    api: {depends_on: [web]}\n    store:\n    web:",
        &[
            "note pipeline-order pipelines/main:5 | `store` beside `api` | `depends_on: [api]`",
            "warning pipeline-order pipelines/main:6 | `web` before `api` | turn `depends_on` round",
            "note pipeline-order pipelines/main:6 | `web` beside `store` | `depends_on: [store]`",
        ],
    ),
    (
        "the server is deployed elsewhere",
        "- name: test\n  deployments: {web: }",
        &[],
    ),
    (
        "in a circle one has to be deployed again, and only the other comes late",
        "- name: test\n  deployments:\n    ping:\n    pong:",
        &["note pipeline-order pipelines/main:5 | `pong` beside `ping`"],
    ),
    (
        "an unknown service",
        "- name: test\n  deployments:\n    apj:\n    nothing-like-it:\n    stack: {template_path: x.yml}",
        &[
            "warning pipeline-deployment pipelines/main:4 | there is no such service | did you mean `api`?",
            "warning pipeline-deployment pipelines/main:5 | `nothing-like-it` | `template_path`",
        ],
    ),
    (
        "a dependency that is not deployed",
        "- name: test\n  deployments:\n    api: {depends_on: [store]}",
        &[
            "error pipeline-dependency pipelines/main:4 | which the stage `test` does not deploy | write `store:` below `deployments`",
        ],
    ),
    (
        "a circle of dependencies",
        "- name: test\n  deployments:\n    ping: {depends_on: [pong]}\n    pong: {depends_on: [ping]}\n    api: {depends_on: [ping]}",
        &["error pipeline-cycle pipelines/main:4 | `ping` and `pong` depend on each other"],
    ),
    (
        "a circle of one",
        "- name: test\n  deployments:\n    api: {depends_on: [api]}",
        &["error pipeline-cycle pipelines/main:4 | `api` depends on itself"],
    ),
    (
        "other forms are for Copilot to refuse",
        "- test\n- name: [test]\n- name: prod\n  deployments: [api]",
        &["note pipeline-order pipelines/main:4 | deploys all services at once"],
    ),
    (
        "no YAML",
        "- name: {",
        &["error invalid-yaml pipelines/main:2"],
    ),
];

fn found(files: &[File<'_>], environments: &[&str]) -> Vec<service_connect_codegen::Finding> {
    let services = calling(&[
        "api",
        "store: api",
        "web: api store",
        "ping: pong",
        "pong: ping",
    ]);
    let services: Vec<_> = services
        .iter()
        .map(|(name, text)| {
            (
                format!("copilot/{name}/manifest.yml"),
                format!("name: {name}\n{text}"),
            )
        })
        .collect();
    let services = services
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()));
    let all: Vec<_> = [WORKSPACE, TEST, PROD]
        .into_iter()
        .chain(services)
        .chain(files.iter().copied())
        .collect();
    let directory = lay_out(&all);
    let options = Options {
        environments: environments.iter().map(|name| (*name).to_owned()).collect(),
        ..Options::default()
    };
    let loaded = load_from(directory.path(), options);
    let workspace = Workspace {
        root: directory.path().to_owned(),
    };
    let calls = loaded.calls();
    pipelines(&workspace, &Orders::of(&loaded.application, &edges(&calls)))
}

#[test]
fn pipelines_are_checked() {
    let broken: Vec<_> = ROWS
        .iter()
        .filter_map(|(rule, stages, expected)| {
            let text = format!("stages:\n{stages}\n");
            let found = found(&[("copilot/pipelines/main/manifest.yml", &text)], &[]);
            differs(&found, expected).map(|how| format!("{rule}:\n{how}"))
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_pipeline_is_looked_at_and_only_the_stages_that_are_asked_for() {
    let text = "stages: [{name: test, deployments: {x: }}, {name: prod, deployments: {x: }}]";
    let files = [
        ("copilot/pipelines/main/manifest.yml", text),
        ("copilot/pipelines/old/buildspec.yml", "x"),
        ("copilot/pipelines/other/manifest.yml", text),
        ("copilot/pipeline.yml", text),
    ];
    let files_of = |environments: &[&str]| {
        let found = found(&files, environments).into_iter();
        let places = found.map(|finding| finding.place.unwrap());
        places
            .map(|place| format!("{}:{}", place.file, place.column))
            .collect::<Vec<_>>()
    };
    assert_eq!(files_of(&[]).len(), 6);
    assert_eq!(
        files_of(&["test"]),
        [
            "copilot/pipeline.yml:37",
            "copilot/pipelines/main/manifest.yml:37",
            "copilot/pipelines/other/manifest.yml:37"
        ]
    );
}
