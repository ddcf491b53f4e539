//! `service-connect.lock`: what it keeps, and what it is good for.

mod support;

use std::fs;

use service_connect_codegen::copilot::Options;
use service_connect_codegen::{
    Application, CATALOG_FILE, Catalog, Code, Declared, Deployment, External, Finding, Need,
    Origin, Place, Reference, Route, generate_into, lock, unknown_service,
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
        "copilot/proxied/manifest.yml",
        "name: proxied\ntype: Load Balanced Web Service\nimage: {location: x}\nhttp: {path: /, target_port: 8080}\n",
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
            name: "search".into(),
            origin: Origin::Declared(Declared {
                alias: Some(("find.${COPILOT_ENVIRONMENT_NAME}".into(), place.clone())),
                port: Some((9200, place.clone())),
                connect: None,
            }),
            place,
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

/// All that is known of the services, but where it is written.
fn facts(application: &Application) -> Vec<String> {
    let facts = |deployment: &Result<Deployment, Finding>| {
        let facts = deployment.as_ref().map(|deployment| {
            let port = deployment.port.as_ref();
            let alias = deployment.alias.as_ref();
            let port = port.map(|port| (port.number, port.udp));
            let alias = alias.map(|alias| (&alias.name, &alias.template));
            let (connect, discovers) = (deployment.connect, deployment.calls_discovery);
            format!(
                "{port:?} {alias:?} {connect} {discovers} {:?}",
                deployment.image_port
            )
        });
        facts.unwrap_or_else(|finding| finding.code.to_string())
    };
    let services = application.services.iter();
    let services = services.map(|service| {
        let deployments = service.deployments.iter().chain([&service.base]);
        let head = (
            &service.name,
            &service.directory,
            service.kind,
            service.external,
        );
        format!("{head:?} {:?}", deployments.map(facts).collect::<Vec<_>>())
    });
    services.collect()
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
    assert_eq!(facts(&locked), facts(&application));
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
    let looks_different = format!("# Merged.\n{}", text.replace('\n', "\r\n"));
    let locked = lock::read(&looks_different, lock::FILE).unwrap();
    assert!(lock::says(&locked, &application(&files)));
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
            "service-connect.lock:1: `service-connect.lock` is not TOML",
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
            "service-connect.lock:4: `port` is no port",
        ),
        (
            "format = 1\n[services.api]\ntype = \"Backend Service\"\nport = 0\n",
            "service-connect.lock:4: `port` is no port",
        ),
        (
            "format = 1\n[services.api]\ntype = \"Backend Service\"\nconnect = \"true\"\n",
            "service-connect.lock:4: `connect` is neither true nor false",
        ),
        (
            "format = 1\n[services.api]\ntype = \"Backend Service\"\nalias = 5\n",
            "service-connect.lock:4: `alias` is no string",
        ),
        (
            "format = 1\n[services.api]\ntype = \"Backend Service\"\nprot = 80\n",
            "service-connect.lock:4: a lock has no `prot` here",
        ),
        (
            "format = 1\n[services.api]\ntype = \"Backend Service\"\n[services.api.in.prdo]\n",
            "service-connect.lock:4: there is no environment `prdo`",
        ),
        (
            "format = 1\nservices = \"x\"\n",
            "service-connect.lock:2: `services` is no table",
        ),
        (
            "format = 1\n[services]\napi = 1\n",
            "service-connect.lock:3: `api` is no table",
        ),
        (
            "format = 1\nenvironments = [\"test\"]\n",
            "service-connect.lock:2: `environments` is no table",
        ),
        (
            "format = 1\nservice = {}\n",
            "service-connect.lock:2: a lock has no `service` here",
        ),
        (
            "format = 1\n[services.api]\nrefused = \"x\"\n",
            "service-connect.lock:2: there is no code `x`",
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
            "in `test`, `api` is new in Service Connect, as `api:80`: once it is deployed, build and redeploy those of \
             `web` that call it"
        ]
    );
    assert_eq!(
        changes(
            &[api, web],
            &[("api", "network: {connect: {alias: a}}\n"), web]
        ),
        [
            "in `test`, `api` is `a:80` in Service Connect, and was `api:80`: once it is deployed, build and redeploy \
             those of `web` that call it"
        ]
    );
    let port = "network: {connect: true}\nenvironments: {test: {image: {port: 81}}}\n";
    assert_eq!(
        changes(&[api, web, ("off", "")], &[("api", port), web, ("off", "")]),
        [
            "in `test`, `api` is `api:81` in Service Connect, and was `api:80`: once it is deployed, build and redeploy \
             those of `web` that call it",
            "in `test`, `api` is `api.test.kudos.local:81` in discovery, and was `api.test.kudos.local:80`: once it is \
             deployed, build and redeploy those of `off` that call it",
        ],
        "the port is compiled in"
    );
    assert_eq!(
        changes(&[api, web], &[web]),
        [
            "in `test`, `api` is no longer in Service Connect, where it was `api:80`: before that, build and redeploy \
             those of `web` that call it",
            "in `test`, `api` is no longer in discovery, where it was `api.test.kudos.local:80`",
        ]
    );
    assert_eq!(
        changes(&[web], &[api, web]),
        [
            "in `test`, `api` is new in Service Connect, as `api:80`: once it is deployed, build and redeploy those of \
             `web` that call it",
            "in `test`, `api` is new in discovery, as `api.test.kudos.local:80`",
        ],
        "what is new in discovery is found by tasks that run already"
    );

    let names: Vec<_> = (1..=12).map(|number| format!("web-{number:02}")).collect();
    let many: Vec<_> = names.iter().map(|name| (&**name, on)).collect();
    let before = [&many[..], &[("api", "")]].concat();
    let named: Vec<_> = names[..10].iter().map(|name| format!("`{name}`")).collect();
    assert_eq!(
        changes(&before, &[&many[..], &[api]].concat()),
        [format!(
            "in `test`, `api` is new in Service Connect, as `api:80`: once it is deployed, build and redeploy those of \
             {} and 2 more that call it",
            named.join(", ")
        )],
        "nobody reads a thousand names"
    );
}

