//! Forms in which sources put URLs together, and what is no URL.

use super::super::file::Syntax;
use super::*;

/// A source file of that text, the root of a crate.
pub fn source(name: &str, text: &str) -> File {
    File {
        name: name.into(),
        path: name.into(),
        text: text.into(),
        syntax: Syntax::of(text.into()),
        is_test: name.starts_with("tests/"),
        module: Vec::new(),
        root: 0,
    }
}

/// What is found of `api` in the packages: the texts, variables as `${NAME}` and what is not known as `?`.
fn found(packages: &[&str]) -> Vec<String> {
    let files: Vec<_> = packages
        .iter()
        .map(|text| vec![source("src/main.rs", text)])
        .collect();
    let texts = |url: &HandBuilt| -> Vec<String> {
        let variants = url.variants.iter();
        variants
            .map(|variant| {
                let text = url.text(variant, &|name| match name {
                    "COPILOT_SERVICE_DISCOVERY_ENDPOINT" => Some("$ZONE".to_owned()),
                    name => Some(format!("${{{name}}}")),
                });
                text.replace(UNKNOWN, "?")
            })
            .collect()
    };
    let leads = |_: usize, url: &HandBuilt| {
        texts(url).iter().any(|text| {
            let Some((_, host)) = text.split_once("://") else {
                let is_known = |name: &&str| text.starts_with(*name);
                let known = [
                    "api.$ZONE",
                    "${API_URL}",
                    "${Settings.api}",
                    "${Config.api}",
                ];
                return known.iter().any(is_known);
            };
            let is_api = |rest: &str| {
                rest.is_empty() || rest.starts_with([':', '/']) || rest.starts_with(".$ZONE")
            };
            host.strip_prefix("api").is_some_and(is_api)
        })
    };
    let reading = Reading::of(files.iter().map(|files| &files[..]));
    let urls = reading.find(&leads);
    let found = urls.iter().flat_map(|urls| &urls.found);
    found.map(|url| texts(url).join(" | ")).collect()
}

/// In the body of a function that is called, after what stands beside it.
fn in_main(items: &str, body: &str) -> Vec<String> {
    found(&[&format!("{items}\nasync fn main() {{\n{body}\n}}\n")])
}

/// Items, the body of a function, and what is found.
type Form = (&'static str, &'static str, &'static [&'static str]);

const LITERALS: &[Form] = &[
    (
        "",
        "c.get(\"http://api:8080/kudos\").send();",
        &["http://api:8080/kudos"],
    ),
    ("", "c.get(\"http://api\").send();", &["http://api"]),
    ("", "c.get(r\"http://api/x\").send();", &["http://api/x"]),
    (
        "",
        "c.get(concat!(\"http://api\", \"/\", 1)).send();",
        &["http://api/1"],
    ),
    (
        "",
        "c.get(\"http://api\".to_owned() + \"/x\").send();",
        &["http://api/x"],
    ),
    (
        "",
        "c.get(&(String::from(\"http://api/\") + id)).send();",
        &["http://api/?"],
    ),
    (
        "",
        "reqwest::get(\"http://api/x\").await;",
        &["http://api/x"],
    ),
    (
        "",
        "c.request(Method::GET, \"http://api/x\").send();",
        &["http://api/x"],
    ),
    (
        "",
        "let u = Url::parse(\"http://api/\").unwrap().join(\"/x\").unwrap(); go(u);",
        &["http://api/x"],
    ),
    (
        "",
        "let u: Uri = \"http://api/x\".parse().unwrap(); go(u);",
        &["http://api/x"],
    ),
    ("", "S { url: \"http://api/x\".into() };", &["http://api/x"]),
    ("", "vec![\"http://api/x\"];", &["http://api/x"]),
    ("", "json!({\"url\": \"http://api/x\"});", &["http://api/x"]),
    (
        "",
        "tokio::join!(c.get(\"http://api/1\").send(), c.get(\"http://api/2\").send());",
        &["http://api/1", "http://api/2"],
    ),
    (
        "",
        "select! { r = c.get(\"http://api/1\").send() => r, _ = sleep() => () }",
        &["http://api/1"],
    ),
    ("", "PgPool::connect(\"postgres://me@api:5432/db\");", &[]),
    (
        "",
        "Client::open(\"redis://api:6379/0\");",
        &["redis://api:6379/0"],
    ),
    (
        "",
        "TcpStream::connect(\"api:6379\").await;",
        &["tcp://api:6379"],
    ),
    (
        "",
        "TcpStream::connect((\"api\", 6379)).await;",
        &["tcp://api:6379"],
    ),
];

