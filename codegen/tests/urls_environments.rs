//! URLs in `variables`: who calls, and in which environments they are right.

mod support;

use service_connect_codegen::copilot::Options;
use support::findings::{Row, check_findings, differs, load_files};
use support::urls::{calling, check, in_web};
use support::{PROD, TEST, WORKSPACE};

/// A caller of another kind, with its variables in line 6.
fn caller(head: &str, url: &str) -> String {
    format!("{head}\nvariables:\n  URL: '{url}'\n")
}

#[test]
fn what_cannot_connect_is_not_told_to_turn_it_on() {
    let job = "type: Scheduled Job\nimage: {location: x}\non: {schedule: '@daily'}";
    let findings = in_web(&caller(job, "http://off:9000"), Options::default());
    let help = findings[0].help.as_deref().unwrap();
    assert!(
        help.starts_with("call `off.${COPILOT_ENVIRONMENT_NAME}"),
        "{help}"
    );
}

#[test]
fn who_calls_matters() {
    let backend =
        "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: false}";
    let worker = "type: Worker Service\nimage: {location: x}\nnetwork: {connect: true}";
    let job = "type: Scheduled Job\nimage: {location: x}\non: {schedule: '@daily'}";
    let outside = "type: Request-Driven Web Service\nimage: {location: x, port: 80}\n# outside";
    let inside = "type: Request-Driven Web Service\nimage: {location: x, port: 80}\n\
                  network: {vpc: {placement: private}}";
    let refused =
        "type: Backend Service\nimage: {location: x, port: '80'}\nnetwork: {connect: true}";
    let name = "http://api:80";
    let discovery = "http://api.${COPILOT_ENVIRONMENT_NAME}.kudos.local:8080";
    let alias = "http://moved.${COPILOT_ENVIRONMENT_NAME}.kudos.local:8080";
    check(&[
        (
            "with Service Connect off, no Service Connect name resolves",
            caller(backend, name),
            &[
                "error url-connect-off web:6 | `api` does not resolve: Service Connect is off for the caller `web` | turn it on, or call `api.$",
            ],
        ),
        (
            "an alias of no private zone may be known to another DNS",
            caller(backend, "http://api.example.com:8080"),
            &[],
        ),
        (
            "an alias that looks like a discovery name resolves by discovery",
            caller(backend, alias),
            &[],
        ),
        (
            "a Worker Service calls by Service Connect",
            caller(worker, "http://api:8080"),
            &[],
        ),
        (
            "a job has no Service Connect",
            caller(job, name),
            &[
                "error url-connect-off web:6 | `web` is a Scheduled Job, which cannot call through Service Connect | call `api.${COPILOT_ENVIRONMENT_NAME}",
            ],
        ),
        (
            "once it is on, an alias is the name",
            caller(backend, "http://shop:8080"),
            &[
                "error url-connect-off web:6 | is off for the caller `web` | turn it on and write `shop-v2`, or call `shop.$",
            ],
        ),
        ("but discovery", caller(job, discovery), &[]),
        (
            "from outside the VPC neither works",
            caller(outside, name),
            &["error url-connect-off web:6 | placement: private"],
        ),
        (
            "from outside the VPC neither works",
            caller(outside, discovery),
            &["error url-not-in-discovery web:6 | outside the VPC | placement: private"],
        ),
        ("inside it, discovery does", caller(inside, discovery), &[]),
        (
            "a refused manifest has enough to mend",
            caller(refused, name),
            &["error invalid-value web:3"],
        ),
        (
            "a service may call itself",
            calling("  URL: http://web"),
            &[],
        ),
    ]);
}

