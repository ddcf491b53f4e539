//! Services of other repositories, as `Cargo.toml` declares them.

mod support;

use service_connect_codegen::copilot::{Loaded, Options, Workspace};
use service_connect_codegen::{Finding, Need, Reference, Route, Via};
use support::findings::differs;
use support::{PROD, TEST, WORKSPACE, index, lay_out, service, write};

/// The caller, which has Service Connect on.
const WEB: &str =
    "name: web\ntype: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\n";

/// `kudos` with `web`, whose manifest ends so, and with these external services.
fn load(web: &str, external: &str) -> (Loaded, Vec<Finding>) {
    let manifest = format!("{WEB}{web}");
    let directory = lay_out(&[
        WORKSPACE,
        TEST,
        PROD,
        ("copilot/web/manifest.yml", &manifest),
    ]);
    let text = format!("[workspace]\n[workspace.metadata.service-connect.external]\n{external}\n");
    write(directory.path(), "Cargo.toml", text.as_bytes());
    let workspace = Workspace::find(directory.path()).unwrap();
    let (options, wrong) = Options::from_cargo(directory.path(), &workspace);
    let loaded = workspace.load(&Options {
        shell: Some(&|_| None),
        ..options
    });
    (loaded, wrong)
}

#[test]
fn an_external_service_is_reached_as_any_other() {
    let rows = [
        (
            "search = { port = 8080 }",
            "http://search.test.kudos.local:8080",
        ),
        (
            "search = { port = 8080, connect = false }",
            "http://search.test.kudos.local:8080",
        ),
        ("search = { port = 80, connect = true }", "http://search"),
        (
            "search = { port = 0x1F90, connect = true }",
            "http://search:8080",
        ),
        (
            "search = { port = 80, alias = \"find.${COPILOT_ENVIRONMENT_NAME}.internal\" }",
            "http://find.test.internal",
        ),
        (
            "[workspace.metadata.service-connect.external.search]\nport = 443",
            "https://search.test.kudos.local",
        ),
    ];
    for (declared, url) in rows {
        let (loaded, wrong) = load("", declared);
        assert_eq!((wrong, loaded.findings), (vec![], vec![]), "{declared}");
        let application = &loaded.application;
        let [web, search] = ["web", "search"].map(|name| service(application, name));
        assert!(search.external && !web.external);
        let test = index(application, "test");
        let route = Route::find(application, web, search, Some(test));
        assert_eq!(route.url.as_deref(), Some(url), "{declared}");
    }
}

#[test]
fn it_is_checked_where_it_is_referenced() {
    let (loaded, _) = load("", "search = { port = 8080 }\nqueue = {}");
    let application = &loaded.application;
    let web = service(application, "web");
    let check = |service: &str, need| {
        let reference = Reference {
            service,
            need,
            environments: None,
        };
        reference.check(application, &[web])
    };
    let off = check("search", Need::ServiceConnect);
    let expected = [
        "error connect-off Cargo.toml:3 | Service Connect is off for service `search` | connect = true",
    ];
    assert_eq!(differs(&off, &expected), None);
    assert_eq!(check("search", Need::Any), []);
    let no_port = check("queue", Need::Any);
    let expected = ["error no-port Cargo.toml:4 | service `queue` exposes no port | add `port = "];
    assert_eq!(differs(&no_port, &expected), None);
    let route = Route::find(application, web, service(application, "search"), None);
    assert_eq!(route.via, Some(Via::Discovery));
}

#[test]
fn urls_may_name_it() {
    let variables = "variables:\n  A: http://search:8080\n  B: http://queue:1\n";
    let found = |external: &str, expected: &[&str]| {
        let (loaded, _) = load(variables, external);
        assert_eq!(differs(&loaded.findings, expected), None, "{external}");
    };
    found("", &["note unknown-host web:6", "note unknown-host web:7"]);
    found("search = {}\nqueue = {}", &[]);
    found("search = { port = 8080, connect = true }\nqueue = {}", &[]);
    found(
        "search = { port = 80, connect = true }\nqueue = {}",
        &["error url-port web:6 | `search` is called on port 8080, and `search` listens on 80"],
    );
    found(
        "search = { port = 8080 }\nqueue = {}",
        &["error url-connect-off web:6 | Service Connect is off for service `search`"],
    );
}