const FORMATTED: &[Form] = &[
    // A sum is not what its numbers are side by side.
    (
        "",
        "c.get(format!(\"http://api/{}\", 40 + 40)).send();",
        &["http://api/?"],
    ),
    (
        "",
        "c.get(format!(\"http://api:{}/{}\", 8080, id)).send();",
        &["http://api:8080/?"],
    ),
    (
        "",
        "c.get(format!(\"http://{host}/{id}\", host = \"api\")).send();",
        &["http://api/?"],
    ),
    (
        "",
        "c.get(format!(\"http://{1}/{0}\", id, \"api\")).send();",
        &["http://api/?"],
    ),
    (
        "",
        "let host = \"api\"; c.get(format!(\"http://{host}/{{x}}\")).send();",
        &["http://api/{x}"],
    ),
    (
        "const BASE: &str = \"http://api\";",
        "c.get(format!(\"{BASE}/x\")).send();",
        &["http://api/x"],
    ),
    (
        "mod urls { pub static BASE: &str = \"http://api\"; }",
        "c.get(format!(\"{}/x\", urls::BASE)).send();",
        &["http://api/x"],
    ),
    (
        "struct S; impl S { const BASE: &'static str = \"http://api\"; }",
        "c.get(S::BASE).send();",
        &["http://api"],
    ),
    (
        "",
        "let base = \"http://api\"; let url = format!(\"{base}/x\"); c.get(&url).send();",
        &["http://api/x"],
    ),
    (
        "",
        "let url = \"http://api\"; { let url = other(); c.get(url).send(); }",
        &["http://api"],
    ),
];

const VARIABLES: &[Form] = &[
    (
        "",
        "let z = env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\").unwrap(); c.get(format!(\"http://api.{z}/x\")).send();",
        &["http://api.$ZONE/x"],
    ),
    (
        "",
        "let z = std::env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\").expect(\"set\"); c.get(format!(\"http://api.{}/x\", z)).send();",
        &["http://api.$ZONE/x"],
    ),
    (
        "",
        "let z = env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\")?; c.get(format!(\"http://api.{z}/x\")).send();",
        &["http://api.$ZONE/x"],
    ),
    (
        "",
        "let z = env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\").unwrap_or_else(|_| \"local\".into()); c.get(format!(\"http://api.{z}/x\")).send();",
        &["http://api.$ZONE/x"],
    ),
    (
        "",
        "let z = env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\").unwrap_or(\"local\".into()); c.get(format!(\"http://api.{z}\")).send();",
        &["http://api.$ZONE"],
    ),
    (
        "",
        "if let Ok(z) = env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\") { c.get(format!(\"http://api.{z}\")).send(); }",
        &["http://api.$ZONE"],
    ),
    (
        "",
        "let Ok(z) = env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\") else { return }; c.get(format!(\"http://api.{z}\")).send();",
        &["http://api.$ZONE"],
    ),
    (
        "",
        "c.get(concat!(\"http://api/\", env!(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\"))).send();",
        &["http://api/?"],
    ),
    (
        "",
        "let z = option_env!(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\").unwrap_or(\"local\"); c.get(format!(\"http://api/{z}\")).send();",
        &["http://api/?"],
    ),
    (
        "",
        "c.get(env!(\"API_URL\")).send(); c.get(option_env!(\"API_URL\").unwrap_or(\"http://other\")).send();",
        &[],
    ),
    (
        "static ZONE: LazyLock<String> = LazyLock::new(|| env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\").unwrap());",
        "c.get(format!(\"http://api.{}\", *ZONE)).send();",
        &["http://api.$ZONE"],
    ),
    (
        "fn zone() -> String { env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\").unwrap() }",
        "c.get(format!(\"http://api.{}\", zone())).send();",
        &["http://api.$ZONE"],
    ),
    (
        "fn setting(name: &str) -> String { env::var(name).unwrap() }",
        "c.get(format!(\"{}/x\", setting(\"API_URL\"))).send();",
        &["${API_URL}/x"],
    ),
    (
        "fn url(service: &str, path: &str) -> String { format!(\"http://{service}/{path}\") }",
        "c.get(url(\"api\", \"x\")).send(); c.get(url(\"api\", \"y\")).send();",
        &["http://api/x", "http://api/y"],
    ),
    (
        "",
        "let base = env::var(\"API_URL\")?; c.get(format!(\"{base}/x\")).send();",
        &["${API_URL}/x"],
    ),
    (
        "",
        "let u = Url::parse(&env::var(\"API_URL\")?)?.join(\"/x\")?; c.get(u).send();",
        &["${API_URL}/x"],
    ),
];

