//! `service-connect.lock`: what it keeps, and what it is good for.

mod support;

use std::fs;

use service_connect_codegen::copilot::Options;
use service_connect_codegen::{
    Application, CATALOG_FILE, Catalog, Code, External, Place, Route, generate_into, lock,
};
use support::{PROD, TEST, WORKSPACE, lay_out, load, load_from, write};
use tempfile::TempDir;

const API: &str = "name: api\ntype: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: true}\n";
const MANIFESTS: &[(&str, &str)] = &[
    WORKSPACE,
    TEST,
    PROD,
    ("copilot/api/manifest.yml", API),
    (
        "copilot/web/manifest.yml",
        "name: web\ntype: Load Balanced Web Service\nimage: {location: x, port: 5000}\nhttp: {path: /, target_container: nginx}\n\
         sidecars: {nginx: {image: x, port: 80}}\nnetwork: {connect: {alias: \"${COPILOT_ENVIRONMENT_NAME}.w\\\"ä\\t\"}}\n\
         environments:\n  prod: {network: {connect: false}, image: {port: 5001}}\n  far: {image: {port: 5002}}\n",
    ),
    (
        "copilot/dns/manifest.yml",
        "name: names\ntype: Load Balanced Web Service\nimage: {location: x, port: 53}\nhttp: false\nnlb: {port: 53/udp}\n",
    ),
    (
        "copilot/job/manifest.yml",
        "name: job\ntype: Scheduled Job\nimage: {location: x}\non: {schedule: '@daily'}\n",
    ),
    (
        "copilot/hooks/manifest.yml",
        "name: hooks\ntype: Request-Driven Web Service\nimage: {location: x, port: 80}\nnetwork: {vpc: {placement: private}}\n",
    ),
    (
        "copilot/wrong/manifest.yml",
        "name: wrong\ntype: Backend Service\nimage: {location: x, port: '80'}\n",
    ),
];

fn application(files: &[(&str, &str)]) -> Application {
    let place = Place::new("Cargo.toml", 1, 1, 0..0);
    let options = Options {
        legacy_environments: vec!["test".into()],
        external: vec![External {
            alias: Some(("find.${COPILOT_ENVIRONMENT_NAME}".into(), place.clone())),
            port: Some((9200, place.clone())),
            ..External::new("search", place)
        }],
        ..Options::default()
    };
    load_from(lay_out(files).path(), options).application
}

/// Every way from every service to every other, in every environment.
fn routes(application: &Application) -> Vec<String> {
    let services = &application.services;
    let environments = (0..application.environments.len()).map(Some).chain([None]);
    let environments: Vec<_> = environments.collect();
    let pairs = services
        .iter()
        .flat_map(|caller| services.iter().map(move |callee| (caller, callee)));
    pairs
        .flat_map(|(caller, callee)| {
            environments
                .iter()
                .map(move |index| (caller, callee, *index))
        })
        .map(|(caller, callee, index)| {
            let route = Route::find(application, caller, callee, index);
            let way = (route.via, route.url, route.reason.map(|reason| reason.code));
            format!("{} to {} in {index:?}: {way:?}", caller.name, callee.name)
        })
        .collect()
}

#[test]
fn a_lock_knows_every_way_that_the_manifests_have() {
    let application = application(MANIFESTS);
    assert_eq!(application.environments.len(), 3, "one is not listed");
    let text = lock::write(&application);
    let locked = lock::read(&text, lock::FILE).unwrap();
    assert_eq!(routes(&locked), routes(&application));
    assert_eq!(locked.environments, application.environments);
    assert_eq!(lock::write(&locked), text, "and is written the same again");
    let names = |application: &Application| -> Vec<_> {
        let services = application.services.iter();
        services
            .map(|service| {
                (
                    service.name.clone(),
                    service.directory.clone(),
                    service.kind,
                    service.external,
                )
            })
            .collect()
    };
    assert_eq!(names(&locked), names(&application));
    let place = locked.service("api").unwrap().place.to_string();
    let line = text
        .lines()
        .position(|line| line == "[services.api]")
        .unwrap()
        + 1;
    assert_eq!(place, format!("service-connect.lock:{line}"));
}

#[test]
fn it_does_not_change_with_what_does_not_matter() {
    let text = lock::write(&application(MANIFESTS));
    let moved = format!("# A comment.\n\n{API}cpu: 512\nvariables: {{A: b}}\n");
    let files: Vec<_> = MANIFESTS
        .iter()
        .map(|(path, text)| match *path {
            "copilot/api/manifest.yml" => (*path, moved.as_str()),
            path => (path, *text),
        })
        .collect();
    assert_eq!(lock::write(&application(&files)), text);
    assert!(lock::is_of(
        &text.replace('\n', "\r\n"),
        &application(&files)
    ));
}