#[test]
fn each_environment_has_its_own_value() {
    check(&[
        (
            "right in one environment and wrong in another",
            calling("  URL: http://api.prod.kudos.local:8080"),
            &[
                "warning url-zone web:6 | in the variable `URL` in environment `test`, `api.prod.kudos.local` is in environment `prod` | write `api.${COPILOT_ENVIRONMENT_NAME}",
            ],
        ),
        (
            "what an environment overrides does not count there",
            calling(
                "  URL: http://api.prod.kudos.local:8080\nenvironments:\n  test:\n    variables: {URL: 'http://api:8080'}",
            ),
            &[],
        ),
        (
            "what every environment overrides does not count at all",
            calling(
                "  URL: http://off:80\nenvironments:\n  test:\n    variables: {URL: 'http://api:8080'}\n  prod:\n    variables: {URL: 'https://example.com'}",
            ),
            &[],
        ),
        (
            "an override with a value of CloudFormation's is one",
            calling(
                "  URL: http://off:80\nenvironments:\n  test: &e\n    variables: {URL: {from_cfn: x}}\n  prod: *e",
            ),
            &[],
        ),
        (
            "null overrides nothing",
            calling(
                "  URL: http://off:80\nenvironments:\n  test: &e\n    variables: {URL: ~}\n  prod: *e",
            ),
            &["error url-connect-off web:6 | in the variable `URL`, "],
        ),
        (
            "a section's own need not name its environment",
            calling("  A: b\nenvironments:\n  test:\n    variables: {URL: 'http://api:80'}"),
            &["error url-port web:9 | in the variable `URL`, `api`"],
        ),
        (
            "an environment of another workspace is not checked",
            calling("  A: b\nenvironments:\n  staging:\n    variables: {URL: 'http://off'}"),
            &["note unknown-environment web:8"],
        ),
        (
            "a section may override the variables of sidecars, and name new ones",
            calling(
                "  A: b\nsidecars:\n  proxy: {image: x, variables: {URL: 'http://api:1'}}\nenvironments:\n  test:\n    \
                 sidecars: {proxy: {variables: {URL: 'http://api:8080'}}}\n  prod:\n    \
                 sidecars: {agent: {image: x, variables: {URL: 'http://off'}}}",
            ),
            &[
                "error url-port web:8 | in the variable `URL` of the sidecar `proxy`, `api`",
                "error url-connect-off web:13 | in the variable `URL` of the sidecar `agent`, `off`",
            ],
        ),
        (
            "the caller is off in one of them",
            calling(
                "  URL: http://api:8080\nenvironments:\n  prod:\n    network: {connect: false}",
            ),
            &[
                "error url-connect-off web:6 | in the variable `URL` in environment `prod`, ",
                "warning connect-differs web:9",
            ],
        ),
    ]);
}

#[test]
fn environments_that_are_not_asked_for_are_not_looked_at() {
    let web = calling(
        "  A: http://api.prod.kudos.local:8080\n  B: http://off\nenvironments:\n  prod:\n    \
         network: {connect: false}\n    variables: {B: 'http://api:1'}\n    taskdef_overrides: [{path: PortMappings}]",
    );
    let a = |environment: &str, what| {
        format!("warning url-zone web:6 | in the variable `A`{environment}, {what}")
    };
    let off = "error url-connect-off web:7 | in the variable `B`";
    let off_in_prod = "error url-connect-off web:11 | Service Connect is off for the caller `web`";
    let rows: &[(&[&str], &[&str])] = &[
        (
            &[],
            &[
                &a(" in environment `test`", "`api.prod.kudos.local`"),
                off,
                "warning connect-differs web:10",
                off_in_prod,
                "warning overrides-connect web:12",
            ],
        ),
        (&["test"], &[&a("", "`api.prod.kudos.local`"), off]),
        (
            &["prod"],
            &[off_in_prod, "warning overrides-connect web:12"],
        ),
        (&["new"], &[&a("", "`api.prod.kudos.local`"), off]),
    ];
    for (environments, expected) in rows {
        let options = Options {
            environments: environments.iter().map(|name| (*name).to_owned()).collect(),
            ..Options::default()
        };
        let how = differs(&in_web(&web, options), expected);
        assert_eq!(how, None, "{environments:?}");
    }
}

