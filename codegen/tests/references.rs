//! `Reference::check`: what a crate may call, for every service that it runs as, in every environment.

mod support;

use service_connect_codegen::{
    Application, Catalog, Code, Finding, Need, Reference, Route, route, stubs, unknown_environment,
    unknown_service,
};
use support::{PROD, TEST, WORKSPACE, at, every_kind, index, listed, load, service};

fn check(
    callee: &str,
    need: Need,
    environments: Option<&[&str]>,
    callers: &[&str],
) -> Vec<Finding> {
    let application = every_kind();
    let names: Option<Vec<String>> =
        environments.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    let reference = Reference {
        service: callee,
        need,
        environments: names.as_deref(),
    };
    let callers: Vec<_> = callers
        .iter()
        .map(|name| service(&application, name))
        .collect();
    reference.check(&application, &callers)
}

/// Callee, callers, what is found with the need of Service Connect, and with that of any way.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const REFERENCES: &[Row] = &[
    ("api", &["web"], &[], &[]),
    (
        "api",
        &["web", "worker", "half"],
        &["caller-connect-off at 8"],
        &[],
    ),
    ("api", &[], &[], &[]),
    ("off", &["web"], &["connect-off at 5"], &[]),
    ("unsaid", &["web"], &["connect-off at 1"], &[]),
    ("half", &["web"], &["connect-off at 8"], &[]),
    ("half", &["half"], &["connect-off at 8"], &[]),
    ("api", &["off"], &["caller-connect-off at 5"], &[]),
    (
        "api",
        &["unsaid", "web", "off"],
        &["caller-connect-off at 1", "caller-connect-off at 5"],
        &[],
    ),
    ("off", &["off", "web"], &["connect-off at 5"], &[]),
    ("udp", &["web"], &["udp-port at 5"], &[]),
    ("api", &["job"], &["caller-cannot-connect at 2"], &[]),
    ("api", &["private"], &["caller-cannot-connect at 2"], &[]),
    ("api", &["public"], &["no-way at 2"], &["no-way at 2"]),
    ("portless", &["web"], &["no-port at 1"], &["no-port at 1"]),
    (
        "worker",
        &["web"],
        &["no-endpoint at 2"],
        &["no-endpoint at 2"],
    ),
    ("site", &[], &["no-endpoint at 2"], &["no-endpoint at 2"]),
    (
        "broken",
        &["web"],
        &["invalid-value at 3"],
        &["invalid-value at 3"],
    ),
    (
        "api",
        &["broken"],
        &["invalid-value at 3"],
        &["invalid-value at 3"],
    ),
];

#[test]
fn a_reference_has_to_hold_for_every_caller_in_every_environment() {
    for (callee, callers, strict, any) in REFERENCES {
        let found = |need| {
            check(callee, need, None, callers)
                .iter()
                .map(at)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found(Need::ServiceConnect),
            *strict,
            "from {callers:?} to {callee}"
        );
        assert_eq!(
            found(Need::Any),
            *any,
            "from {callers:?} to {callee}, any way"
        );
    }
}

#[test]
fn the_message_names_the_environments_where_they_are_not_all() {
    let message = |callee, environments, callers| {
        let findings = check(callee, Need::ServiceConnect, environments, callers);
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings[0].message.clone()
    };
    let everywhere = "Service Connect is off for service `off`";
    assert_eq!(message("off", None, &["web"]), everywhere);
    let prod = "Service Connect is off for service `half` in environment `prod`";
    assert_eq!(message("half", None, &["web"]), prod);
    assert_eq!(message("half", Some(&["test", "prod"]), &["web"]), prod);
    let caller = "Service Connect is off for the caller `half` in environment `prod`";
    assert_eq!(message("api", None, &["half"]), caller);
    let named = format!("{everywhere} in environments `prod` and `test`");
    assert_eq!(message("off", Some(&["test", "prod"]), &["web"]), named);
    assert_eq!(
        message("off", Some(&["prod", "test"]), &["web"]),
        named,
        "in the application's order"
    );
    let refused = message("broken", None, &["web"]);
    assert_eq!(
        message("broken", Some(&["test"]), &["web"]),
        format!("{refused} in environment `test`")
    );
}