#[test]
fn what_is_no_lock_is_refused_at_its_place() {
    let rows = [
        ("", "service-connect.lock: the lock has format none"),
        (
            "format = 2\n",
            "service-connect.lock:1: the lock has format 2",
        ),
        (
            "format = \"1\"\n",
            "service-connect.lock:1: the lock has format none",
        ),
        (
            "<<<<<<< HEAD\n",
            "service-connect.lock: `service-connect.lock` is not TOML",
        ),
        (
            "format = 1\n[services.api]\n",
            "service-connect.lock:2: there is no `type`",
        ),
        (
            "format = 1\n[services.api]\ntype = \"x\"\n",
            "service-connect.lock:2: there is no type `x`",
        ),
        (
            "format = 1\n[services.api]\ntype = \"Backend Service\"\nport = 70000\n",
            "service-connect.lock:4: `port` is not a port",
        ),
        (
            "format = 1\n[services.api]\nrefused = \"x\"\n",
            "service-connect.lock:2: `refused` names no code",
        ),
    ];
    for (text, expected) in rows {
        let finding = lock::read(text, lock::FILE).unwrap_err();
        assert_eq!(finding.code, Code::InvalidLock);
        assert!(finding.line().starts_with(expected), "{}", finding.line());
        assert!(
            finding
                .help
                .is_some_and(|help| help.contains("cargo service-connect lock"))
        );
    }
}

#[test]
fn changes_name_endpoints_and_who_has_to_be_redeployed() {
    let manifest = |name: &str, rest: &str| {
        let path = format!("copilot/{name}/manifest.yml");
        (
            path,
            format!(
                "name: {name}\ntype: Backend Service\nimage: {{location: x, port: 80}}\n{rest}"
            ),
        )
    };
    let on = "network: {connect: true}\n";
    let changes = |before: &[(&str, &str)], after: &[(&str, &str)]| -> Vec<String> {
        let [old, new] = [before, after].map(|services| {
            let files: Vec<_> = services
                .iter()
                .map(|(name, rest)| manifest(name, rest))
                .collect();
            let files = files.iter().map(|(path, text)| (&**path, text.as_str()));
            load(&files.chain([WORKSPACE, TEST]).collect::<Vec<_>>()).application
        });
        lock::changes(&old, &new)
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let (api, web) = (("api", on), ("web", on));
    assert_eq!(changes(&[api, web], &[api, web]), [""; 0]);
    assert_eq!(
        changes(&[("api", ""), web, ("off", "")], &[api, web, ("off", "")]),
        [
            "in `test`, `api` is new in Service Connect, as `api:80`: once it is deployed, redeploy those of its clients \
             that run already (`web`)"
        ]
    );
    assert_eq!(
        changes(
            &[api, web],
            &[("api", "network: {connect: {alias: a}}\n"), web]
        ),
        [
            "in `test`, `api` is `a:80` in Service Connect, and was `api:80`: once it is deployed, redeploy those of its \
             clients that run already (`web`)"
        ]
    );
    assert_eq!(
        changes(
            &[api],
            &[(
                "api",
                "network: {connect: true}\nenvironments: {test: {image: {port: 81}}}\n"
            )]
        ),
        [
            "in `test`, `api` is `api:81` in Service Connect, and was `api:80`",
            "in `test`, `api` is `api.test.kudos.local:81` in discovery, and was `api.test.kudos.local:80`",
        ],
        "the name is in the hosts files already"
    );
    assert_eq!(
        changes(&[api, web], &[web]),
        [
            "in `test`, `api` is no longer in Service Connect, where it was `api:80`",
            "in `test`, `api` is no longer in discovery, where it was `api.test.kudos.local:80`",
        ]
    );
}

/// The catalog that a build script of the package in `directory` writes.
fn generated(directory: &TempDir) -> Catalog {
    let out = TempDir::new().unwrap();
    generate_into(directory.path(), out.path()).unwrap();
    Catalog::read(&fs::read_to_string(out.path().join(CATALOG_FILE)).unwrap()).unwrap()
}

const PACKAGE: &str = "[package]\nname = \"web\"\n";

#[test]
fn a_build_without_manifests_goes_by_the_lock() {
    let whole = application(MANIFESTS);
    let directory = lay_out(&[("Cargo.toml", PACKAGE), (lock::FILE, &lock::write(&whole))]);
    let catalog = generated(&directory);
    assert_eq!(
        (catalog.problems, catalog.callers),
        (vec![], vec!["web".to_owned()])
    );
    assert_eq!(routes(&catalog.application), routes(&whole));

    write(directory.path(), lock::FILE, b"format = 0\n");
    let codes: Vec<_> = generated(&directory)
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect();
    assert_eq!(
        codes,
        [Code::InvalidLock],
        "and says one thing where that is none"
    );

    fs::remove_file(directory.path().join(lock::FILE)).unwrap();
    let problems = generated(&directory).problems;
    assert_eq!(problems[0].code, Code::NoApplication);
    assert!(
        problems[0]
            .help
            .as_ref()
            .unwrap()
            .contains("cargo service-connect lock")
    );
}

#[test]
fn manifests_win_over_a_lock() {
    let files = [
        WORKSPACE,
        TEST,
        ("copilot/web/manifest.yml", API),
        ("Cargo.toml", PACKAGE),
    ];
    let directory = lay_out(&files);
    write(directory.path(), lock::FILE, b"format = 0\n");
    let catalog = generated(&directory);
    assert_eq!(catalog.problems, []);
    assert!(catalog.application.service("api").is_some());
}