const STORED: &[Form] = &[
    (
        "struct Config { api: String } impl Config { fn read() -> Self { Self { api: env::var(\"API_URL\").unwrap() } } }",
        "let config = Config::read(); c.get(format!(\"{}/x\", config.api)).send();",
        &["${API_URL}/x"],
    ),
    (
        "#[derive(Parser)] struct Config { #[arg(long, env = \"API_URL\", default_value = \"http://api\")] api: String }",
        "let config = Config::parse(); c.get(format!(\"{}/x\", config.api)).send();",
        &["${API_URL}/x"],
    ),
    (
        "struct Api { base: String } impl Api { fn new(base: String) -> Self { Self { base } } \
         fn url(&self, path: &str) -> String { format!(\"{}{path}\", self.base) } \
         async fn get(&self) { self.http.get(self.url(\"/x\")).send(); } } struct Other { base: String } \
         impl Other { fn new() -> Self { Self { base: \"https://example.com\".into() } } }",
        "Api::new(\"http://api\".to_string()).get(); Other::new();",
        &["http://api/x"],
    ),
    (
        "struct State { config: Arc<Config> } struct Config { api: String } \
         async fn page(State(state): State<Arc<State>>) { c.get(format!(\"{}/x\", state.config.api)).send(); }",
        "Config { api: \"http://api\".into() }; route(page);",
        &["http://api/x"],
    ),
    // What is read from elsewhere has a default here.
    (
        "#[derive(Debug, serde::Deserialize)] #[serde(default)] struct Settings { api: String } \
         impl Default for Settings { fn default() -> Self { Settings { api: \"http://api\".into() } } } \
         struct App { settings: Settings } impl App { fn get(&self) { c.get(format!(\"{}/x\", self.settings.api)).send(); } }",
        "App { settings: envy::from_env()? }.get();",
        &["${Settings.api}/x"],
    ),
    (
        "#[derive(Deserialize)] struct Settings { api: String } \
         impl Default for Settings { fn default() -> Self { Settings { api: \"http://api\".into() } } }",
        "let settings = envy::prefixed(\"X_\").from_env::<Settings>()?; c.get(format!(\"{}/x\", settings.api)).send(); \
         let settings = from_str::<Settings>(text)?; c.get(format!(\"{}/y\", settings.api)).send();",
        &["${Settings.api}/x", "${Settings.api}/y"],
    ),
    // So it is where nobody knows who reads it.
    (
        "#[derive(Deserialize)] pub struct Settings { pub api: String } \
         impl Default for Settings { fn default() -> Self { Settings { api: \"http://api\".into() } } }",
        "c.get(format!(\"{}/x\", other().api)).send();",
        &["${Settings.api}"],
    ),
    (
        "#[derive(clap::Parser)] struct Config { #[arg(long, default_value = \"http://api\")] api: String }",
        "let config = Config::parse(); c.get(format!(\"{}/x\", config.api)).send();",
        &["${Config.api}/x"],
    ),
    // Two addresses of one client.
    (
        "struct Api { base: String } impl Api { fn get(&self) { c.get(format!(\"{}/x\", self.base)).send(); } }",
        "Api { base: \"http://api\".into() }.get(); Api { base: \"http://api:1\".into() }.get();",
        &["http://api/x | http://api:1/x"],
    ),
];

const NO_URLS: &[Form] = &[
    ("", "info!(\"calling http://api:8080/kudos\");", &[]),
    ("", "println!(\"{}\", \"http://api:8080\");", &[]),
    ("", "bail!(\"api:8080 is not there\");", &[]),
    ("", "let x = \"api:8080\"; log(x);", &[]),
    ("", "assert_eq!(url, \"http://api\");", &[]),
    ("", "if url == \"http://api\" {}", &[]),
    ("", "url.starts_with(\"http://api\");", &[]),
    (
        "",
        "env::var(\"X\").expect(\"http://api has to be set\");",
        &[],
    ),
    ("", "c.get(\"http://apis/x\").send();", &[]),
    ("", "c.get(\"https://api.example.com/x\").send();", &[]),
    ("", "let text = \"see http://api/docs\"; show(text);", &[]),
    ("", "match url { \"http://api\" => 1, _ => 2 };", &[]),
    (
        "/// Calls http://api.\n#[doc = \"http://api\"]\n#[deprecated(note = \"http://api\")]\nfn f() {}",
        "// http://api",
        &[],
    ),
    (
        "#[cfg(test)] mod tests { const U: &str = \"http://api\"; }",
        "",
        &[],
    ),
    (
        "#[test] fn t() { c.get(\"http://api/x\").send(); }",
        "",
        &[],
    ),
    // What nothing reads is no call.
    ("const UNUSED: &str = \"http://api\";", "", &[]),
    ("fn unused() -> String { \"http://api\".into() }", "", &[]),
    ("pub(crate) fn unused() { get(\"http://api\"); }", "", &[]),
    (
        "struct A; impl A { fn unused(&self) { get(\"http://api\"); } }",
        "",
        &[],
    ),
    // What is public may be called from elsewhere.
    (
        "pub async fn open() { get(\"http://api\"); }",
        "",
        &["http://api"],
    ),
    (
        "pub struct A; impl A { pub fn open(&self) { get(\"http://api\"); } }",
        "",
        &["http://api"],
    ),
    (
        "struct S { url: String }",
        "S { url: \"http://api\".into() };",
        &[],
    ),
];

