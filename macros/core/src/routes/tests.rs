//! What is found in a trait, as values; how it looks to a user is in `tests/ui`.

use proc_macro2::TokenStream;
use service_connect_codegen::Code;

use super::expand;
use crate::diagnostic::Errors;

/// What is found in `trait Kudos { … }`: each code and message.
fn found(members: &str) -> Vec<(Code, String)> {
    let item = format!("trait Kudos {{ {members} }}");
    let item = syn::parse_str(&item).expect("it is a trait");
    let mut errors = Errors::default();
    let code = expand(item, "api", &TokenStream::new(), &mut errors);
    syn::parse2::<syn::File>(code).expect("what comes out is code, whatever is wrong");
    let findings = errors.findings().into_iter();
    findings
        .map(|finding| {
            assert!(finding.help.is_some(), "{finding} says what to do");
            (finding.code, finding.message.clone())
        })
        .collect()
}

/// Members of a trait, and what is found.
const TABLE: &[(&str, &[(Code, &str)])] = &[
    (r#"#[get("/")] async fn a(&self) -> Result<u8>;"#, &[]),
    (
        r#"#[post("/a/{id}/{type}?b=1")] async fn a<'x>(&'x self, id: u8, r#type: &str, #[query] c: Option<u8>, #[query("d-e")] d: Vec<u8>,
           #[header("X-Id")] h: &str, #[json] body: &[u8]) -> Result<u8>;"#,
        &[],
    ),
    ("fn a(&self) -> u8 { 1 }", &[]),
    (
        "const A: u8; type B;",
        &[
            (Code::NotAMethod, "a trait with routes has methods only"),
            (Code::NotAMethod, "a trait with routes has methods only"),
        ],
    ),
    (
        "async fn a(&self) -> Result<u8>;",
        &[(Code::MissingRoute, "the method `a` has no route")],
    ),
    (
        r#"#[get("/")] #[put("/")] async fn a(&self) -> Result<u8>;"#,
        &[(Code::DuplicateRoute, "the method `a` has two routes")],
    ),
    (
        r#"#[gett("/")] async fn a(&self) -> Result<u8>;"#,
        &[(Code::UnknownMethod, "a route cannot have the method `gett`")],
    ),
    (
        "#[get] async fn a(&self) -> Result<u8>;",
        &[(Code::MissingPath, "the route has no path")],
    ),
    (
        "#[get(PATH)] async fn a(&self) -> Result<u8>;",
        &[(Code::InvalidPath, "the path has to be a string literal")],
    ),
    (
        "#[get()] async fn a(&self) -> Result<u8>;",
        &[(Code::MissingPath, "the route has no path")],
    ),
    (
        r#"#[get = "/"] async fn a(&self) -> Result<u8>;"#,
        &[(Code::InvalidPath, "the path does not stand in parentheses")],
    ),
    (
        r#"#[get("/", timeout = 5)] async fn a(&self) -> Result<u8>;"#,
        &[(Code::InvalidPath, "a route takes nothing after its path")],
    ),
    (
        r#"#[get("/")] pub async fn a(&self) -> Result<u8>;"#,
        &[(Code::PublicMethod, "a method of a trait has no `pub`")],
    ),
    ("async fn a(&self) -> u8 { 1 }", &[]),
    (r#"#[instrument("x")] fn a(&self) -> u8 { 1 }"#, &[]),
    (
        r#"#[post("/")] async fn a(&self, #[cfg(a)] #[json] a: u8, #[cfg(not(a))] #[json] a: u16) -> Result<u8>;"#,
        &[],
    ),
    (
        r#"#[get("/{größe}")] async fn a(&self, größe: u8) -> (Result<u8>); #[get("/")] async fn b(&self) -> reply::Value;"#,
        &[],
    ),
    (
        r#"#[get("/a?q={q}")] async fn a(&self, q: &str) -> Result<u8>;"#,
        &[(
            Code::InvalidPath,
            "the placeholder `{q}` stands in the query",
        )],
    ),
    (
        "fn a(&self) -> u8;",
        &[(Code::MissingRoute, "the method `a` has no route")],
    ),
    (
        r#"#[get("a")] async fn a(&self) -> Result<u8>;"#,
        &[(Code::RelativePath, "the path `a` does not start with `/`")],
    ),
    (
        r#"#[get("/{a")] async fn a(&self) -> Result<u8>;"#,
        &[(
            Code::InvalidPath,
            "the path `/{a` has a brace that belongs to no placeholder",
        )],
    ),
    (
        r#"#[get("/{a}/{b}")] async fn a(&self, a: u8, other: u8) -> Result<u8>;"#,
        &[
            (
                Code::MissingParameter,
                "the path has `{b}` and the method no parameter `b`",
            ),
            (Code::UnusedParameter, "the parameter `other` is not sent"),
        ],
    ),
    (
        r#"#[get("/{author}")] async fn a(&self, auhtor: u8) -> Result<u8>;"#,
        &[(
            Code::MissingParameter,
            "the path has `{author}` and the method no parameter `author`",
        )],
    ),
    (
        r#"#[put("/")] async fn a(&self, #[json] a: u8, #[form] b: u8, #[body] c: u8) -> Result<u8>;"#,
        &[
            (Code::DuplicateBody, "the route has two bodies, `a` and `b`"),
            (Code::DuplicateBody, "the route has two bodies, `a` and `c`"),
        ],
    ),
    (
        r#"#[head("/")] async fn a(&self, #[body] a: Vec<u8>) -> Result<()>;"#,
        &[(
            Code::BodyOnGet,
            "a HEAD request has no body, and `a` is one",
        )],
    ),
    (
        r#"#[get("/")] fn a(&self) -> Result<u8>;"#,
        &[(Code::NotAsync, "the route `a` is not async")],
    ),
    (
        r#"#[get("/")] async fn a(&self);"#,
        &[(Code::MissingResult, "the route `a` returns nothing")],
    ),
    (
        r#"#[get("/")] async fn a(&self) -> u64; #[get("/")] async fn b(&self) -> Vec<Kudo>; #[get("/")] async fn c(&self) -> (); "#,
        &[
            (Code::MissingResult, "the route `a` returns no `Result`"),
            (Code::MissingResult, "the route `b` returns no `Result`"),
            (Code::MissingResult, "the route `c` returns no `Result`"),
        ],
    ),
    (
        r#"#[get("/")] async fn c(&self) -> Alias<u8>; #[get("/")] async fn a(&self) -> Reply; #[get("/")] async fn b(&self) -> io::Result<u8>;"#,
        &[],
    ),
    (
        r#"#[get("/")] async fn a(&mut self) -> Result<u8>; #[get("/")] async fn b() -> Result<u8>;"#,
        &[
            (Code::MissingSelf, "the route `a` does not take `&self`"),
            (Code::MissingSelf, "the route `b` does not take `&self`"),
        ],
    ),
    (
        r#"#[get("/")] async fn a(&self) -> Result<u8> { Ok(1) }"#,
        &[(Code::OwnBody, "the route `a` has a body of its own")],
    ),
    (
        r#"#[get("a{")] fn a(c: u8, #[query] #[json] (d, e): (u8, u8));"#,
        &[
            (Code::InvalidParameter, "the parameter has no name"),
            (Code::NotAsync, "the route `a` is not async"),
            (Code::MissingResult, "the route `a` returns nothing"),
            (Code::MissingSelf, "the route `a` does not take `&self`"),
        ],
    ),
];

#[test]
fn every_mistake_is_found_and_nothing_else() {
    for (members, expected) in TABLE {
        let expected: Vec<_> = expected
            .iter()
            .map(|(code, message)| (*code, (*message).to_owned()))
            .collect();
        assert_eq!(found(members), expected, "{members}");
    }
}

/// Parameters of a route `/{id}`, each with the one thing that is wrong with it.
const PARAMETERS: &[(&str, &str)] = &[
    ("id: u8, (a, b): (u8, u8)", "the parameter has no name"),
    (
        "#[query] id: u8",
        "the parameter `id` is in the path and elsewhere in the request",
    ),
    (
        r#"id: u8, #[query] #[header("x-a")] a: u8"#,
        "the parameter `a` has two places in the request",
    ),
    (
        "id: u8, #[header] a: u8",
        "`#[header]` does not name the header",
    ),
    (
        r#"id: u8, #[header("a b")] a: u8"#,
        "`a b` is not the name of a header",
    ),
    (
        r#"id: u8, #[header("")] a: u8"#,
        "`` is not the name of a header",
    ),
    (
        r#"id: u8, #[header("Host")] a: u8"#,
        "the header `host` is set by the client",
    ),
    (
        r#"id: u8, #[header("Keep-Alive")] a: u8"#,
        "the header `keep-alive` is set by the client",
    ),
    (
        r#"id: u8, #[json("a")] a: u8"#,
        "`#[json]` takes no argument",
    ),
    (
        "id: u8, #[query(5)] a: u8",
        "what belongs to `#[query]` is not understood",
    ),
    ("id: u8, #[qurey] a: u8", "a parameter cannot be `#[qurey]`"),
    (
        "#[cfg(a)] id: u8",
        "the parameter `id` of the path is there under a condition only",
    ),
    (
        "id: u8, #[cfg_attr(a, query)] a: u8",
        "a parameter cannot be `#[cfg_attr]`",
    ),
    ("#[path] id: u8", "a parameter cannot be `#[path]`"),
    (
        r#"id: u8, #[query("")] a: u8"#,
        "the key of the query is empty",
    ),
    (
        "id: u8, #[body] a: &[u8]",
        "the body `a` is borrowed, and a request owns what it sends",
    ),
];

#[test]
fn a_parameter_has_one_place_that_fits() {
    for (parameters, message) in PARAMETERS {
        let method = format!("#[post(\"/{{id}}\")] async fn a(&self, {parameters}) -> Result<u8>;");
        let expected = (Code::InvalidParameter, (*message).to_owned());
        assert_eq!(found(&method), [expected], "{parameters}");
    }
}

#[test]
fn what_is_explained_as_wrong_is_found_and_what_is_right_is_not() {
    let is_method =
        |text: &str| text.starts_with("#[") && text.contains("fn ") || text.starts_with("async fn");
    let mut tried = 0;
    for code in Code::ALL {
        let explanation = code.explanation();
        if !is_method(explanation.wrong) || !is_method(explanation.right) {
            continue;
        }
        tried += 1;
        let codes = |text| {
            found(text)
                .into_iter()
                .map(|(code, _)| code)
                .collect::<Vec<_>>()
        };
        assert!(codes(explanation.wrong).contains(code), "{code}");
        assert_eq!(codes(explanation.right), [], "{code}");
    }
    assert!(tried > 12, "only {tried}");
}
