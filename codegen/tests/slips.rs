//! Keys that Copilot ignores and that were probably meant to be others.

mod support;

use support::findings::{Row, check_findings};
use support::{PROD, TEST, WORKSPACE};

const ROWS: &[Row<'static>] = &[
    (
        "at the top",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nnetwrok:\n  connect: true\n",
        )],
        &["warning unknown-key api:4 | `netwrok` is not read here | did you mean `network`?"],
    ),
    (
        "below `network`, and below `connect`",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork:\n  conect: true\n",
            ),
            (
                "web",
                "type: Backend Service\nimage: {location: x, port: 80}\nnetwork:\n  connect:\n    alais: w\n    alias: w\n",
            ),
        ],
        &[
            "warning unknown-key api:5 | did you mean `connect`?",
            "warning unknown-key web:6 | did you mean `alias`?",
        ],
    ),
    (
        "below `image`",
        &[(
            "api",
            "type: Backend Service\nimage:\n  location: x\n  prot: 80\n",
        )],
        &["warning unknown-key api:5 | did you mean `port`?"],
    ),
    (
        "one that belongs elsewhere",
        &[
            (
                "api",
                "type: Backend Service\nimage: {location: x, port: 80}\nconnect: true\n",
            ),
            (
                "web",
                "type: Backend Service\nimage:\n  location: x\n  port: 80\n  network:\n    connect: true\n",
            ),
            (
                "far",
                "type: Backend Service\nimage: {location: x}\nport: 80\nnetwork: {alias: far}\n",
            ),
        ],
        &[
            "warning unknown-key api:4 | write it below `network:`",
            "warning unknown-key far:4 | write it below `image:`",
            "warning unknown-key far:5 | write it below `connect:`",
            "warning unknown-key web:6 | write it at the top of the manifest",
        ],
    ),
    (
        "in a section",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nenvironments:\n  test:\n    network: {conect: true}\n",
        )],
        &["warning unknown-key api:6 | did you mean `connect`?"],
    ),
    (
        "what looks like nothing, and what another kind has, is left alone",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nx-common: &a {b: c}\nretries: 3\nowner: me\nexec: true\n",
        )],
        &[],
    ),
];

#[test]
fn a_slip_is_found_where_it_stands() {
    check_findings(&[WORKSPACE, TEST, PROD], ROWS);
}