#[test]
fn a_lock_of_its_repository_says_all_of_it() {
    let locked = "format = 1\napplication = \"kudos\"\n[environments.prod]\n[environments.test]\n\
                  [services.search]\ntype = \"Backend Service\"\nport = 9200\nconnect = true\n\
                  [services.search.in.prod]\nport = 9201\n\
                  [services.find]\ntype = \"Backend Service\"\nport = 80\nconnect = true\n\
                  alias = \"f.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}\"\n\
                  [services.far]\nexternal = true\ntype = \"Backend Service\"\nport = 80\n\
                  [services.job]\ntype = \"Scheduled Job\"\n";
    let read = |declared: &str| {
        let directory = lay_out(&[
            ("here/copilot/.workspace", "application: kudos\n"),
            ("here/copilot/environments/prod/manifest.yml", ""),
            ("here/copilot/environments/test/manifest.yml", ""),
            ("here/copilot/environments/new/manifest.yml", ""),
            ("here/copilot/web/manifest.yml", WEB),
            ("there/service-connect.lock", locked),
            ("there/torn.lock", "format = 2\n"),
            ("there/other.lock", &locked.replace("kudos", "shop")),
        ]);
        let text =
            format!("[workspace]\n[workspace.metadata.service-connect.external]\n{declared}\n");
        write(directory.path(), "here/Cargo.toml", text.as_bytes());
        let workspace = Workspace::find(&directory.path().join("here")).unwrap();
        let (options, wrong) = Options::from_cargo(&workspace.root, &workspace);
        let loaded = workspace.load(&options);
        let found: Vec<_> = wrong.into_iter().chain(loaded.findings).collect();
        (loaded.application, found)
    };
    let (application, found) = read(
        "search = { lock = \"../there/service-connect.lock\" }\nfind = { lock = \"../there/service-connect.lock\" }\n\
         job = { lock = \"../there/service-connect.lock\" }",
    );
    assert_eq!(found, []);
    let [web, search] = ["web", "search"].map(|name| service(&application, name));
    assert!(search.external);
    assert_eq!(search.place.to_string(), "../there/service-connect.lock:5");
    let url = |name: &str, environment: &str| {
        let environment = Some(index(&application, environment));
        let route = Route::find(&application, web, service(&application, name), environment);
        route.url.unwrap()
    };
    assert_eq!(url("search", "test"), "http://search:9200");
    assert_eq!(url("search", "prod"), "http://search.prod.kudos.local:9201");
    assert_eq!(url("search", "new"), "http://search:9200", "as by its base");
    assert_eq!(url("find", "test"), "http://f.test.kudos");
    assert_eq!(url("find", "new"), "http://f.new.kudos");

    let rows = [
        (
            "search = { lock = \"gone.lock\" }",
            "error unreadable-file Cargo.toml:3 | `gone.lock` cannot be read: there is no such file | the path from this Cargo.toml",
        ),
        (
            "search = { lock = \"../there/torn.lock\" }",
            "error invalid-lock ../there/torn.lock:1 | format 2 | in the repository that it is of",
        ),
        (
            "search = { lock = \"../there/other.lock\" }",
            "error invalid-metadata Cargo.toml:3 | `../there/other.lock` is of the application `shop`",
        ),
        (
            "far = { lock = \"../there/service-connect.lock\" }",
            "error invalid-metadata Cargo.toml:3 | `far` is external in `../there/service-connect.lock` too",
        ),
        (
            "serach = { lock = \"../there/service-connect.lock\" }",
            "error unknown-service Cargo.toml:3 | there is no service `serach` in `../there/service-connect.lock` | did you mean `search`?",
        ),
        (
            "search = { lock = \"../there/service-connect.lock\", port = 1 }",
            "error invalid-metadata Cargo.toml:3 | `lock` says all of the service, and `port` too",
        ),
        (
            "search = { lock = 1 }",
            "error invalid-metadata Cargo.toml:3 | `lock` has to be a path",
        ),
    ];
    for (declared, expected) in rows {
        let (application, found) = read(declared);
        assert_eq!(differs(&found, &[expected]), None, "{declared}");
        let [web, other] = &application.services[..] else {
            panic!("{declared}")
        };
        assert_eq!(other.base, Err(found[0].clone()), "{declared}");
        assert!(web.base.is_ok(), "the end of that service only: {declared}");
    }
}

#[test]
fn a_wrong_declaration_is_found_at_its_place() {
    let rows: [(&str, &[&str]); 8] = [
        (
            "search = 8080",
            &["error invalid-metadata Cargo.toml:3 | `external.search` has to be a table"],
        ),
        (
            "search = { port = 0 }",
            &["error invalid-metadata Cargo.toml:3 | `port` has to be a number from 1"],
        ),
        (
            "search = { port = \"80\" }",
            &["error invalid-metadata Cargo.toml:3 | `port` has to be a number"],
        ),
        (
            "search = { port = 65536 }",
            &["error invalid-metadata Cargo.toml:3 | `port` has to be a number"],
        ),
        (
            "search = { connect = \"yes\" }",
            &["error invalid-metadata Cargo.toml:3 | `connect` has to be true or false"],
        ),
        (
            "search = { alias = 5 }",
            &["error invalid-metadata Cargo.toml:3 | `alias` has to be a string"],
        ),
        (
            "search = { prot = 80 }",
            &["warning invalid-metadata Cargo.toml:3 | `prot` is not a key | did you mean `port`?"],
        ),
        (
            "web = { port = 80 }\nsearch = {}",
            &[
                "warning invalid-metadata Cargo.toml:3 | `web` is a service of this workspace, at copilot/web/manifest.yml:1",
            ],
        ),
    ];
    for (declared, expected) in rows {
        let (loaded, wrong) = load("", declared);
        let found: Vec<_> = wrong.into_iter().chain(loaded.findings).collect();
        assert_eq!(differs(&found, expected), None, "{declared}");
        let names = loaded.application.services.iter();
        let names: Vec<_> = names
            .map(|service| (&*service.name, service.external))
            .collect();
        assert_eq!(names, [("web", false), ("search", true)], "{declared}");
    }
}
