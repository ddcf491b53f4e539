//! Overrides that change what is deployed behind the manifest's back.

mod support;

use support::findings::{Row, check_findings};
use support::{TEST, WORKSPACE};

const API: &str = "type: Backend Service\nimage: {location: x, port: 80}\n";

const ROWS: &[Row<'static>] = &[
    (
        "a patch of Service Connect",
        &[
            ("api", API),
            (
                "copilot/api/overrides/cfn.patches.yml",
                "- op: add\n  path: /Resources/Service/Properties/ServiceConnectConfiguration/Services/0/Timeout\n  value: {}\n",
            ),
        ],
        &[
            "warning overrides-connect api/overrides/cfn.patches.yml:2 | an override of `api` touches Service Connect or ports",
        ],
    ),
    (
        "each patch that matters, and no other",
        &[
            ("api", API),
            (
                "copilot/api/overrides/cfn.patches.yml",
                "- {op: add, path: /Resources/TaskDefinition/Properties/ContainerDefinitions/0/MountPoints, value: []}\n\
                 - {op: add, path: /Resources/TaskDefinition/Properties/ContainerDefinitions/0/PortMappings/-, value: {}}\n\
                 - {op: remove, path: /Resources/Service/Properties/ServiceRegistries}\n\
                 - {op: add, path: /Resources/LogGroup/Properties/LogGroupName, value: PortMappings}\n",
            ),
        ],
        &[
            "warning overrides-connect api/overrides/cfn.patches.yml:2",
            "warning overrides-connect api/overrides/cfn.patches.yml:3",
        ],
    ),
    (
        "a rule for the task definition",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\ntaskdef_overrides:\n\
             - {path: 'ContainerDefinitions[0].Ulimits[-].Name', value: nofile}\n\
             - {path: 'ContainerDefinitions[0].PortMappings[-].ContainerPort', value: 81}\n",
        )],
        &["warning overrides-connect api:6"],
    ),
    (
        "a rule of one environment",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nenvironments:\n  test:\n    taskdef_overrides:\n    \
             - {path: 'ContainerDefinitions[0].PortMappings[-].ContainerPort', value: 81}\n",
        )],
        &["warning overrides-connect api:7"],
    ),
    (
        "a rule of an environment of another workspace",
        &[(
            "api",
            "type: Backend Service\nimage: {location: x, port: 80}\nenvironments:\n  staging:\n    taskdef_overrides:\n    \
             - {path: 'ContainerDefinitions[0].PortMappings[-].ContainerPort', value: 81}\n",
        )],
        &["note unknown-environment api:5"],
    ),
    (
        "code, which is not looked at",
        &[("api", API), ("copilot/api/overrides/cdk.json", "{}")],
        &["note code-override api/overrides/cdk.json | code changes the resources of `api`"],
    ),
    (
        "patches that are no YAML",
        &[
            ("api", API),
            ("copilot/api/overrides/cfn.patches.yml", "- {op"),
        ],
        &["error invalid-yaml api/overrides/cfn.patches.yml:1"],
    ),
    (
        "patches that are of another form",
        &[
            ("api", API),
            ("web", API),
            ("mail", API),
            (
                "copilot/api/overrides/cfn.patches.yml",
                "- op: add\n- path: [PortMappings]\n- PortMappings\n",
            ),
            (
                "copilot/mail/overrides/cfn.patches.yml",
                "path: PortMappings\n",
            ),
            ("copilot/web/overrides/cfn.patches.yml", ""),
        ],
        &[],
    ),
    (
        "overrides of environments, and of what is not a service",
        &[
            ("api", API),
            (
                "copilot/environments/overrides/cfn.patches.yml",
                "- {op: add, path: /PortMappings}\n",
            ),
            (
                "copilot/overrides/cfn.patches.yml",
                "- {op: add, path: /PortMappings}\n",
            ),
            ("copilot/api/overrides/README.md", "PortMappings"),
            ("copilot/api/overrides/stack.ts", "PortMappings"),
        ],
        &[],
    ),
];

#[test]
fn an_override_that_touches_service_connect_or_ports_is_found() {
    check_findings(&[WORKSPACE, TEST], ROWS);
}
