//! Files that cannot be used, that contradict each other, or that change what another one says.

use super::Explanation;

pub(super) const UNREADABLE_FILE: Explanation = Explanation {
    title: "a file cannot be read",
    meaning: "\
A file of the application is missing, is not a file, is larger than 1 MiB or is not UTF-8.
What it says is not known, so every call to its service is refused by the compiler.
Copilot could not read most of these files either, and would not deploy the service.",
    wrong: "iconv -t UTF-16 old.yml > copilot/api/manifest.yml",
    right: "iconv -f UTF-16 -t UTF-8 old.yml > copilot/api/manifest.yml",
    source: "this crate; YAML and TOML files are UTF-8, and no manifest comes near 1 MiB",
};

pub(super) const INVALID_YAML: Explanation = Explanation {
    title: "a file is not YAML",
    meaning: "\
The file does not follow the syntax of YAML: a tab as indentation, a bracket that is never closed,
an anchor that contains itself, or aliases that stand for more values than any manifest needs.
`copilot svc deploy` stops at the same line, and nothing is known about the service until then.",
    wrong: "image:\n\tport: 8080      # indented with a tab",
    right: "image:\n  port: 8080",
    source: "YAML 1.2 and yaml.v3, the library with which Copilot reads manifests",
};

pub(super) const UNKNOWN_KEY: Explanation = Explanation {
    title: "a key is read by nobody",
    meaning: "\
Copilot ignores keys that it does not know, so a slip changes nothing and says nothing:
`conect: true` leaves Service Connect off, and so does a `network` that is indented below `image`.
What looks like another key, or stands where that one is not read, is told.",
    wrong: "network:\n  conect: true",
    right: "network:\n  connect: true",
    source: "Copilot, which decodes manifests with yaml.v3 and its unknown keys allowed",
};

pub(super) const DUPLICATE_KEY: Explanation = Explanation {
    title: "a key is written twice in one map",
    meaning: "\
One of the two values would be lost without a word, so Copilot refuses the whole manifest.
It often comes from a merge of two branches that both added the same section.",
    wrong: "network:\n  connect: true\nnetwork:\n  vpc: {placement: private}",
    right: "network:\n  connect: true\n  vpc: {placement: private}",
    source: "yaml.v3, the library with which Copilot reads manifests",
};

pub(super) const DUPLICATE_SERVICE: Explanation = Explanation {
    title: "two manifests have the same name",
    meaning: "\
A service is known by the `name` in its manifest: in stacks, host names and generated types.
With two manifests of one name, the deployment of the one replaces the other, and a call to that
name could mean either. The compiler refuses every call to it.",
    wrong: "name: api      # in copilot/api/manifest.yml and in copilot/api-v2/manifest.yml",
    right: "name: api-v2   # in copilot/api-v2/manifest.yml",
    source: "Copilot, which names a service's stack after the application, environment and service",
};

pub(super) const NAME_DIFFERS: Explanation = Explanation {
    title: "the name differs from the directory",
    meaning: "\
Copilot's commands look for a service in the directory of that name, and other services call it
by the `name` in its manifest. Where the two differ, it works under one of them only: people
look for the wrong host name, and scripts deploy the wrong directory.",
    wrong: "name: api      # in copilot/backend/manifest.yml",
    right: "name: api      # in copilot/api/manifest.yml",
    source: "this crate; `copilot svc init` always makes the two the same",
};

pub(super) const OVERRIDES_CONNECT: Explanation = Explanation {
    title: "an override changes Service Connect or ports",
    meaning: "\
`cfn.patches.yml` and `taskdef_overrides` change the stack after the manifest was read. One that
touches Service Connect, port mappings or service registries can give the service another name,
port or protocol than the manifest says. Calls are checked and built from the manifest alone.",
    wrong: "- op: replace\n  path: /Resources/Service/Properties/ServiceConnectConfiguration/Enabled\n  value: false",
    right: "network:\n  connect: false   # in manifest.yml, without the patch",
    source: "Copilot, which applies overrides last",
};

pub(super) const CODE_OVERRIDE: Explanation = Explanation {
    title: "the resources are changed by code that is not looked at",
    meaning: "\
The service has a CDK project in `overrides/`, which can change anything that is deployed. It is
not run here. If it leaves Service Connect and ports alone, all that is said of the service holds;
if not, a call that compiles can fail in production.",
    wrong: "copilot/api/overrides/stack.ts sets another `ServiceConnectConfiguration`",
    right: "copilot/api/overrides/stack.ts leaves ports and Service Connect to the manifest",
    source: "Copilot, which applies overrides last",
};
