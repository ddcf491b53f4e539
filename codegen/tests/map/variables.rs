//! The calls that variables of manifests make.

use service_connect_codegen::Via;
use service_connect_codegen::copilot::Options;
use service_connect_codegen::map::{Call, CallKind};

use crate::support::{PROD, TEST, WORKSPACE, findings};

const API: (&str, &str) = (
    "api",
    "type: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: true}\n\
     environments: {prod: {network: {connect: false}}}\n",
);

/// `web` with these variables, which begin in line 6 of its manifest, and what it calls:
/// `CALLEE VARIABLE:LINE ENVIRONMENT=VIA…`.
fn calls(variables: &str) -> Vec<String> {
    let web = format!(
        "type: Backend Service\nimage: {{location: x, port: 80}}\nnetwork: {{connect: true}}\nvariables:\n{variables}\n"
    );
    let files = [WORKSPACE, TEST, PROD, API, ("web", &web)];
    let loaded = findings::load_files(&files, Options::default());
    let names = loaded.application.environments.iter();
    let names: Vec<_> = names.map(|environment| environment.name.as_str()).collect();
    let described = |call: &Call| {
        let CallKind::Variable(variable) = &call.kind else {
            panic!("{call:?}");
        };
        let ways = call.ways.iter().map(|way| {
            let environment = way.environment.map_or("-", |index| names[index]);
            let reason = way.reason.as_ref();
            let reason = reason.map_or_else(String::new, |reason| format!("({})", reason.code));
            format!(
                "{environment}={}{reason}",
                way.via.map_or("none", Via::as_str)
            )
        });
        let line = call.place.as_ref().unwrap().line;
        let ways: Vec<_> = ways.collect();
        format!("{} {variable}:{line} {}", call.callee, ways.join(" "))
    };
    assert!(loaded.calls().iter().all(|call| call.caller == "web"));
    loaded.calls().iter().map(described).collect()
}

#[test]
fn a_variable_calls_in_each_environment_in_which_it_is_set() {
    assert_eq!(
        calls("  API: http://api:8080"),
        ["api API:6 prod=none(url-connect-off) test=service-connect"]
    );
    assert_eq!(
        calls(
            "  API: http://api:8080\nenvironments:\n  prod:\n    variables:\n      API: http://api.prod.kudos.local:8080"
        ),
        [
            "api API:10 prod=discovery",
            "api API:6 test=service-connect"
        ]
    );
}

#[test]
fn a_value_that_names_a_service_twice_calls_it_once_and_is_as_good_as_the_worse() {
    assert_eq!(
        calls(
            "  ALL: 'http://api:8080 http://api.${COPILOT_ENVIRONMENT_NAME}.kudos.local:8080 http://web'"
        ),
        [
            "api ALL:6 prod=none(url-connect-off) test=discovery",
            "web ALL:6 prod=service-connect test=service-connect"
        ]
    );
}

#[test]
fn who_is_outside_is_not_called() {
    assert_eq!(
        calls("  DB: postgres://db.example.com/x\n  N: 1"),
        <[&str; 0]>::default()
    );
}

#[test]
fn a_variable_that_says_who_may_call_calls_nobody() {
    let named = [
        "CORS_ORIGINS",
        "ALLOWED_HOSTS",
        "session_cookie_domain",
        "GRPC_BROADCAST_ADDRESS",
    ];
    let variables = named.map(|name| format!("  {name}: http://api:8080"));
    assert_eq!(calls(&variables.join("\n")), <[&str; 0]>::default());
    // Words that only look like these.
    let called = ["ORIGINATION_URL", "BROADCAST_URL", "ALLOWANCE_API"];
    let variables = called.map(|name| format!("  {name}: http://api:8080"));
    assert_eq!(calls(&variables.join("\n")).len(), called.len());
}

#[test]
fn every_variable_is_told_with_its_value_in_each_environment() {
    let web = "type: Backend Service\nimage: {location: x, port: 80}\nvariables:\n  HOST: api\n  \
               ZONE: ${COPILOT_ENVIRONMENT_NAME}\n  FROM: {from_cfn: x}\n\
               sidecars: {nginx: {image: x, variables: {PORT: 8080}}}\n\
               environments: {prod: {variables: {HOST: off}}}\n";
    let files = [WORKSPACE, TEST, PROD, API, ("web", web)];
    let loaded = findings::load_files(&files, Options::default());
    let settings = loaded.settings_of("web").iter().map(|setting| {
        let [prod, test] = [Some(0), Some(1)].map(|index| setting.value(index).unwrap_or("-"));
        let sidecar = setting.sidecar.as_deref().unwrap_or("-");
        format!("{sidecar} {} prod={prod} test={test}", setting.name)
    });
    let mut settings: Vec<_> = settings.collect();
    settings.sort();
    assert_eq!(
        settings,
        [
            "- HOST prod=- test=api",
            "- HOST prod=off test=-",
            "- ZONE prod=prod test=test",
            "nginx PORT prod=8080 test=8080",
        ]
    );
    assert_eq!(loaded.settings_of("nobody"), []);
}
