//! The routes of a trait below `#[service_client]`.

use super::Explanation;

pub(super) const NOT_A_METHOD: Explanation = Explanation {
    title: "a trait with routes has a member that is no method",
    meaning: "\
The client over HTTP implements the trait, and it can do so for routes only: it would not know
what a constant or an associated type is to be.",
    wrong: "trait Kudos {\n    const LIMIT: usize;\n}",
    right: "const LIMIT: usize = 100;\n\ntrait Kudos {}",
    source: "this crate",
};

pub(super) const PUBLIC_METHOD: Explanation = Explanation {
    title: "a method of a trait is `pub`",
    meaning: "\
The methods of a trait are as visible as the trait itself, and Rust allows no `pub` in front of
them. It stands in front of the trait.",
    wrong: "trait Kudos {\n    #[get(\"/kudos\")]\n    pub async fn kudos(&self) -> Result<Vec<Kudo>>;\n}",
    right: "pub trait Kudos {\n    #[get(\"/kudos\")]\n    async fn kudos(&self) -> Result<Vec<Kudo>>;\n}",
    source: "Rust (E0449)",
};

pub(super) const MISSING_ROUTE: Explanation = Explanation {
    title: "a method has no route",
    meaning: "\
Each method says which request it makes, by one of `get`, `post`, `put`, `patch`, `delete` and
`head`. One with a body of its own needs no route and stays as it is.",
    wrong: "async fn kudos(&self) -> Result<Vec<Kudo>>;",
    right: "#[get(\"/kudos\")]\nasync fn kudos(&self) -> Result<Vec<Kudo>>;",
    source: "this crate",
};

pub(super) const DUPLICATE_ROUTE: Explanation = Explanation {
    title: "a method has two routes",
    meaning: "\
A call of the method makes one request, so there is one route to it. Two requests are two methods;
a third one with a body of its own may call both.",
    wrong: "#[get(\"/kudos\")]\n#[get(\"/notes\")]\nasync fn all(&self) -> Result<Vec<Kudo>>;",
    right: "#[get(\"/kudos\")]\nasync fn kudos(&self) -> Result<Vec<Kudo>>;\n#[get(\"/notes\")]\nasync fn notes(&self) -> Result<Vec<Kudo>>;",
    source: "this crate",
};

pub(super) const UNKNOWN_METHOD: Explanation = Explanation {
    title: "a route has a method that routes cannot have",
    meaning: "\
The attribute of a route is the method of its request in lower case: `get`, `post`, `put`, `patch`,
`delete` or `head`. Any other method goes through `Client::request`.",
    wrong: "#[fetch(\"/kudos\")]\nasync fn kudos(&self) -> Result<Vec<Kudo>>;",
    right: "#[get(\"/kudos\")]\nasync fn kudos(&self) -> Result<Vec<Kudo>>;",
    source: "this crate; the methods are those of RFC 9110 and RFC 5789",
};

pub(super) const MISSING_PATH: Explanation = Explanation {
    title: "a route has no path",
    meaning: "\
The path stands in the attribute as a string literal, because its placeholders are compared with
the parameters while the crate is compiled.",
    wrong: "#[get]\nasync fn kudos(&self) -> Result<Vec<Kudo>>;",
    right: "#[get(\"/kudos\")]\nasync fn kudos(&self) -> Result<Vec<Kudo>>;",
    source: "this crate",
};

pub(super) const RELATIVE_PATH: Explanation = Explanation {
    title: "a route's path does not start with `/`",
    meaning: "\
A path is written from the root of the service. Without the slash it would be easy to take the
first part for a host, which a route never chooses.",
    wrong: "#[get(\"kudos\")]",
    right: "#[get(\"/kudos\")]",
    source: "this crate",
};

pub(super) const INVALID_PATH: Explanation = Explanation {
    title: "a route's path cannot be sent as it is written",
    meaning: "\
A path is one string literal of printable ASCII characters but for some that no URL may have: write
others in percent encoding. Braces enclose the name of a parameter and nothing else, and no part is
`.` or `..`.",
    wrong: "#[get(\"/kudos/{id\")]\nasync fn kudo(&self, id: u64) -> Result<Kudo>;",
    right: "#[get(\"/kudos/{id}\")]\nasync fn kudo(&self, id: u64) -> Result<Kudo>;",
    source: "RFC 3986",
};

pub(super) const MISSING_PARAMETER: Explanation = Explanation {
    title: "a placeholder has no parameter",
    meaning: "\
What stands in braces is replaced with the parameter of that name, percent-encoded whole. Without
such a parameter there is nothing to put there.",
    wrong: "#[get(\"/kudos/{name}\")]\nasync fn kudo(&self, id: u64) -> Result<Kudo>;",
    right: "#[get(\"/kudos/{id}\")]\nasync fn kudo(&self, id: u64) -> Result<Kudo>;",
    source: "this crate",
};

