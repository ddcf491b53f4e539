//! The fields of each kind of workload that do not decide how it is reached. Copilot refuses a manifest for a wrong
//! one all the same. From the structs of its `internal/pkg/manifest` (v1.33).

use crate::application::Kind;

use super::shape::Shape::{
    Any, Bool, Duration, Either, Float, Int, List, ListOr, Map, Struct, StructOr, Text,
};
use super::shape::{Field, Shape};

/// The fields of a workload of `kind`, in groups.
pub(super) fn fields(kind: Kind) -> &'static [&'static [Field]] {
    match kind {
        Kind::LoadBalancedWebService => &[TASK, WEB, ECS_SERVICE],
        Kind::BackendService => &[TASK, BACKEND, ECS_SERVICE],
        Kind::WorkerService => &[TASK, WORKER, ECS_SERVICE],
        Kind::ScheduledJob => &[TASK, JOB],
        Kind::RequestDrivenWebService => &[REQUEST_DRIVEN],
        Kind::StaticSite => &[STATIC_SITE],
    }
}

const INT: Shape = Int(i64::MIN, i64::MAX);
const UINT16: Shape = Int(0, 0xffff);
const UINT32: Shape = Int(0, 0xffff_ffff);
const TEXTS: Shape = Map(&Text);
const TEXT_OR_LIST: Shape = ListOr(&Text, &Text);

const FROM_CFN: Shape = StructOr(&[("from_cfn", Text)], &Text);
const VARIABLES: Shape = Map(&FROM_CFN);
const SECRETS: Shape = Map(&StructOr(&[("secretsmanager", Text)], &FROM_CFN));

const BUILD: Shape = StructOr(
    &[
        ("context", Text),
        ("dockerfile", Text),
        ("args", TEXTS),
        ("target", Text),
        ("cache_from", List(&Text)),
    ],
    &Text,
);
const CONTAINER_HEALTH: Shape = Struct(&[
    ("command", List(&Text)),
    ("interval", Duration),
    ("retries", INT),
    ("timeout", Duration),
    ("start_period", Duration),
]);
const IMAGE: Shape = Struct(&[
    ("build", BUILD),
    ("location", Text),
    ("credentials", Text),
    ("labels", TEXTS),
    ("depends_on", TEXTS),
    ("healthcheck", CONTAINER_HEALTH),
]);

const PLATFORM: Shape = StructOr(&[("osfamily", Text), ("architecture", Text)], &Text);
const SUBNETS: Shape = StructOr(&[("from_tags", Map(&TEXT_OR_LIST))], &List(&Text));
const PLACEMENT: Shape = StructOr(&[("subnets", SUBNETS)], &Text);
const GROUPS: Shape = List(&FROM_CFN);
const NETWORK: Shape = Struct(&[(
    "vpc",
    Struct(&[
        ("placement", PLACEMENT),
        (
            "security_groups",
            StructOr(&[("groups", GROUPS), ("deny_default", Bool)], &GROUPS),
        ),
    ]),
)]);

const COOLDOWN: Shape = Struct(&[("in", Duration), ("out", Duration)]);
const SCALE: Shape = StructOr(&[("value", INT), ("cooldown", COOLDOWN)], &INT);
const SCALE_TIME: Shape = StructOr(&[("value", Duration), ("cooldown", COOLDOWN)], &Duration);
const RANGE: Shape = StructOr(&[("min", INT), ("max", INT), ("spot_from", INT)], &Text);
const COUNT: Shape = StructOr(
    &[
        ("spot", INT),
        ("range", RANGE),
        ("cooldown", COOLDOWN),
        ("cpu_percentage", SCALE),
        ("memory_percentage", SCALE),
        ("requests", SCALE),
        ("response_time", SCALE_TIME),
        (
            "queue_delay",
            Struct(&[
                ("acceptable_latency", Duration),
                ("msg_processing_time", Duration),
                ("cooldown", COOLDOWN),
            ]),
        ),
    ],
    &INT,
);

const EFS: Shape = StructOr(
    &[
        ("id", FROM_CFN),
        ("root_dir", Text),
        ("auth", Struct(&[("iam", Bool), ("access_point_id", Text)])),
        ("uid", UINT32),
        ("gid", UINT32),
    ],
    &Bool,
);
const STORAGE: Shape = Struct(&[
    ("ephemeral", INT),
    ("readonly_fs", Bool),
    (
        "volumes",
        Map(&Struct(&[
            ("efs", EFS),
            ("path", Text),
            ("read_only", Bool),
        ])),
    ),
]);

const LOGGING: Shape = Struct(&[
    ("retention", INT),
    ("image", Text),
    ("destination", TEXTS),
    ("enableMetadata", Bool),
    ("secretOptions", SECRETS),
    ("configFilePath", Text),
    ("variables", VARIABLES),
    ("secrets", SECRETS),
    ("env_file", Text),
]);

const MOUNT: Shape = Struct(&[("source_volume", Text), ("path", Text), ("read_only", Bool)]);
const SIDECAR: Shape = Struct(&[
    (
        "image",
        Either(&Text, &Struct(&[("build", BUILD), ("location", Text)])),
    ),
    ("essential", Bool),
    ("credentialsParameter", Text),
    ("variables", VARIABLES),
    ("env_file", Text),
    ("secrets", SECRETS),
    ("mount_points", List(&MOUNT)),
    ("labels", TEXTS),
    ("depends_on", TEXTS),
    ("healthcheck", CONTAINER_HEALTH),
    ("entrypoint", TEXT_OR_LIST),
    ("command", TEXT_OR_LIST),
]);

const TOPIC_FIFO: Shape = StructOr(&[("content_based_deduplication", Bool)], &Bool);
const PUBLISH: Shape = Struct(&[(
    "topics",
    List(&Struct(&[("name", Text), ("fifo", TOPIC_FIFO)])),
)]);