#[test]
fn environments_narrow_a_reference() {
    let found = |environments: &[&str]| {
        let findings = check("half", Need::ServiceConnect, Some(environments), &["web"]);
        findings
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&["test"]), []);
    assert_eq!(found(&["prod"]), [Code::ConnectOff]);
    assert_eq!(found(&["prod", "prod"]), [Code::ConnectOff], "once");
    assert_eq!(found(&[]), [], "none is nothing to check");
    assert_eq!(
        found(&["pord", "prod"]),
        [Code::ConnectOff],
        "those that are there count"
    );
    assert_eq!(
        found(&["pord", "test"]),
        [],
        "whether they are there is for the macro to say, which knows where each is written"
    );
    assert_eq!(found(&["pord", "nowhere"]), [], "and not the base instead");
}

#[test]
fn environments_that_only_sections_name_do_not_count() {
    let manifest = |name: &str, base: bool, section: bool| {
        format!(
            "name: {name}\ntype: Backend Service\nimage: {{location: x, port: 80}}\nnetwork:\n  connect: {base}\n\
             environments:\n  away:\n    network:\n      connect: {section}\n"
        )
    };
    let [on, off] = [manifest("on", true, false), manifest("off", false, true)];
    let application = load(&[
        WORKSPACE,
        TEST,
        PROD,
        ("copilot/on/manifest.yml", &*on),
        ("copilot/off/manifest.yml", &*off),
    ])
    .application;
    let found = |callee, caller, environments: Option<&[&str]>| {
        let names: Option<Vec<String>> =
            environments.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let reference = Reference {
            service: callee,
            need: Need::ServiceConnect,
            environments: names.as_deref(),
        };
        let findings = reference.check(&application, &[service(&application, caller)]);
        let messages = findings.iter().map(|finding| finding.message.clone());
        messages.collect::<Vec<_>>()
    };
    let off = "Service Connect is off for service";
    assert_eq!(found("on", "on", None), [""; 0], "off in `away` only");
    assert_eq!(
        found("on", "on", Some(&["away", "test"])),
        [format!("{off} `on` in environment `away`")],
        "a reference that names it means it"
    );
    assert_eq!(
        found("off", "off", None),
        [format!("{off} `off`")],
        "off in all that count, so that there are none to list"
    );
    assert_eq!(found("off", "off", Some(&["away"])), [""; 0]);
}

#[test]
fn an_environment_that_is_not_there_may_be_meant_otherwise() {
    let known = every_kind();
    let none = Application::default();
    let rows = [
        (&known, "pord", "did you mean `prod`?"),
        (&known, "TEST", "did you mean `test`?"),
        (&known, "nowhere", "the environments are `prod`, `test`"),
        (&known, "", "the environments are `prod`, `test`"),
        (&none, "test", "the application names no environment at all"),
    ];
    for (application, name, help) in rows {
        let finding = unknown_environment(application, name);
        assert_eq!(finding.message, format!("there is no environment `{name}`"));
        assert_eq!(
            listed(std::slice::from_ref(&finding)),
            ["error unknown-environment "]
        );
        assert_eq!(finding.help.as_deref(), Some(help), "{name}");
    }
}

/// Two manifests of `api`, and `web`, which is the only one.
fn two_of_one_name() -> service_connect_codegen::copilot::Loaded {
    let manifest = "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\n";
    load(&[
        WORKSPACE,
        TEST,
        ("copilot/api/manifest.yml", manifest),
        ("copilot/copy/manifest.yml", &format!("\n{manifest}")),
        (
            "copilot/web/manifest.yml",
            &manifest.replace("name: api", "name: web"),
        ),
    ])
}