/// Texts that are changed, or that are pieces of others.
const CHANGED: &[Form] = &[
    (
        "",
        "let mut url = String::from(\"http://api\"); url.push_str(\":8080/items\"); c.get(&url).send();",
        &[],
    ),
    (
        "",
        "let mut url = String::from(\"http://api:8080\"); url.push_str(\"/items\"); c.get(&url).send();",
        &["http://api:8080/?"],
    ),
    (
        "",
        "let mut url = Url::parse(\"http://api:8080/x\")?; url.query_pairs_mut().append_pair(\"a\", \"b\"); c.get(url).send();",
        &["http://api:8080/x?"],
    ),
    (
        "",
        "let mut url = Url::parse(\"http://api\")?; url.set_port(Some(8080)).unwrap(); c.get(url).send();",
        &[],
    ),
    (
        "",
        "let mut url = \"http://api/x\".to_owned(); if let Ok(other) = other() { url = other; } c.get(url).send();",
        &["http://api/x"],
    ),
    (
        "",
        "let mut url = \"http://api\".to_owned(); url = add(url); c.get(url).send();",
        &[],
    ),
    // What a function is given and then changes.
    (
        "fn f(mut url: String) -> String { url.push_str(\"/v1\"); format!(\"{url}/x\") }",
        "c.get(f(\"http://api:8080\".to_owned())).send();",
        &["http://api:8080"],
    ),
    // A port may follow on a host; on a port, what is not known is a path.
    ("", "c.get(format!(\"http://api{p}/x\")).send();", &[]),
    (
        "",
        "c.get(format!(\"http://api:80{p}\")).send();",
        &["http://api:80/?"],
    ),
    (
        "",
        "c.get([\"http://api\", \":8080\", \"/x\"].concat()).send(); c.get(vec![\"http:/\", \"api\", \"y\"].join(\"/\")).send();",
        &["http://api:8080/x", "http://api/y"],
    ),
    (
        "",
        "c.get([\"http://api\", \".example.com\"].concat()).send(); c.get(\"http://api\".to_owned() + \".example.com\").send(); \
         c.get(\"http://api\".replace(\"api\", \"x\")).send();",
        &[],
    ),
    (
        "",
        "[c.get(\"http://api/1\").send(), c.get(\"http://api/2\").send()].join().await;",
        &["http://api/1", "http://api/2"],
    ),
];

/// What a variable of the task decides; where it is not known, there is one text that is not.
const CHOSEN: &[Form] = &[
    (
        "",
        "let u = if let Ok(u) = env::var(\"API_URL\") { u } else { \"http://api:80\".into() }; c.get(format!(\"{u}/x\")).send();",
        &["${API_URL}/x"],
    ),
    (
        "",
        "let u = match env::var(\"API_URL\") { Ok(u) => u, Err(_) => { warn!(\"not set\"); \"http://api:80\".into() } }; \
         c.get(format!(\"{u}/x\")).send();",
        &["${API_URL}/x"],
    ),
    (
        "",
        "let u = env::var(\"API_URL\").or_else(|_| env::var(\"API\")).unwrap_or_else(|_| \"http://api:80\".into()); c.get(format!(\"{u}/x\")).send();",
        &["${API_URL}/x"],
    ),
    (
        "",
        "let u = env::var(\"API_URL\").map(|u| u.to_string()).unwrap_or_else(|_| \"http://api:80\".into()); c.get(format!(\"{u}/x\")).send();",
        &["${API_URL}/x"],
    ),
    (
        "",
        "let u = env::var(\"API_URL\").map(|u| u + \"/y\").unwrap_or_else(|_| \"http://api:80\".into()); c.get(format!(\"{u}/x\")).send();",
        &[],
    ),
    (
        "",
        "let u = env::var(\"API_URL\").map_or(\"http://api:80\".into(), |u| u); c.get(format!(\"{u}/x\")).send();",
        &["${API_URL}/x"],
    ),
    (
        "",
        "let z = match env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\") { Ok(z) => format!(\"api.{z}:80\"), Err(_) => \"localhost\".into() }; \
         c.get(format!(\"http://{z}/x\")).send();",
        &["http://api.$ZONE:80/x"],
    ),
    // Of what decides nothing is known.
    (
        "",
        "let u = match kind { \"a\" => \"http://api/a\", _ => \"http://api/b\" }; c.get(u).send();",
        &["http://api/a", "http://api/b"],
    ),
];