#[test]
fn changes_are_those_of_the_environments_that_are_looked_at() {
    let [eighty, more] = [80, 81].map(|port| API.replace("8080", &port.to_string()));
    let changes = |before: &[(&str, &str)], after: &[(&str, &str)]| -> Vec<String> {
        let [old, new] = [before, after].map(|files| load(files).application);
        let changes = lock::changes(&old, &new);
        changes.iter().map(ToString::to_string).collect()
    };
    let [eighty, more] = [eighty.as_str(), more.as_str()];
    let manifest = |text| ("copilot/api/manifest.yml", text);
    assert_eq!(
        changes(&[WORKSPACE, manifest(eighty)], &[WORKSPACE, manifest(more)]),
        [
            "`api` is `api:81` in Service Connect, and was `api:80`",
            "`api` is `api.$COPILOT_SERVICE_DISCOVERY_ENDPOINT:81` in discovery, and was \
             `api.$COPILOT_SERVICE_DISCOVERY_ENDPOINT:80`",
        ],
        "the base counts as one where there is none"
    );
    let web = eighty.replace("name: api", "name: web");
    let files = [
        WORKSPACE,
        manifest(eighty),
        ("copilot/web/manifest.yml", &web),
        TEST,
    ];
    assert_eq!(
        changes(&files, &[&files[..], &[PROD]].concat()),
        [
            "in `prod`, `api` is new in Service Connect, as `api:80`",
            "in `prod`, `api` is new in discovery, as `api.prod.kudos.local:80`",
            "in `prod`, `web` is new in Service Connect, as `web:80`",
            "in `prod`, `web` is new in discovery, as `web.prod.kudos.local:80`",
        ],
        "nothing runs yet in an environment that is new"
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
    let locked = lock::write(&application(MANIFESTS));
    let files = [
        WORKSPACE,
        TEST,
        ("Cargo.toml", PACKAGE),
        (lock::FILE, locked.as_str()),
    ];
    let directory = lay_out(&files);
    let application = generated(&directory).application;
    let names = application.services.len();
    assert!(names > 1, "a `copilot/` without a service is none");
    let directory = lay_out(&[&files[..], &[("copilot/web/manifest.yml", API)]].concat());
    let catalog = generated(&directory);
    assert_eq!(catalog.problems, []);
    let names: Vec<_> = catalog
        .application
        .services
        .iter()
        .map(|known| known.name.as_str())
        .collect();
    assert_eq!(names, ["api"]);
}

#[test]
fn what_is_to_be_done_is_not_to_be_done_in_a_lock() {
    let manifests = [
        WORKSPACE,
        TEST,
        (
            "copilot/api/manifest.yml",
            "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\n",
        ),
        (
            "copilot/job/manifest.yml",
            "name: job\ntype: Scheduled Job\nimage: {location: x}\non: {schedule: '@daily'}\n",
        ),
        (
            "copilot/queue/manifest.yml",
            "name: queue\ntype: Backend Service\nimage: {location: x}\n",
        ),
    ];
    let text = lock::write(&load(&manifests).application);
    let locked = lock::read(&text, lock::FILE).unwrap();
    for name in ["api", "job", "queue"] {
        let reference = Reference {
            service: name,
            need: Need::ServiceConnect,
            environments: None,
        };
        let findings = reference.check(&locked, &[]);
        let help = findings[0].help.as_deref().unwrap();
        let wanted =
            format!("change the manifest of `{name}` and run `cargo service-connect lock`");
        assert!(help.starts_with(&wanted), "{help}");
        assert_eq!(findings[0].replacement, None);
    }
    let unknown = unknown_service(&locked, "mail").help.unwrap();
    assert!(
        unknown.contains("once `cargo service-connect lock` has been run"),
        "{unknown}"
    );
}
