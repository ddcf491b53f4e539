//! Aliases over a whole application: what Copilot accepts and what does not work all the same.

mod support;

use support::findings::{Row, check_findings};
use support::{PROD, TEST, WORKSPACE};

/// Names of Service Connect.
const ALIASES: &[Row<'static>] = &[
    (
        "each service has its own name",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: a_b-c.d9}}\n",
            ),
            (
                "old",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork:\n  connect: {alias: 'old.${COPILOT_ENVIRONMENT_NAME}.kudos.local'}\n",
            ),
        ],
        &[],
    ),
    (
        "an alias is of lower case",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: Api}}\n",
        )],
        &["error invalid-alias api:4 | the alias `Api` is not a DNS name | 'A' | a to z"],
    ),
    (
        "a blank is none of a name's",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: the api}}\n",
        )],
        &["error invalid-alias api:4 | ' '"],
    ),
    (
        "nor is a port",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: 'api:80'}}\n",
        )],
        &["error invalid-alias api:4 | ':'"],
    ),
    (
        "a hyphen cannot be the first character",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: -api}}\n",
        )],
        &["error invalid-alias api:4 | it begins with a '-'"],
    ),
    (
        "an alias of one environment only is named with it",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nenvironments:\n  test:\n    network: {connect: {alias: A}}\n  prod:\n    network: {connect: true}\n",
        )],
        &["error invalid-alias api:6"],
    ),
    (
        "two services cannot have one alias",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: v2}}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: v2}}\n",
            ),
        ],
        &[
            "error duplicate-alias web:4 | `v2` is the Service Connect name of both `api` and `web` | another alias",
        ],
    ),
    (
        "an alias cannot be the name of a service, whichever is read first",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: api}}\n",
            ),
        ],
        &["error duplicate-alias web:4 | `api` is the Service Connect name of both"],
    ),
    (
        "an alias cannot be the name of a service, whichever is read first",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: web}}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\n",
            ),
        ],
        &["error duplicate-alias api:4 | `web` is the Service Connect name of both"],
    ),
    (
        "the environments are named where it is not all of them",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: v2}}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\nenvironments:\n  prod:\n    network: {connect: {alias: v2}}\n",
            ),
        ],
        &["error duplicate-alias web:7 | of both `api` and `web` in environment `prod`"],
    ),
    (
        "one alias in different environments is no duplicate",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\nenvironments:\n  test:\n    network: {connect: {alias: v2}}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\nenvironments:\n  prod:\n    network: {connect: {alias: v2}}\n",
            ),
        ],
        &[],
    ),
    (
        "nor is one of a service that cannot be read",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: '80'}\nnetwork: {connect: {alias: v2}}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: v2}}\n",
            ),
        ],
        &["error invalid-value api:3"],
    ),
    (
        "nor one of an environment of another workspace",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: v2}}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\nenvironments:\n  staging:\n    network: {connect: {alias: v2}}\n",
            ),
        ],
        &["note unknown-environment web:6"],
    ),
    (
        "who has Service Connect off has no name there",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: false}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: api}}\n",
            ),
        ],
        &[
            "warning alias-hides-service web:4 | the alias `api` of `web` is the name of another service | who calls `api` would get `web`",
        ],
    ),
    (
        "who has an alias is not known by the name",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: api-v1}}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: api}}\n",
            ),
        ],
        &["warning alias-hides-service web:4"],
    ),
    (
        "an alias may be the service's own name",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: api}}\n",
        )],
        &[],
    ),
    (
        "an alias may look like a discovery name, even of another service",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: 'api.${COPILOT_ENVIRONMENT_NAME}.kudos.local'}}\n",
            ),
        ],
        &[],
    ),
];

#[test]
fn each_service_has_a_name_of_its_own_in_service_connect() {
    check_findings(&[WORKSPACE, TEST, PROD], ALIASES);
}

#[test]
fn an_alias_has_at_most_127_characters() {
    let manifest = |length: usize| {
        let alias = "a".repeat(length);
        format!(
            "type: Backend Service\nimage: {{location: x, port: 80}}\nnetwork: {{connect: {{alias: {alias}}}}}\n"
        )
    };
    let (right, wrong) = (manifest(127), manifest(128));
    check_findings(
        &[WORKSPACE, TEST],
        &[
            ("127 are allowed", &[("api", &right)], &[]),
            (
                "128 are not",
                &[("api", &wrong)],
                &["error invalid-alias api:4 | it has 128 characters, and 127 are allowed"],
            ),
        ],
    );
}

#[test]
fn without_an_environment_the_base_counts_as_one() {
    check_findings(
        &[WORKSPACE],
        &[(
            "no environment is named",
            &[
                (
                    "api",
                    "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: V2}}\n",
                ),
                (
                    "web",
                    "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: V2}}\n",
                ),
            ],
            &[
                "error invalid-alias api:4",
                "error invalid-alias web:4",
                "error duplicate-alias web:4 | of both `api` and `web` | give",
            ],
        )],
    );
}