#[test]
fn the_environment_decides() {
    let zone =
        "match stage.as_str() { \"prod\" | \"live\" => \"http://api.prod\", _ => \"http://api\" }";
    let stage = "env::var(\"COPILOT_ENVIRONMENT_NAME\")";
    for body in [
        format!("let stage = {stage}?; c.get(format!(\"{{}}:8080/x\", {zone})).send();"),
        format!(
            "let url = {}; c.get(format!(\"{{url}}:8080/x\")).send();",
            zone.replace("stage", &format!("{stage}?"))
        ),
        format!(
            "let url = match {stage}.as_deref() {{ Ok(\"prod\") => \"http://api.prod\", Ok(_) => \"http://api\", Err(_) => panic!() }}; c.get(format!(\"{{url}}:8080/x\")).send();"
        ),
        format!(
            "let url = if {stage}? == \"prod\" {{ \"http://api.prod\" }} else {{ \"http://api\" }}; c.get(format!(\"{{url}}:8080/x\")).send();"
        ),
    ] {
        let files = [source(
            "src/main.rs",
            &format!("async fn main() {{ {body} }}"),
        )];
        let texts = |url: &HandBuilt| {
            ["prod", "test"].map(|stage| url.text(&url.variants[0], &|_| Some(stage.to_owned())))
        };
        let reading = Reading::of([&files[..]]);
        let urls = reading.find(&|_, url| texts(url)[0].contains("://"));
        let found: Vec<_> = urls[0].found.iter().map(texts).collect();
        assert_eq!(
            found,
            [["http://api.prod:8080/x", "http://api:8080/x"]],
            "{body}"
        );
    }
}

#[test]
fn a_slash_at_the_end_of_a_variable_is_trimmed() {
    let files = [source(
        "src/main.rs",
        "fn main() { let base = env::var(\"API_URL\").unwrap(); c.get(format!(\"{}/x\", base.trim_end_matches('/'))).send(); }",
    )];
    let reading = Reading::of([&files[..]]);
    let urls = reading.find(&|_, url| matches!(url.position, Position::Request(..)));
    let url = &urls[0].found[0];
    let text = url.text(&url.variants[0], &|_| Some("http://api/".to_owned()));
    assert_eq!(text, "http://api/x");
}

/// Names that are also those of something else.
const NAMESAKES: &[Form] = &[
    (
        "const BASE: &str = \"http://api\";",
        "c.get(format!(\"{}/x\", common::BASE)).send(); c.get(BASE);",
        &["http://api"],
    ),
    (
        "use common::BASE; mod urls { pub const BASE: &str = \"http://api\"; }",
        "c.get(format!(\"{BASE}/x\")).send();",
        &["http://api"],
    ),
    (
        "use urls::*; mod urls { pub const BASE: &str = \"http://api\"; }",
        "c.get(BASE).send();",
        &["http://api"],
    ),
    (
        "use urls::BASE as URL; mod urls { pub use inner::BASE; mod inner { pub const BASE: &str = \"http://api\"; } }",
        "c.get(URL).send();",
        &["http://api"],
    ),
    (
        "mod a { pub const BASE: &str = \"http://api/a\"; } mod b { pub const BASE: &str = \"http://api/b\"; }",
        "c.get(crate::a::BASE).send(); c.get(b::BASE).send();",
        &["http://api/a", "http://api/b"],
    ),
    (
        "fn base_url() -> String { \"http://api\".into() }",
        "c.get(format!(\"{}/x\", common::base_url())).send(); c.get(format!(\"{}/y\", self::base_url())).send();",
        &["http://api/y"],
    ),
    (
        "trait Named { const HOST: &'static str; } struct A; impl Named for A { const HOST: &'static str = \"http://api\"; } \
         fn call<N: Named>() { c.get(format!(\"{}/x\", N::HOST)).send(); }",
        "call::<A>(); c.get(A::HOST).send();",
        &["http://api"],
    ),
    (
        "struct Shop; impl Shop { fn url(&self) -> String { \"http://api\".into() } }",
        "let other = make(); c.get(format!(\"{}/x\", other.url())).send();",
        &["http://api"],
    ),
    (
        "struct Shop { name: String } impl Shop { fn url(&self) -> String { \"http://api\".into() } }",
        "let shop = Shop { name: name() }; c.get(format!(\"{}/y\", shop.url())).send();",
        &["http://api/y"],
    ),
    // A field of a struct of which it is not known which one it is.
    (
        CONFIGURED,
        "let stripe = load(); c.get(format!(\"{}/x\", stripe.base)).send(); \
         let other = elsewhere(); c.get(format!(\"{}/x\", other.base)).send(); Config::new();",
        &["http://api"],
    ),
    (
        CONFIGURED,
        "let config: Config = other(); c.get(format!(\"{}/x\", config.base)).send(); Config::new();",
        &["http://api/x"],
    ),
    (
        "struct App { config: Config, stripe: Stripe } struct Stripe { base: String } struct Config { base: String } \
         fn page(State(app): State<App>) { let config = &app.config; let stripe = app.stripe.clone(); \
         c.get(format!(\"{}/x\", config.base)).send(); c.get(format!(\"{}/y\", stripe.base)).send(); }",
        "Config { base: \"http://api\".into() }; route(page);",
        &["http://api/x"],
    ),
    (
        "mod config { pub struct Config { pub base: String } } struct Own { config: config::Config, other: common::Config } \
         fn page(own: &Own, config: &config::Config, other: &common::Config) -> config::Config { \
         c.get(format!(\"{}/1\", own.config.base)).send(); c.get(format!(\"{}/2\", config.base)).send(); \
         c.get(format!(\"{}/3\", own.other.base)).send(); c.get(format!(\"{}/4\", other.base)).send(); }",
        "config::Config { base: \"http://api\".into() }; c.get(format!(\"{}/5\", page().base)).send();",
        &["http://api/1", "http://api/2", "http://api/5"],
    ),
    // Functions of one name.
    (
        "mod catalog { pub async fn call(host: &str) { get(format!(\"http://{host}:8080/c\")); } } \
         mod legacy { pub async fn call(host: &str) { get(format!(\"http://{host}:80/l\")); } }",
        "catalog::call(\"api\"); legacy::call(\"apiv2\"); other::call(\"api\");",
        &["http://api:8080/c"],
    ),
];

