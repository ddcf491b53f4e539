//! What makes an application of the files below `copilot/`: its environments and its services.

mod support;

use service_connect_codegen::copilot::{Loaded, Options};
use service_connect_codegen::{Kind, Need, Reference, Severity};
use support::{
    PROD, TEST, WORKSPACE, at, index, lay_out, listed, load, load_from, outcome, service,
};

const API: (&str, &str) = (
    "copilot/api/manifest.yml",
    "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\n\
     environments:\n  staging: {}\n  dev: {}\n",
);
const WORKER: (&str, &str) = (
    "copilot/worker/manifest.yml",
    "name: worker\ntype: Worker Service\nimage: {location: x}\nenvironments: {dev: {}, qa: {}}\n",
);

/// The notes on the sections of [`API`] where neither is an environment.
const NOTES: [&str; 2] = [
    "note unknown-environment copilot/api/manifest.yml:6",
    "note unknown-environment copilot/api/manifest.yml:7",
];

/// The environments' names, in parentheses where only sections name them.
fn environments(loaded: &Loaded) -> Vec<String> {
    let environments = loaded.application.environments.iter();
    environments
        .map(|environment| {
            if environment.listed {
                environment.name.clone()
            } else {
                format!("({})", environment.name)
            }
        })
        .collect()
}

fn services(loaded: &Loaded) -> Vec<&str> {
    let services = loaded.application.services.iter();
    services.map(|service| service.name.as_str()).collect()
}

#[test]
fn environments_are_directories_else_sections() {
    let loaded = load(&[WORKSPACE, API, WORKER, TEST, PROD]);
    assert_eq!(
        environments(&loaded),
        ["(dev)", "prod", "(qa)", "(staging)", "test"],
        "directories; sections beside them are known, too; sorted, each once"
    );
    let [api, worker] = &loaded.application.services[..] else {
        panic!()
    };
    assert_eq!(api.deployments.len(), 5, "one for each, listed or not");
    assert_eq!(worker.deployments.len(), 5, "those of other manifests, too");
    let loaded = load(&[WORKSPACE, API, WORKER]);
    assert_eq!(
        environments(&loaded),
        ["dev", "qa", "staging"],
        "sections of all manifests, each once"
    );
    assert_eq!(
        listed(&loaded.findings),
        [""; 0],
        "there they are all right"
    );
    let addons = ("copilot/environments/addons/db.yml", "");
    let loaded = load(&[WORKSPACE, API, addons]);
    assert_eq!(
        environments(&loaded),
        ["dev", "staging"],
        "a directory without a manifest is none"
    );
    let broken = ("copilot/web/manifest.yml", "environments: {lost: {}");
    let loaded = load(&[WORKSPACE, API, broken]);
    assert_eq!(
        environments(&loaded),
        ["dev", "staging"],
        "a manifest that is not YAML names none"
    );
}

#[test]
fn options_pick_environments_and_say_which_are_legacy() {
    let directory = lay_out(&[WORKSPACE, API, TEST]);
    let options = Options {
        environments: vec!["zoo".into(), "test".into(), "a".into()],
        legacy_environments: vec!["test".into(), "dev".into(), "nowhere".into()],
        ..Options::default()
    };
    let loaded = load_from(directory.path(), options);
    assert_eq!(
        environments(&loaded),
        ["a", "(dev)", "(staging)", "test", "zoo"],
        "sorted, each once"
    );
    let endpoints: Vec<_> = loaded
        .application
        .environments
        .iter()
        .map(|environment| loaded.application.discovery_endpoint(environment).unwrap())
        .collect();
    assert_eq!(
        endpoints,
        [
            "a.kudos.local",
            "kudos.local",
            "staging.kudos.local",
            "kudos.local",
            "zoo.kudos.local"
        ]
    );
    assert_eq!(
        outcome(&loaded, "zoo"),
        "on api:80 80",
        "an added one is as the base has it"
    );
    let options = || Options {
        environments: vec!["staging".into(), "zoo".into()],
        ..Options::default()
    };
    let loaded = load_from(directory.path(), options());
    assert_eq!(
        environments(&loaded),
        ["(dev)", "staging", "(test)", "zoo"],
        "what is not asked for is not looked at"
    );
    let unnamed = "note unknown-environment ";
    assert_eq!(
        listed(&loaded.findings),
        [unnamed, NOTES[1]],
        "`zoo` is nowhere, and `dev` is left"
    );
    let loaded = load_from(lay_out(&[WORKSPACE, API]).path(), options());
    assert_eq!(
        environments(&loaded),
        ["(dev)", "staging", "zoo"],
        "nor what only sections name"
    );
    assert_eq!(
        listed(&loaded.findings),
        [unnamed],
        "which are environments of the workspace all the same"
    );
}