pub(super) const UNUSED_PARAMETER: Explanation = Explanation {
    title: "a parameter is not sent",
    meaning: "\
Every parameter has a place in the request: a placeholder of the path, or what stands in front of
it: `#[query]`, `#[header(\"name\")]`, or as the body `#[json]`, `#[form]` or `#[body]`.",
    wrong: "#[post(\"/kudos\")]\nasync fn send(&self, kudo: &Kudo) -> Result<()>;",
    right: "#[post(\"/kudos\")]\nasync fn send(&self, #[json] kudo: &Kudo) -> Result<()>;",
    source: "this crate",
};

pub(super) const INVALID_PARAMETER: Explanation = Explanation {
    title: "a parameter cannot be sent as it is written",
    meaning: "\
A parameter has a plain name and one place in the request. `#[header]` names the header, which is
none that the client itself sets; `#[query]` may name the key; the others take no argument.",
    wrong: "#[get(\"/kudos\")]\nasync fn kudos(&self, #[header] request_id: &str) -> Result<Vec<Kudo>>;",
    right: "#[get(\"/kudos\")]\nasync fn kudos(&self, #[header(\"x-request-id\")] request_id: &str) -> Result<Vec<Kudo>>;",
    source: "this crate",
};

pub(super) const DUPLICATE_BODY: Explanation = Explanation {
    title: "a route has two bodies",
    meaning: "\
A request has one body, so at most one parameter is `#[json]`, `#[form]` or `#[body]`. Two values
travel together in a struct or a tuple.",
    wrong: "#[post(\"/kudos\")]\nasync fn send(&self, #[json] kudo: &Kudo, #[json] note: &Note) -> Result<()>;",
    right: "#[post(\"/kudos\")]\nasync fn send(&self, #[json] both: &(Kudo, Note)) -> Result<()>;",
    source: "this crate",
};

pub(super) const BODY_ON_GET: Explanation = Explanation {
    title: "a GET or HEAD request has a body",
    meaning: "\
The body of such a request has no meaning, and servers and proxies on the way may refuse it or cut
it off. What selects an answer goes into the query; what is sent needs POST, PUT or PATCH.",
    wrong: "#[get(\"/kudos\")]\nasync fn find(&self, #[json] filter: &Filter) -> Result<Vec<Kudo>>;",
    right: "#[get(\"/kudos\")]\nasync fn find(&self, #[query] filter: &Filter) -> Result<Vec<Kudo>>;",
    source: "RFC 9110, sections 9.3.1 and 9.3.2",
};

pub(super) const NOT_ASYNC: Explanation = Explanation {
    title: "a route is not async",
    meaning: "\
A call goes over the network and is awaited. The trait's method becomes one that returns a future
which is `Send`; a test may implement it with a plain `async fn`.",
    wrong: "#[get(\"/kudos\")]\nfn kudos(&self) -> Result<Vec<Kudo>>;",
    right: "#[get(\"/kudos\")]\nasync fn kudos(&self) -> Result<Vec<Kudo>>;",
    source: "this crate",
};

pub(super) const MISSING_RESULT: Explanation = Explanation {
    title: "a route returns nothing",
    meaning: "\
A call can fail, so a route returns a `Result`. Its `Ok` type says how the answer is read: JSON,
or for `String`, `Bytes`, `()` and `Response` the text, the bytes, nothing, or all of it.",
    wrong: "#[delete(\"/kudos\")]\nasync fn clear(&self);",
    right: "#[delete(\"/kudos\")]\nasync fn clear(&self) -> Result<()>;",
    source: "this crate",
};

pub(super) const MISSING_SELF: Explanation = Explanation {
    title: "a route does not take `&self`",
    meaning: "\
The client that makes the call is the value on which the method is called, and it is shared: so
the first parameter is `&self`.",
    wrong: "#[get(\"/kudos\")]\nasync fn kudos() -> Result<Vec<Kudo>>;",
    right: "#[get(\"/kudos\")]\nasync fn kudos(&self) -> Result<Vec<Kudo>>;",
    source: "this crate",
};

pub(super) const OWN_BODY: Explanation = Explanation {
    title: "a route has a body of its own",
    meaning: "\
What a route does is generated, so the method ends with a semicolon. A method with a body stays as
it is when it has no route, and may call others.",
    wrong: "#[get(\"/kudos\")]\nasync fn kudos(&self) -> Result<Vec<Kudo>> {\n    Ok(vec![])\n}",
    right: "#[get(\"/kudos\")]\nasync fn kudos(&self) -> Result<Vec<Kudo>>;",
    source: "this crate",
};