const CONFIGURED: &str = "struct Config { base: String } impl Config { fn new() -> Self { Self { base: \"http://api\".into() } } } \
     struct Stripe { base: String } fn load() -> Stripe { from_file() }";

#[test]
fn forms_are_followed() {
    for forms in [
        LITERALS, FORMATTED, VARIABLES, STORED, CHANGED, CHOSEN, NAMESAKES, NO_URLS,
    ] {
        for (items, body, expected) in forms {
            assert_eq!(in_main(items, body), *expected, "{items}\n{body}");
        }
    }
}

#[test]
fn what_other_packages_give_is_followed_and_said_once() {
    let library = "pub struct Client { base: String } impl Client { pub fn new(base: String) -> Self { Self { base } } \
                   pub fn get(&self) { c.get(format!(\"{}/x\", self.base)).send(); } }";
    let program = "fn main() { Client::new(\"http://api:8080\".to_owned()).get(); }";
    assert_eq!(found(&[library, program]), ["http://api:8080/x"]);
    let other = "fn main() { Client::new(std::env::var(\"API_URL\").unwrap()).get(); }";
    assert_eq!(
        found(&[library, program, other]),
        ["http://api:8080/x | ${API_URL}/x"]
    );
    let library = "pub mod client { pub fn get(url: &str) { c.get(url).send(); } fn own() { get(\"http://api/own\"); } }";
    let program = "fn main() { common::client::get(\"http://api/x\"); }";
    let other = "use common::client::get; fn main() { get(\"http://api/y\"); }";
    // A function of the same name.
    let third =
        "mod client { pub fn get(url: &str) {} } fn main() { client::get(\"http://api/z\"); }";
    assert_eq!(
        found(&[library, program, other, third])[0],
        "http://api/own | http://api/x | http://api/y"
    );
}

const HELPER: &str = "fn get(host: &str, port: u16, path: &str) { c.get(format!(\"http://{host}:{port}{path}\")).send(); }";

#[test]
fn what_one_call_gives_is_taken_together() {
    let calls = "get(\"api\", 8080, \"/a\"); get(\"api.x\", 80, \"/b\"); get(\"billing\", 8080, \"/b\"); get(\"auth\", 9000, \"/c\");";
    assert_eq!(
        in_main(HELPER, calls),
        ["http://api:8080/a | http://api.x:80/b | http://billing:8080/b | http://auth:9000/c"]
    );
    let stored = "struct Api { host: String, port: u16 } \
                  impl Api { fn new(host: &str, port: u16) -> Self { Self { host: host.to_owned(), port } } \
                  fn get(&self) { c.get(format!(\"http://{}:{}/x\", self.host, self.port)).send(); } }";
    assert_eq!(
        in_main(
            stored,
            "Api::new(\"api\", 8080).get(); Api { host: \"auth\".into(), port: 9000 }.get();"
        ),
        ["http://api:8080/x | http://auth:9000/x"]
    );
}

#[test]
fn who_is_given_a_function_may_give_it_anything() {
    let get = "fn get(url: &str) { c.get(url).send(); } struct Api; impl Api { fn new(url: &str) { c.get(url).send(); } }";
    let calls = "get(\"http://api/x\"); all.map(Arc::new); Api::new(\"http://api/y\");";
    assert_eq!(in_main(get, calls), ["http://api/x", "http://api/y"]);
    let given = calls.to_owned() + "urls.into_iter().for_each(get);";
    assert_eq!(in_main(get, &given), ["http://api/x | ?", "http://api/y"]);
}