#[test]
fn a_section_for_no_environment_is_found_at_its_key() {
    let warning = "warning unknown-environment copilot/api/manifest.yml";
    let note = "note unknown-environment copilot/api/manifest.yml";
    let nowhere =
        |name: &str| format!("`copilot/environments/{name}/manifest.yml` would make it one");
    let near = |name: &str| format!("did you mean `{name}`?");
    let rows = [
        ("listed", "{test: {}, prod: {}}", vec![]),
        (
            "near a listed one",
            "{tset: {}}",
            vec![(warning, "tset", near("test"))],
        ),
        (
            "near but for its case",
            "{TEST: {}}",
            vec![(warning, "TEST", near("test"))],
        ),
        (
            "near none",
            "{staging: {}}",
            vec![(note, "staging", nowhere("staging"))],
        ),
        ("null", "{prd: ~}", vec![(warning, "prd", near("prod"))]),
        (
            "near one that is not listed either",
            "{staging: {}, stagin: {}}",
            vec![
                (note, "staging", nowhere("staging")),
                (note, "stagin", nowhere("stagin")),
            ],
        ),
        (
            "among others",
            "{test: {}, tests: {}, qa: {}}",
            vec![
                (warning, "tests", near("test")),
                (note, "qa", nowhere("qa")),
            ],
        ),
    ];
    let expected = |rows: &[(&str, &str, String)]| -> Vec<(String, String, Option<String>)> {
        let row = |(place, name, help): &(&str, &str, String)| {
            (format!("{place}:4"), (*name).to_owned(), Some(help.clone()))
        };
        rows.iter().map(row).collect()
    };
    for (rule, sections, findings) in rows {
        let manifest = format!(
            "name: api\ntype: Backend Service\nimage: {{location: x, port: 80}}\nenvironments: {sections}\n"
        );
        let loaded = load(&[
            WORKSPACE,
            TEST,
            PROD,
            ("copilot/api/manifest.yml", &manifest),
        ]);
        let found: Vec<_> = listed(&loaded.findings)
            .into_iter()
            .zip(&loaded.findings)
            .map(|(line, finding)| {
                let key = &manifest[finding.place.as_ref().unwrap().span.clone()];
                assert!(finding.message.contains(&format!("`{key}`")), "{finding}");
                (line, key.to_owned(), finding.help.clone())
            })
            .collect();
        assert_eq!(found, expected(&findings), "{rule}");
    }
    let copies: Vec<_> = load(&[WORKSPACE, TEST, API, WORKER]).findings;
    let expected = [
        NOTES[0],
        NOTES[1],
        "note unknown-environment copilot/worker/manifest.yml:4",
        "note unknown-environment copilot/worker/manifest.yml:4",
    ];
    assert_eq!(listed(&copies), expected, "at each section");
}

#[test]
fn nothing_is_reported_for_an_environment_that_is_not_listed() {
    let manifest = (
        "copilot/api/manifest.yml",
        "name: api\ntype: Backend Service\nnetwork: {connect: true}\nenvironments:\n  \
         test: {image: {location: x, port: 80}}\n  staging: {http: {path: /, target_container: web}}\n  \
         away: {image: {location: x, port: 81}, network: {connect: false}}\n",
    );
    let directory = lay_out(&[WORKSPACE, TEST, manifest]);
    let read = |environments: &[&str]| {
        let environments = environments.iter().map(|name| (*name).to_owned());
        let options = Options {
            environments: environments.collect(),
            ..Options::default()
        };
        load_from(directory.path(), options)
    };
    let notes = [
        "note unknown-environment copilot/api/manifest.yml:6",
        "note unknown-environment copilot/api/manifest.yml:7",
    ];
    let loaded = read(&[]);
    assert_eq!(listed(&loaded.findings), notes, "the refused one is not");
    assert_eq!(outcome(&loaded, "test"), "on api:80 80");
    assert_eq!(outcome(&loaded, "away"), "off - 81", "as its section says");
    let application = &loaded.application;
    let api = service(application, "api");
    let staging = index(application, "staging");
    let refused = api.deployments[staging].as_ref().unwrap_err();
    assert!(!loaded.findings.contains(refused), "known, not reported");

    let listed_now = read(&["staging"]);
    assert!(listed_now.findings.contains(refused), "now it is");
    assert_eq!(
        listed_now.findings.iter().map(at).collect::<Vec<_>>(),
        [at(refused), "unknown-environment at 7".to_owned()]
    );

    let found = |environments: Option<&[&str]>| {
        let names: Option<Vec<String>> =
            environments.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let reference = Reference {
            service: "api",
            need: Need::ServiceConnect,
            environments: names.as_deref(),
        };
        let findings = reference.check(application, &[]);
        assert!(
            findings
                .iter()
                .all(|finding| finding.severity == Severity::Error)
        );
        findings.iter().map(at).collect::<Vec<_>>()
    };
    assert_eq!(found(None), [""; 0], "a reference looks at listed ones");
    assert_eq!(found(Some(&["test"])), [""; 0]);
    assert_eq!(
        found(Some(&["staging"])),
        [at(refused)],
        "unless it names one"
    );
    assert_eq!(found(Some(&["away", "test"])), ["connect-off at 7"]);
}