#[test]
fn a_name_that_two_services_have_is_an_error_wherever_it_is_used() {
    let loaded = two_of_one_name();
    let application = &loaded.application;
    let (test, nowhere) = (["test".to_owned()], ["nowhere".to_owned()]);
    let finding = application.unique_service("api").unwrap_err();
    assert_eq!(
        listed(std::slice::from_ref(&finding)),
        ["error duplicate-service copilot/copy/manifest.yml:2"]
    );
    assert_eq!(
        finding.message,
        "there are two services `api`, the other at copilot/api/manifest.yml:1"
    );
    assert!(finding.help.is_some(), "{finding}");
    assert!(
        loaded.findings.contains(&finding),
        "the same is found in `copilot/`"
    );
    let web = service(application, "web");
    for need in [Need::ServiceConnect, Need::Any] {
        for environments in [None, Some(&test[..]), Some(&nowhere[..]), Some(&[])] {
            for callers in [&[][..], &[web]] {
                let reference = Reference {
                    service: "api",
                    need,
                    environments,
                };
                assert_eq!(
                    reference.check(application, callers),
                    std::slice::from_ref(&finding)
                );
                let other = Reference {
                    service: "web",
                    ..reference
                };
                assert_eq!(
                    other.check(application, callers),
                    [],
                    "of which there is one"
                );
            }
        }
    }
    assert_eq!(application.unique_service("web"), Ok(Some(web)));
    assert_eq!(application.unique_service("apu"), Ok(None));
    let stubs = stubs::module(&Catalog {
        application: application.clone(),
        ..Catalog::default()
    });
    assert_eq!(
        stubs.matches("there are two services `api`").count(),
        4,
        "in the docs and the errors of both stubs: {stubs}"
    );
}

#[test]
fn a_refused_manifest_is_named_where_it_is_referenced() {
    let application = every_kind();
    let broken = service(&application, "broken");
    let refused = broken.base.as_ref().unwrap_err();
    assert!(
        !refused.message.contains("broken"),
        "it does not say itself"
    );
    let expected = Finding {
        message: format!("the manifest of `broken` is wrong: {}", refused.message),
        ..refused.clone()
    };
    let one = std::slice::from_ref(&expected);
    for need in [Need::ServiceConnect, Need::Any] {
        assert_eq!(check("broken", need, None, &["web"]), one);
        assert_eq!(check("broken", need, None, &[]), one);
        assert_eq!(check("api", need, None, &["broken"]), one);
    }
    let api = service(&application, "api");
    for environment in [None, Some(index(&application, "test"))] {
        for (from, to) in [(api, broken), (broken, api)] {
            let through = route::service_connect(&application, Some(from), to, environment);
            assert_eq!(through, Err(expected.clone()));
            let discovery = route::discovery(&application, Some(from), to, environment);
            assert_eq!(discovery, Err(expected.clone()));
            let route = Route::find(&application, from, to, environment);
            assert_eq!(route.reason, Some(expected.clone()));
        }
    }
}

#[test]
fn the_help_says_what_to_write() {
    let help = |callee, callers| {
        let findings = check(callee, Need::ServiceConnect, None, callers);
        findings[0].help.clone().unwrap()
    };
    let accept = "or accept discovery: `#[service_client(\"off\", discovery)]`";
    assert_eq!(
        help("off", &["web"]),
        format!("write `connect: true` there, {accept}")
    );
    assert!(help("unsaid", &["web"]).starts_with("write `connect: true` below `network:`"));
    assert_eq!(
        help("api", &["job"]),
        "accept discovery: `#[service_client(\"api\", discovery)]`"
    );
    assert!(
        !help("portless", &["web"]).contains("discovery"),
        "which would not help"
    );
    assert_eq!(
        help("udp", &["web"]),
        "serve TCP on another port and make it `image.port`",
        "what speaks HTTP gets nowhere over UDP"
    );
    assert_eq!(
        help("api", &["public"]),
        "write `placement: private` below `network:`, `vpc:` in that manifest, or make it another kind of service"
    );
}