#[test]
fn all_calls_are_looked_at_or_one_is_not_known() {
    let calls = |count: usize| -> String {
        let call = |index| match index {
            18 => "get(\"api\", 80, \"/i\");".to_owned(),
            // Some are the same.
            index => format!("get(\"api\", 8080, \"/{}\");", index / 2),
        };
        (0..count).map(call).collect()
    };
    let few = in_main(HELPER, &calls(40));
    assert!(
        few[0].contains("http://api:80/i") && !few[0].contains('?'),
        "{few:?}"
    );
    let many = in_main(HELPER, &calls(1000));
    assert!(many[0].ends_with(" | ?"), "{many:?}");
}

/// Each was read as often as its calls have ways through it.
#[test]
fn what_calls_itself_is_followed_once() {
    let arm = |index: usize| format!("{index} => walk(&format!(\"{{url}}/{index}\"), {index}),");
    let arms: String = (0..9).map(arm).collect();
    let walk = format!(
        "fn walk(url: &str, kind: u8) {{ c.get(url).send(); match kind {{ {arms} _ => () }} }}"
    );
    let found = in_main(&walk, "walk(\"http://api\", 0);");
    assert!(found[0].starts_with("http://api/0 | http://api/1 | "));
    assert!(found[0].ends_with(" | http://api"));
    let again = "fn fetch(url: &str, tries: u8) { c.get(url).send(); fetch(url, tries - 1); }";
    assert_eq!(
        in_main(again, "fetch(\"http://api/x\", 3);"),
        ["http://api/x"]
    );
    let twice = |index: usize| {
        format!(
            "fn f{index}(x: &str) -> String {{ format!(\"{{}}{{}}{{}}\", f{0}(x), f{0}(x), f{0}(x)) }} \
             fn g{index}(x: &str) -> String {{ g{0}(&format!(\"{{x}}{{x}}{{x}}\")) }}",
            index - 1
        )
    };
    let mut items: String = (1..12).map(twice).collect();
    items += "fn f0(x: &str) -> String { x.to_owned() } fn g0(x: &str) -> String { x.to_owned() }";
    in_main(
        &items,
        "c.get(f11(\"http://api/\")).send(); c.get(g11(\"http://api/\")).send();",
    );
}

#[test]
fn what_goes_round_in_circles_ends() {
    let items = "fn a() -> String { b() } fn b() -> String { format!(\"{}{}\", a(), a()) } \
                 const A: &str = B; const B: &str = A; struct S { x: String } impl S { fn f(&self) -> S { S { x: self.x.clone() } } }";
    let body =
        "c.get(a()).send(); c.get(A).send(); c.get(&s.f().x).send(); let x = x; c.get(x).send();";
    assert!(in_main(items, body).is_empty());
}

#[test]
fn tests_are_left_alone() {
    let files = [source(
        "tests/api.rs",
        "fn f() { c.get(\"http://api\").send(); }",
    )];
    let reading = Reading::of([&files[..]]);
    assert!(reading.find(&|_, _| true)[0].found.is_empty());
}

/// The URLs of requests in `main` as a patch would write them there: `{code}`, and `{!}` where it cannot.
fn written(items: &str, body: &str) -> Vec<String> {
    fn of(parts: &[Part], spot: Spot) -> String {
        let of = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Expression(expression) => match &expression.known {
                _ if expression.spot == spot && !expression.code.is_empty() => {
                    format!("{{{}}}", expression.code)
                }
                Some(known) => of(known, spot),
                None => "{!}".to_owned(),
            },
            Part::Variable(..) | Part::Origin(_) | Part::Trimmed(_) | Part::Chosen(..) => {
                "{!}".to_owned()
            }
        };
        parts.iter().map(of).collect()
    }
    let files = [source(
        "src/main.rs",
        &format!("{items}\nasync fn main() {{\n{body}\n}}\n"),
    )];
    let reading = Reading::of([&files[..]]);
    let urls = reading.find(&|_, url| matches!(url.position, Position::Request(..)));
    let found = urls.iter().flat_map(|urls| &urls.found);
    let all = found.flat_map(|url| {
        let variants = url.variants.iter();
        variants.map(|variant| of(bare(variant), url.spot))
    });
    all.collect()
}

const PATH: &str = "fn v(path: &str) -> String { format!(\"http://api/{path}\") }";
const TWICE: &str = "fn u(id: &str) -> String { format!(\"http://api/{id}/{id}\") }";
const NUMBER: &str = "fn n(id: u8) -> String { format!(\"http://api/{id}\") }";

