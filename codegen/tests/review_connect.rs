//! `network.connect` over a whole application: where it has no effect, or not the one that was meant.

mod support;

use support::findings::{Row, check_findings};
use support::{PROD, TEST, WORKSPACE};

/// `network.connect` itself.
const CONNECT: &[Row<'static>] = &[
    (
        "a Worker Service is a client",
        &[(
            "api",
            "type: Worker Service\nimage: {location: x}\nnetwork: {connect: true}\n",
        )],
        &[],
    ),
    (
        "so is a Backend Service without a port, which may be an oversight",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x}\nnetwork: {connect: true}\n",
        )],
        &["note no-port api:4 | `api` exposes no port, so it is only a client | `image.port`"],
    ),
    (
        "without Service Connect nothing is said of a port",
        &[("api", "type: Backend Service\nimage: {location: x}\n")],
        &[],
    ),
    (
        "a job is none of Service Connect's",
        &[(
            "api",
            "type: Scheduled Job\nimage: {location: x}\non: {schedule: '@daily'}\nnetwork: {connect: true}\n",
        )],
        &[
            "warning connect-without-effect api:5 | `api` is a Scheduled Job, for which `connect` has no effect | take `connect` out: it calls others through discovery",
        ],
    ),
    (
        "nor with an alias",
        &[(
            "api",
            "type: Scheduled Job\nimage: {location: x}\non: {schedule: '@daily'}\nnetwork: {connect: {alias: a}}\n",
        )],
        &["warning connect-without-effect api:5"],
    ),
    (
        "where it is off, that is right",
        &[(
            "api",
            "type: Scheduled Job\nimage: {location: x}\non: {schedule: '@daily'}\nnetwork: {connect: false}\n",
        )],
        &[],
    ),
    (
        "nor is a Request-Driven Web Service",
        &[(
            "api",
            "type: Request-Driven Web Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\n",
        )],
        &[
            "warning connect-without-effect api:4 | `api` is a Request-Driven Web Service | outside the VPC",
        ],
    ),
    (
        "inside the VPC neither, but there is discovery",
        &[(
            "api",
            "type: Request-Driven Web Service\nimage: {location: x, port: 80}\nnetwork: {connect: {alias: a}, vpc: {placement: private}}\n",
        )],
        &["warning connect-without-effect api:4 | through discovery"],
    ),
    (
        "where it is off, that is right",
        &[(
            "api",
            "type: Request-Driven Web Service\nimage: {location: x, port: 80}\nnetwork: {connect: false}\n",
        )],
        &[],
    ),
    (
        "UDP is none of Service Connect's",
        &[(
            "api",
            "type: Load Balanced Web Service\nimage: {location: x, port: 53}\nhttp: false\nnlb: {port: 53/udp}\nnetwork: {connect: true}\n",
        )],
        &["warning udp-port api:5 | `api` listens on UDP, which Service Connect cannot carry"],
    ),
    (
        "UDP without Service Connect is right",
        &[(
            "api",
            "type: Load Balanced Web Service\nimage: {location: x, port: 53}\nhttp: false\nnlb: {port: 53/udp}\n",
        )],
        &[],
    ),
    (
        "a load balancer calls port 443 over HTTPS",
        &[(
            "api",
            "type: Load Balanced Web Service\nimage: {location: x, port: 443}\nhttp: {path: /}\n",
        )],
        &["warning https-target api:3 | the target port of `api` is 443 | listen on another port"],
    ),
    (
        "so a sidecar's",
        &[(
            "api",
            "type: Load Balanced Web Service\nimage: {location: x, port: 80}\nhttp: {path: /, target_container: nginx}\nsidecars:\n  nginx: {image: x, port: 443}\n",
        )],
        &["warning https-target api:6"],
    ),
    (
        "without a public load balancer 443 is a choice",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 443}\nnetwork: {connect: true}\n",
        )],
        &[],
    ),
    (
        "on in one environment and off in another",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\nenvironments:\n  prod:\n    network:\n      connect: false\n",
        )],
        &[
            "warning connect-differs api:8 | Service Connect of `api` is on in `test` and off in `prod` | the same `connect`",
        ],
    ),
    (
        "where nothing is written, it is the service's",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nenvironments:\n  prod:\n    network: {connect: true}\n",
        )],
        &["warning connect-differs api:1 | is on in `prod` and off in `test`"],
    ),
    (
        "another alias is no difference",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\nenvironments:\n  prod:\n    network: {connect: {alias: a}}\n",
        )],
        &[],
    ),
    (
        "an environment of another workspace may differ",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\nenvironments:\n  staging:\n    network: {connect: false}\n",
        )],
        &["note unknown-environment api:6"],
    ),
    (
        "nothing is said of one where the manifest is refused",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwork: {connect: true}\nenvironments:\n  prod:\n    network: {connect: false}\n    http: {path: /, target_container: web}\n",
        )],
        &["error target-container api:8"],
    ),
    (
        "a job does not differ",
        &[(
            "api",
            "type: Scheduled Job\nimage: {location: x}\non: {schedule: '@daily'}\nnetwork: {connect: false}\nenvironments:\n  prod:\n    network: {connect: true}\n",
        )],
        &["warning connect-without-effect api:8"],
    ),
];

#[test]
fn connect_is_of_some_effect_and_the_same_everywhere() {
    check_findings(&[WORKSPACE, TEST, PROD], CONNECT);
}