#[test]
fn without_any_environment_the_base_is_all_there_is() {
    let manifest = (
        "copilot/api/manifest.yml",
        "name: api\ntype: Backend Service\n",
    );
    let loaded = load(&[WORKSPACE, manifest]);
    assert_eq!(environments(&loaded), [""; 0]);
    let [service] = &loaded.application.services[..] else {
        panic!("{:?}", loaded.application.services)
    };
    assert_eq!(service.deployments, [], "one for each environment");
    assert!(service.base.is_err());
    assert_eq!(
        listed(&loaded.findings),
        ["error missing-field copilot/api/manifest.yml"]
    );
}

#[test]
fn services_are_directories_with_a_manifest() {
    let loaded = load(&[
        WORKSPACE,
        TEST,
        API,
        WORKER,
        (
            "copilot/b-side/manifest.yml",
            "name: b-side\ntype: Static Site\nfiles: [{source: x}]\n",
        ),
        ("copilot/api/addons/db.yml", "Resources: {}\n"),
        (
            "copilot/pipelines/main/manifest.yml",
            "name: main\nversion: 1\n",
        ),
        ("copilot/empty/readme.md", ""),
        (
            "copilot/manifest.yml",
            "name: nobody\ntype: Backend Service\n",
        ),
        (
            "copilot/deep/down/manifest.yml",
            "name: down\ntype: Backend Service\n",
        ),
        (
            "copilot/yaml/manifest.yaml",
            "name: yaml\ntype: Backend Service\n",
        ),
    ]);
    assert_eq!(
        services(&loaded),
        ["api", "b-side", "worker"],
        "in the order of their directories"
    );
    let worker = "note unknown-environment copilot/worker/manifest.yml:4";
    assert_eq!(
        listed(&loaded.findings),
        [NOTES[0], NOTES[1], worker, worker],
        "their sections, and nothing else"
    );
    let kinds: Vec<_> = loaded
        .application
        .services
        .iter()
        .map(|service| service.kind)
        .collect();
    let expected = [Kind::BackendService, Kind::StaticSite, Kind::WorkerService];
    assert_eq!(kinds, expected.map(Some));
}

#[test]
fn a_name_that_differs_from_the_directory_counts_and_is_a_warning() {
    let loaded = load(&[WORKSPACE, TEST, ("copilot/backend/manifest.yml", API.1)]);
    let [service] = &loaded.application.services[..] else {
        panic!()
    };
    assert_eq!((&*service.name, &*service.directory), ("api", "backend"));
    assert!(loaded.application.service("api").is_some());
    assert!(loaded.application.service("backend").is_none());
    assert_eq!(
        listed(&loaded.findings),
        [
            "warning name-differs copilot/backend/manifest.yml:1",
            "note unknown-environment copilot/backend/manifest.yml:6",
            "note unknown-environment copilot/backend/manifest.yml:7",
        ]
    );
    assert!(
        loaded.findings[0]
            .message
            .contains("`backend` holds the service `api`")
    );
}

#[test]
fn two_services_of_one_name_are_an_error_at_the_second() {
    let loaded = load(&[WORKSPACE, TEST, API, ("copilot/copy/manifest.yml", API.1)]);
    assert_eq!(services(&loaded), ["api", "api"], "both are kept");
    assert_eq!(
        listed(&loaded.findings),
        [
            NOTES[0],
            NOTES[1],
            "warning name-differs copilot/copy/manifest.yml:1",
            "error duplicate-service copilot/copy/manifest.yml:1",
            "note unknown-environment copilot/copy/manifest.yml:6",
            "note unknown-environment copilot/copy/manifest.yml:7",
        ],
    );
    let message = &loaded.findings[3].message;
    assert!(
        message.contains("copilot/api/manifest.yml:1"),
        "it names the first: {message}"
    );
    assert_eq!(
        loaded.application.service("api").unwrap().directory,
        "api",
        "the first counts"
    );
}

#[test]
fn a_broken_manifest_keeps_its_directory_for_a_name() {
    let loaded = load(&[WORKSPACE, TEST, ("copilot/web/manifest.yml", "name: [\n")]);
    let [service] = &loaded.application.services[..] else {
        panic!()
    };
    assert_eq!((&*service.name, service.kind), ("web", None));
    assert_eq!(
        service.deployments[..],
        *std::slice::from_ref(&service.base)
    );
    assert_eq!(listed(&loaded.findings).len(), 1, "{:?}", loaded.findings);
    let loaded = load(&[
        WORKSPACE,
        TEST,
        (
            "copilot/web/manifest.yml",
            "name: web\ntype: Backend Service\n",
        ),
    ]);
    assert_eq!(
        loaded.application.services[0].kind,
        Some(Kind::BackendService),
        "what it says is kept"
    );
}