/// What runs as a task of ECS has.
const TASK: &[Field] = &[
    ("image", IMAGE),
    ("entrypoint", TEXT_OR_LIST),
    ("command", TEXT_OR_LIST),
    ("cpu", INT),
    ("memory", INT),
    ("platform", PLATFORM),
    ("count", COUNT),
    ("exec", StructOr(&[("enable", Bool)], &Bool)),
    ("variables", VARIABLES),
    ("env_file", Text),
    ("secrets", SECRETS),
    ("storage", STORAGE),
    ("logging", LOGGING),
    ("sidecars", Map(&SIDECAR)),
    ("network", NETWORK),
    ("publish", PUBLISH),
    (
        "taskdef_overrides",
        List(&Struct(&[("path", Text), ("value", Any)])),
    ),
];

const OBSERVABILITY: Shape = Struct(&[("tracing", Text)]);
const ALARMS: Shape = Struct(&[
    ("cpu_utilization", Float),
    ("memory_utilization", Float),
    ("messages_delayed", INT),
]);

/// What an ECS service has and a job has not.
const ECS_SERVICE: &[Field] = &[
    (
        "deployment",
        Struct(&[
            ("rolling", Text),
            ("rollback_alarms", ListOr(&Text, &ALARMS)),
        ]),
    ),
    ("observability", OBSERVABILITY),
];

const HTTP_HEALTH: Shape = Either(
    &Text,
    &Struct(&[
        ("path", Text),
        ("port", INT),
        ("success_codes", Text),
        ("healthy_threshold", INT),
        ("unhealthy_threshold", INT),
        ("timeout", Duration),
        ("interval", Duration),
        ("grace_period", Duration),
    ]),
);
const ALIAS: Shape = ListOr(
    &Either(&Text, &Struct(&[("name", Text), ("hosted_zone", Text)])),
    &Text,
);
/// A rule, which repeats inside `additional_rules`, and so is written once as a macro of fields.
macro_rules! rule {
    ($($more:expr),* $(,)?) => {
        &[
            ("path", Text),
            ("version", Text),
            ("healthcheck", HTTP_HEALTH),
            ("stickiness", Bool),
            ("alias", ALIAS),
            ("deregistration_delay", Duration),
            ("target_container", Text),
            ("target_port", UINT16),
            ("allowed_source_ips", List(&Text)),
            ("hosted_zone", Text),
            ("redirect_to_https", Bool),
            $($more),*
        ]
    };
}
const HTTP: &[Field] = rule![
    ("alb", Text),
    ("targetContainer", Text),
    ("additional_rules", List(&Struct(rule![]))),
];

const NLB_HEALTH: Shape = Struct(&[
    ("port", INT),
    ("healthy_threshold", INT),
    ("unhealthy_threshold", INT),
    ("timeout", Duration),
    ("interval", Duration),
    ("grace_period", Duration),
]);
macro_rules! listener {
    ($($more:expr),* $(,)?) => {
        &[
            ("port", Text),
            ("healthcheck", NLB_HEALTH),
            ("target_container", Text),
            ("target_port", INT),
            ("ssl_policy", Text),
            ("stickiness", Bool),
            ("deregistration_delay", Duration),
            $($more),*
        ]
    };
}

const WEB: &[Field] = &[
    ("http", StructOr(HTTP, &Bool)),
    (
        "nlb",
        Struct(listener![
            ("alias", ALIAS),
            ("additional_listeners", List(&Struct(listener![]))),
        ]),
    ),
];

const BACKEND: &[Field] = &[("http", Struct(HTTP))];

const QUEUE_FIELDS: &[Field] = &[
    ("retention", Duration),
    ("delay", Duration),
    ("timeout", Duration),
    ("dead_letter", Struct(&[("tries", UINT16)])),
    (
        "fifo",
        StructOr(
            &[
                ("content_based_deduplication", Bool),
                ("deduplication_scope", Text),
                ("throughput_limit", Text),
                ("high_throughput", Bool),
            ],
            &Bool,
        ),
    ),
];
const WORKER: &[Field] = &[(
    "subscribe",
    Struct(&[
        (
            "topics",
            List(&Struct(&[
                ("name", Text),
                ("service", Text),
                ("filter_policy", Map(&Any)),
                ("queue", StructOr(QUEUE_FIELDS, &Bool)),
            ])),
        ),
        ("queue", Struct(QUEUE_FIELDS)),
    ]),
)];

const JOB: &[Field] = &[
    ("on", Struct(&[("schedule", Text)])),
    ("timeout", Text),
    ("retries", INT),
];

const REQUEST_DRIVEN: &[Field] = &[
    (
        "http",
        Struct(&[
            ("healthcheck", HTTP_HEALTH),
            ("alias", Text),
            ("private", Either(&Bool, &Struct(&[("endpoint", Text)]))),
        ]),
    ),
    ("cpu", INT),
    ("memory", INT),
    ("platform", PLATFORM),
    ("image", IMAGE),
    ("variables", VARIABLES),
    ("secrets", SECRETS),
    ("command", Text),
    ("tags", TEXTS),
    ("publish", PUBLISH),
    (
        "network",
        Struct(&[("vpc", Struct(&[("placement", PLACEMENT)]))]),
    ),
    ("observability", OBSERVABILITY),
    ("count", Text),
];

const STATIC_SITE: &[Field] = &[
    ("http", Struct(&[("alias", Text), ("certificate", Text)])),
    (
        "files",
        List(&Struct(&[
            ("source", Text),
            ("destination", Text),
            ("recursive", Bool),
            ("exclude", TEXT_OR_LIST),
            ("reinclude", TEXT_OR_LIST),
        ])),
    ),
];
