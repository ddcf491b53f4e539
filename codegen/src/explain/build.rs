//! What a crate needs to compile against an application: its directory, its metadata and its catalog.

use super::Explanation;

pub(super) const NO_APPLICATION: Explanation = Explanation {
    title: "there is no `copilot/` directory",
    meaning: "\
The services are read from `copilot/` in the directory of the package or up to five levels above
it, or else from the `service-connect.lock` beside its Cargo.toml. Without either no service is
known, and no call compiles. In a container build it is most often the build context or
`.dockerignore` that leaves them out.",
    wrong: "COPY src build.rs Cargo.toml ./",
    right: "COPY src build.rs Cargo.toml service-connect.lock ./",
    source: "Copilot, which looks for its workspace in the same way",
};

pub(super) const INVALID_METADATA: Explanation = Explanation {
    title: "the metadata in a Cargo.toml has the wrong form",
    meaning: "\
`[package.metadata.service-connect]` says what the crate runs as, and the same section of the
workspace what all crates share. A value of the wrong kind, or a key that nothing reads, would
change which calls are checked without anyone noticing.",
    wrong: "[package.metadata.service-connect]\nservices = \"front-end\"",
    right: "[package.metadata.service-connect]\nservices = [\"front-end\"]",
    source: "this crate",
};

pub(super) const UNKNOWN_CALLER: Explanation = Explanation {
    title: "the package is not a service of the application",
    meaning: "\
Whether a call works depends on the caller too, so a package has to say which services it runs as:
by its own name, or by `services` in its metadata. Without that only the called side is checked,
and a caller that has Service Connect off is found out in production.",
    wrong: "[package]\nname = \"web-server\"     # the service is called `front-end`",
    right: "[package.metadata.service-connect]\nservices = [\"front-end\"]   # `[]` for a library",
    source: "this crate",
};

pub(super) const NO_BUILD_SCRIPT: Explanation = Explanation {
    title: "the package has no build script that reads the manifests",
    meaning: "\
The macros read no YAML: a build script does it once and leaves a catalog of the services. The
package needs `service-connect-codegen` in its build dependencies and these lines in `build.rs`.",
    wrong: "// build.rs is missing, or does something else\nfn main() {}",
    right: "fn main() -> Result<(), service_connect_codegen::Error> {\n    service_connect_codegen::generate()\n}",
    source: "this crate",
};

pub(super) const INVALID_CATALOG: Explanation = Explanation {
    title: "the catalog is damaged or of another version",
    meaning: "\
The build script and the macros understand each other only if they are of the same version. If
they are, the file was cut short or changed: `cargo clean` and a new build write it again.",
    wrong: "service-connect = \"0.1\"              # [dependencies]\nservice-connect-codegen = \"0.2\"      # [build-dependencies]",
    right: "service-connect = \"0.2\"\nservice-connect-codegen = \"0.2\"",
    source: "this crate",
};

pub(super) const NEEDS_TLS: Explanation = Explanation {
    title: "calls to the service need TLS",
    meaning: "\
A target port of 443 means HTTPS in Copilot, so the service is called with `https://`. That needs
the feature `tls` of `service-connect`, which is off by default because most calls inside a VPC
are plain HTTP and the build is shorter without it.",
    wrong: "service-connect = \"0.1\"",
    right: "service-connect = { version = \"0.1\", features = [\"tls\"] }",
    source: "this crate, and Copilot's templates, which take port 443 as HTTPS",
};

pub(super) const INVALID_LOCK: Explanation = Explanation {
    title: "the lock is of another version, or damaged",
    meaning: "\
`service-connect.lock` stands for the manifests where there is no `copilot/`. It is written by
`cargo service-connect lock` and not by hand; a merge may have left its marks in it, or the plugin
that wrote it is of another version than the build script that reads it.",
    wrong: "<<<<<<< HEAD\nport = 8080\n=======",
    right: "cargo service-connect lock",
    source: "this crate",
};

pub(super) const STALE_LOCK: Explanation = Explanation {
    title: "the lock says something else than the manifests",
    meaning: "\
Where there is a `copilot/`, the build reads that. A build without it, as in a container, would go
by the lock, and so call by a name or a port that is no longer right. `lock --check` makes it an
error in CI and says what has changed.",
    wrong: "git commit copilot",
    right: "cargo service-connect lock\ngit commit copilot '*/service-connect.lock'",
    source: "this crate",
};

pub(super) const UNSEEN_SOURCE: Explanation = Explanation {
    title: "some of the Rust sources could not be looked at",
    meaning: "\
The plugin reads sources as text and compiles nothing. It cannot follow what the build script
writes, what a macro makes up, or a file that is missing or does not parse. What is called there
is left out of what it says; the compiler checks it all the same.",
    wrong: "include!(concat!(env!(\"OUT_DIR\"), \"/calls.rs\"));",
    right: "mod calls;",
    source: "this crate",
};

pub(super) const HAND_BUILT_URL: Explanation = Explanation {
    title: "the URL of a service is put together by hand",
    meaning: "\
The address of a service depends on manifests: on its port, and in each environment on whether
Service Connect is on for both sides. A URL that is written out knows nothing of that, and breaks,
at run time, when one of them changes. The type of the service knows the address everywhere.",
    wrong: "client.get(format!(\"http://api.{endpoint}:8080/kudos/{id}\")).send().await?",
    right: "Api::get(format!(\"/kudos/{id}\")).send().await?",
    source: "this crate",
};