#[test]
fn an_environment_may_be_an_old_one() {
    let options = |names: &[&str]| Options {
        legacy_environments: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Options::default()
    };
    let rows: &[(_, _, &[&str], &[&str])] = &[
        (
            "its zone is the application's",
            "api.kudos.local:8080",
            &["test", "prod"],
            &[],
        ),
        (
            "not all need be",
            "api.kudos.local:8080",
            &["test"],
            &[
                "warning url-zone web:6 | in the variable `URL` in environment `prod`, `api.kudos.local` is in environment `test`",
            ],
        ),
        (
            "its zone has no environment",
            "api.${COPILOT_ENVIRONMENT_NAME}.kudos.local:8080",
            &["test"],
            &[
                "warning url-zone web:6 | in the variable `URL` in environment `test`, `api.test.kudos.local` | before Copilot 1.9 | write `api.${COPILOT_APPLICATION_NAME}.local` for",
            ],
        ),
        (
            "what is said of another error suits it",
            "off:9000",
            &["test", "prod"],
            &["error url-connect-off web:6 | or call `off.${COPILOT_APPLICATION_NAME}.local:9000`"],
        ),
    ];
    for (rule, url, legacy, expected) in rows {
        let web = calling(&format!("  URL: http://{url}"));
        let how = differs(&in_web(&web, options(legacy)), expected);
        assert_eq!(how, None, "{rule}");
    }
}

#[test]
fn an_application_may_have_no_environment_or_no_name() {
    let api = (
        "api",
        "type: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: true}\n",
    );
    let discovery = "http://api.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local";
    let web = calling(&format!(
        "  A: {discovery}\n  B: {discovery}:8080\n  C: http://api.kudos.local:8080\n  D: http://api\n  \
         E: ${{COPILOT_ENVIRONMENT_NAME}}.${{COPILOT_APPLICATION_NAME}}.local"
    ));
    let expected = [
        "warning url-port web:6 | in the variable `A`, `api` is called on port 80",
        "error url-port web:9 | in the variable `D`, `api` is called",
    ];
    let web = ("web", &*web);
    let rows: &[(_, &[_])] = &[
        ("no environment", &[WORKSPACE, api, web]),
        ("no name", &[TEST, PROD, api, web]),
        ("neither", &[api, web]),
    ];
    for (rule, files) in rows {
        let loaded = load_files(files, Options::default());
        assert_eq!(differs(&loaded.findings, &expected), None, "{rule}");
    }
}

/// Rules of names that need applications of their own.
const NAMES: &[Row<'static>] = &[
    (
        "an alias wins over the service whose name it is",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\n",
            ),
            (
                "new",
                "type: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: {alias: api}}\n",
            ),
            (
                "web",
                "type: Worker Service\nimage: {location: x}\nnetwork: {connect: true}\nvariables: {URL: 'http://api:8080'}\n",
            ),
        ],
        &["warning alias-hides-service new:4"],
    ),
    (
        "an alias of a service that speaks UDP is known, and leads nowhere",
        &[
            (
                "dns",
                "type: Load Balanced Web Service\nimage: {location: x, port: 53}\nhttp: false\nnlb: {port: 53/udp}\n\
                 network: {connect: {alias: names}}\n",
            ),
            (
                "web",
                "type: Worker Service\nimage: {location: x}\nnetwork: {connect: true}\nvariables: {URL: 'tcp://names:53'}\n",
            ),
        ],
        &[
            "warning udp-port dns:5",
            "error url-connect-off web:5 | `names` does not resolve: service `dns` listens on UDP",
        ],
    ),
    (
        "a service is known by its name and not by its directory",
        &[
            (
                "copilot/dir/manifest.yml",
                "name: api\ntype: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: true}\n",
            ),
            (
                "web",
                "type: Worker Service\nimage: {location: x}\nnetwork: {connect: true}\nvariables: {A: 'http://api:8080', B: 'http://dir'}\n",
            ),
        ],
        &[
            "warning name-differs dir:1",
            "note unknown-host web:5 | in the variable `B`, `dir`",
        ],
    ),
    (
        "the endpoint is not predefined in a manifest",
        &[(
            "web",
            "type: Worker Service\nimage: {location: x}\nnetwork: {connect: true}\n\
             variables: {URL: 'http://api.${COPILOT_SERVICE_DISCOVERY_ENDPOINT}:8080'}\n",
        )],
        &[
            "error discovery-variable web:5 | write `${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local",
        ],
    ),
    (
        "an undefined variable makes a value nobody can judge",
        &[(
            "web",
            "type: Worker Service\nimage: {location: x}\nnetwork: {connect: true}\nvariables: {URL: 'http://off:${PORT}'}\n",
        )],
        &["warning undefined-variable web:5"],
    ),
];

#[test]
fn names_are_told_apart() {
    check_findings(&[WORKSPACE, TEST], NAMES);
}