/// Items, an expression in the body of a function, and the URL as a patch would write it.
const WRITTEN: &[(&str, &str, &str)] = &[
    // A sum is a number, and added to a text it is text.
    (
        "fn u(page: u32) -> String { format!(\"http://api/?page={page}\") }",
        "u(page + 1)",
        "http://api/?page={page + 1}",
    ),
    (
        "",
        "format!(\"http://api:{}/x\", 80 + 80)",
        "http://api:{80 + 80}/x",
    ),
    (
        "",
        "\"http://api/\".to_string() + &(x + y).to_string()",
        "http://api/{x + y}",
    ),
    (
        "struct S { base: String } fn u(base: String, path: &str) -> String { base + path }",
        "u(\"http://api/\".into(), path)",
        "http://api/{path}",
    ),
    (
        "fn base() -> String { \"http://api\".into() }",
        "base() + path",
        "{base()}{path}",
    ),
    // What is given to a function is kept with all that is done to it.
    (PATH, "v(name.trim())", "http://api/{name.trim()}"),
    (PATH, "v(&name)", "http://api/{name}"),
    (PATH, "v(&am().await?)", "http://api/{am().await?}"),
    (
        PATH,
        "v(&nm().unwrap_or_default())",
        "http://api/{nm().unwrap_or_default()}",
    ),
    (
        PATH,
        "v(all.next().unwrap())",
        "http://api/{all.next().unwrap()}",
    ),
    (PATH, "v(&format!(\"a/{x}\"))", "http://api/a/{x}"),
    (NUMBER, "n(big as u8)", "http://api/{big as u8}"),
    (NUMBER, "n(1 + 2)", "http://api/{1 + 2}"),
    (
        "",
        "\"http://api/\".to_owned() + name.trim()",
        "http://api/{name.trim()}",
    ),
    (
        "",
        "Url::parse(\"http://api/\")?.join(s.trim())?",
        "http://api/{!}",
    ),
    // Which type it is of is known only where it stands.
    (NUMBER, "n(s.parse()?)", "http://api/{!}"),
    (
        NUMBER,
        "n(s.parse::<u8>()?)",
        "http://api/{s.parse::<u8>()?}",
    ),
    (PATH, "v(name.as_ref())", "http://api/{!}"),
    (PATH, "v(name.into())", "http://api/{!}"),
    // What is done inside of the function is done to it too.
    (
        "fn v(path: &str) -> String { format!(\"http://api/{}\", path.trim()) }",
        "v(name)",
        "http://api/{!}",
    ),
    (
        "fn v(path: Option<&str>) -> String { format!(\"http://api/{}\", path.unwrap()) }",
        "v(name)",
        "http://api/{!}",
    ),
    (
        "fn v(path: &str) -> String { format!(\"http://api/{}\", path.trim()) }",
        "v(&format!(\" {x}/{y}/ \"))",
        "http://api/{x}/{y}/",
    ),
    (
        "fn v(path: &str) -> String { format!(\"http://api/{}\", path.trim()) }",
        "v(&format!(\"{x}/{y}\"))",
        "http://api/{!}/{!}",
    ),
    // What is evaluated once is written once.
    (TWICE, "u(all.next().unwrap())", "http://api/{!}/{!}"),
    (
        TWICE,
        "u(&format!(\"{}{x}\", next()))",
        "http://api/{!}{!}/{!}{!}",
    ),
    (
        TWICE,
        "u(&name.trim())",
        "http://api/{name.trim()}/{name.trim()}",
    ),
    // What is parsed is another text, unless it is written as numbers are.
    (NUMBER, "n(\"8\".parse()?)", "http://api/8"),
    (NUMBER, "n(\"08\".parse()?)", "http://api/{!}"),
    // What is trimmed is a slash, or is not known.
    (
        "",
        "\"http://api/x\".trim_end_matches(\"x\").to_owned() + \"/y\"",
        "{\"http://api/x\".trim_end_matches(\"x\")}/y",
    ),
    (
        "",
        "\"http://api//\".trim_end_matches('/').to_owned() + \"/y\"",
        "http://api/y",
    ),
    (
        "",
        "format!(\"{}/y\", format!(\"http://api/{x}\").trim_end_matches('/'))",
        "{format!(\"http://api/{x}\").trim_end_matches('/')}/y",
    ),
    (
        "fn v(base: String) -> String { format!(\"{}/y\", base.trim_end_matches('/')) }",
        "v(format!(\"http://api/{x}\"))",
        "http://api/{!}/y",
    ),
];

#[test]
fn what_is_written_is_what_the_source_gives() {
    for (items, expression, expected) in WRITTEN {
        let body = format!("c.get({expression}).send();");
        assert_eq!(written(items, &body), [*expected], "{items}\n{body}");
    }
}