#[test]
fn a_service_that_is_not_there_may_be_meant_otherwise() {
    let application = every_kind();
    let rows = [
        (
            "apu",
            "did you mean `api`?",
            Some("copilot/api/manifest.yml:1"),
        ),
        (
            "Web",
            "did you mean `web`?",
            Some("copilot/web/manifest.yml:1"),
        ),
        ("billing", "the services are `api`, `broken`", None),
        ("", "the services are `api`, `broken`", None),
    ];
    for (name, help, place) in rows {
        let found = check(name, Need::Any, None, &["web"]);
        assert_eq!(found, [unknown_service(&application, name)]);
        assert_eq!(found[0].message, format!("there is no service `{name}`"));
        assert!(
            found[0].help.as_ref().unwrap().starts_with(help),
            "{}",
            found[0]
        );
        assert_eq!(
            found[0].place.as_ref().map(ToString::to_string).as_deref(),
            place
        );
    }
    let empty = unknown_service(&Application::default(), "api");
    assert!(empty.help.unwrap().contains("holds no service yet"));
}

#[test]
fn without_any_environment_the_base_counts_as_one() {
    let manifest = "name: api\ntype: Backend Service\nimage: {location: x, port: 80}\nnetwork:\n  connect: no\n";
    let application = load(&[WORKSPACE, ("copilot/api/manifest.yml", manifest)]).application;
    assert_eq!(application.environments, []);
    let names = ["test".to_owned()];
    let mut reference = Reference {
        service: "api",
        need: Need::ServiceConnect,
        environments: None,
    };
    let findings = reference.check(&application, &[]);
    assert_eq!(
        findings.iter().map(at).collect::<Vec<_>>(),
        ["connect-off at 5"]
    );
    assert_eq!(
        findings[0].message, "Service Connect is off for service `api`",
        "there is no name to name"
    );
    reference.need = Need::Any;
    assert_eq!(reference.check(&application, &[]), []);
    reference.environments = Some(&names);
    reference.need = Need::ServiceConnect;
    assert_eq!(
        reference.check(&application, &[]),
        [],
        "a name that is not there is none, not the base"
    );
    assert_eq!(
        unknown_environment(&application, "test").help.as_deref(),
        Some("the application names no environment at all")
    );
}

#[test]
fn a_service_connect_name_that_another_has_too_is_in_the_way_of_both() {
    let manifest = |name: &str, rest: &str| {
        format!("name: {name}\ntype: Backend Service\nimage: {{location: x, port: 80}}\n{rest}")
    };
    let on = "network: {connect: true}\n";
    let [api, web] = [manifest("api", on), manifest("web", on)];
    let mail = manifest(
        "mail",
        "network: {connect: true}\nenvironments: {prod: {network: {connect: {alias: api}}}}\n",
    );
    let off = manifest("off", "");
    let application = load(&[
        WORKSPACE,
        TEST,
        PROD,
        ("copilot/api/manifest.yml", &api),
        ("copilot/mail/manifest.yml", &mail),
        ("copilot/off/manifest.yml", &off),
        ("copilot/web/manifest.yml", &web),
    ])
    .application;
    let check = |service: &str, caller: &str, need| -> Vec<String> {
        let reference = Reference {
            service,
            need,
            environments: None,
        };
        let callers = [self::service(&application, caller)];
        let findings = reference.check(&application, &callers);
        findings.iter().map(Finding::line).collect()
    };
    let expected = "copilot/mail/manifest.yml:5: `api` is the Service Connect name of both `api` and `mail` in environment `prod` \
                    [duplicate-alias]; give one of them another alias";
    for need in [Need::ServiceConnect, Need::Any] {
        assert_eq!(check("api", "web", need), [expected]);
        assert_eq!(check("mail", "web", need), [expected]);
        assert_eq!(check("web", "api", need), [""; 0]);
    }
    assert_eq!(
        check("api", "off", Need::Any),
        [""; 0],
        "discovery knows them apart"
    );
}
