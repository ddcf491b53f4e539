//! `#[service_client]` and the other macros as they are written.

use super::Explanation;

pub(super) const MISSING_SERVICE: Explanation = Explanation {
    title: "the attribute names no service",
    meaning: "\
`#[service_client]` checks one service and makes a client of it, so its first argument is the name
of that service, as the `name` of its manifest has it.",
    wrong: "#[service_client]\nstruct Calls;",
    right: "#[service_client(\"api\")]\nstruct Calls;",
    source: "this crate",
};

pub(super) const SERVICE_LITERAL: Explanation = Explanation {
    title: "the service is no string literal",
    meaning: "\
The check happens while the crate is compiled, before any constant or variable has a value. So the
name has to stand in the attribute itself, in quotes.",
    wrong: "const API: &str = \"api\";\n\n#[service_client(API)]\nstruct Calls;",
    right: "#[service_client(\"api\")]\nstruct Calls;",
    source: "this crate",
};

pub(super) const UNKNOWN_ARGUMENT: Explanation = Explanation {
    title: "the attribute has no such argument",
    meaning: "\
After the service come, in any order, `discovery`, which accepts service discovery where Service
Connect is off, and `environments = [\"…\"]`, which leaves the other environments out of the check.
What belongs to a call, as its deadline, is set where it is made.",
    wrong: "#[service_client(\"api\", enviroments = [\"test\"])]\nstruct Calls;",
    right: "#[service_client(\"api\", environments = [\"test\"])]\nstruct Calls;",
    source: "this crate",
};

pub(super) const INVALID_ARGUMENT: Explanation = Explanation {
    title: "an argument of the attribute has the wrong form",
    meaning: "\
`discovery` is written alone. `environments` is a list of at least one string literal: an empty one
would check nothing. Each is written once.",
    wrong: "#[service_client(\"api\", environments = \"test\")]\nstruct Calls;",
    right: "#[service_client(\"api\", environments = [\"test\"])]\nstruct Calls;",
    source: "this crate",
};

pub(super) const INVALID_ITEM: Explanation = Explanation {
    title: "the attribute stands on what cannot be a client",
    meaning: "\
A unit struct gets the functions of a client (`Calls::get`), and a trait gets one that implements
it (`KudosClient`). Anything else has content of its own that a client knows nothing of.",
    wrong: "#[service_client(\"api\")]\nstruct Calls {\n    retries: u8,\n}",
    right: "#[service_client(\"api\")]\nstruct Calls;",
    source: "this crate",
};

pub(super) const UNEXPECTED_INPUT: Explanation = Explanation {
    title: "the macro takes no arguments",
    meaning: "\
`clients!()` makes a type for every service, and `listen_addr!()` is about the services that the
crate runs as. Which ones these are stands in Cargo.toml, so there is nothing to say here.",
    wrong: "service_connect::clients!(Api);",
    right: "service_connect::clients!();",
    source: "this crate",
};
