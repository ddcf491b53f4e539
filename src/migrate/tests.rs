//! What is proposed for each form, and what is said where nothing is.

use std::collections::HashSet;
use std::fs;

use service_connect_codegen::urls::Names;
use tempfile::TempDir;

use super::client::Clients;
use super::propose::Proposal;
use super::stub::Types;
use super::{apply, look};
use crate::context::Context;
use crate::judge::Judge;
use crate::options::Selection;
use crate::scan::Package;
use crate::scan::urls::Reading;
use crate::scan::urls::tests::source;

/// An application with `api` on 8080, `cache` on 6379, `safe` on 443 and `mail`, which nothing can call, and its environments `prod` and
/// `test`; `api` has Service Connect off in `prod`.
fn application() -> (TempDir, Context) {
    let directory = TempDir::new().unwrap();
    let backend = |name: &str, port: u16| {
        format!(
            "name: {name}\ntype: Backend Service\nimage: {{build: Dockerfile, port: {port}}}\nnetwork:\n  connect: true\n"
        )
    };
    let files = [
        ("copilot/.workspace", "application: shop\n".to_owned()),
        (
            "copilot/environments/prod/manifest.yml",
            "name: prod\ntype: Environment\n".to_owned(),
        ),
        (
            "copilot/environments/test/manifest.yml",
            "name: test\ntype: Environment\n".to_owned(),
        ),
        (
            "copilot/api/manifest.yml",
            backend("api", 8080) + "environments:\n  prod:\n    network:\n      connect: false\n",
        ),
        ("copilot/cache/manifest.yml", backend("cache", 6379)),
        ("copilot/safe/manifest.yml", backend("safe", 443)),
        (
            "copilot/mail/manifest.yml",
            "name: mail\ntype: Worker Service\nimage: {build: Dockerfile}\n".to_owned(),
        ),
        (
            "copilot/web/manifest.yml",
            backend("web", 80)
                + "variables:\n  API_URL: http://api:8080\n  API_V1: http://api:8080/v1/\n  \
                   PARTNER: http://api:8080\n  SECURED: http://api:8080\nsecrets:\n  BY_SECRET: /shop/api\nenvironments:\n  prod:\n    \
                   variables: {PARTNER: \"https://api.partner.example.com\", SECURED: \"http://me:secret@api:8080\"}\n",
        ),
    ];
    for (file, text) in files {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let context = Context::open(&Selection {
        directory: directory.path().to_owned(),
        app: None,
        environments: Vec::new(),
    });
    (directory, context.unwrap())
}

/// What is said of a source of `web`, the source with the changes, and the advice.
fn migrated(context: &Context, text: &str) -> (Vec<String>, String, Vec<String>) {
    migrated_beside(context, text, "")
}

/// The same with the source of another package of the workspace.
fn migrated_beside(
    context: &Context,
    text: &str,
    other: &str,
) -> (Vec<String>, String, Vec<String>) {
    let package = Package {
        name: "web".to_owned(),
        library: "web".to_owned(),
        callers: vec!["web".to_owned()],
        runs_as: vec!["web".to_owned()],
        tls: false,
        clients: Some(Vec::new()),
        files: vec![source("web/src/main.rs", text)],
    };
    let names = Names::of(context.application());
    let types = Types::of_all(context.application());
    let judge = Judge::new(context, &names, &package);
    let others = [source("common/src/lib.rs", other)];
    let reading = Reading::of([&package.files[..], &others]);
    let urls = reading.find(&|package, url| package == 0 && judge.verdict(url).is_some());
    let all: Vec<_> = urls.iter().collect();
    let clients = Clients::of(&all, &["web", "common"]);
    let (found, edits) = look(
        context,
        &package,
        &judge,
        &types,
        &urls[0],
        (&clients, 0),
        &HashSet::new(),
    );
    let told = found.iter().flat_map(|found| &found.told);
    let told = told.map(|told| format!("{}: {}", told.finding.code, told.finding.message));
    let advice = found.iter().filter_map(|found| match &found.proposal {
        Proposal::Advice(advice) => Some(advice.clone()),
        Proposal::Edits(_) => None,
    });
    (told.collect(), apply(text, 0, &edits), advice.collect())
}

/// The body of a function that returns `anyhow::Result`, before and after.
const PROPOSED: &[(&str, &str)] = &[
    (
        "client.get(format!(\"http://api.{}/kudos/{}\", endpoint, id)).send().await?;",
        "Api::get(format!(\"/kudos/{id}\")).send().await?;",
    ),
    (
        "client.get(\"http://api:8080\").send().await?;",
        "Api::get(\"/\").send().await?;",
    ),
    (
        "client.get(\"http://api:8080/x?y=1\").send().await?;",
        "Api::get(\"/x?y=1\").send().await?;",
    ),
    (
        "let it = client\n        .post(\"http://api/x\")\n        .header(\"a\", \"b\")\n        .json(&it)\n        .send()\n        .await?\n        .text()\n        .await?;",
        "let it = Api::post(\"/x\")\n        .header(\"a\", \"b\")\n        .json(&it)\n        .send()\n        .await?\n        .text()\n        .await?;",
    ),
    (
        "reqwest::get(\"http://api/x\").await?.json::<u8>().await?;",
        "Api::get(\"/x\").await?.json::<u8>().await?;",
    ),
    (
        "client.request(Method::PUT, format!(\"http://api/{}\", self::name(id))).send().await?;",
        "Api::request(Method::PUT, format!(\"/{}\", self::name(id))).send().await?;",
    ),
    // The width of a number stays, braces too.
    (
        "client.get(format!(\"http://api/{id:>4}/{{x}}\")).send().await?;",
        "Api::get(format!(\"/{id:>4}/{{x}}\")).send().await?;",
    ),
    // What is unused then goes too.
    (
        "let zone = env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\")?;\n    let url = format!(\"http://api.{zone}:8080/x\");\n    let answer = client.get(&url).send().await?;\n    Ok(answer.status())",
        "let url = \"/x\";\n    let answer = Api::get(&url).send().await?;\n    Ok(answer.status())",
    ),
    (
        "let base = \"http://api\";\n    client.get(format!(\"{base}/{id}\")).send().await?;",
        "Api::get(format!(\"/{id}\")).send().await?;",
    ),
    // A path that stands on its own.
    (
        "client.get(format!(\"http://api:80{path}\")).send().await?;",
        "Api::get(path).send().await?;",
    ),
    (
        "client.get(format!(\"{}{PATH}\", env::var(\"API_URL\")?)).send().await?;",
        "Api::get(PATH).send().await?;",
    ),
    // The manifest's path of a variable is a part of it.
    (
        "client.get(env::var(\"API_V1\")? + \"x\").send().await?;",
        "Api::get(\"/v1/x\").send().await?;",
    ),
    // The URL goes elsewhere.
    (
        "let url = format!(\"http://api/{id}\");\n    info!(\"{url}\");\n    client.get(url).send().await?;",
        "let url = Api::url(format!(\"/{id}\"))?;\n    info!(\"{url}\");\n    client.get(url).send().await?;",
    ),
    (
        "let api = Other::new(\"http://api:8080\".to_string());",
        "let api = Other::new(Api::base_url()?);",
    ),
    (
        "let api = Other::new(env::var(\"API_URL\")?);",
        "let api = Other::new(Api::base_url()?);",
    ),
    (
        "let api = Other { url: format!(\"http://api/{}\", id) };",
        "let api = Other { url: Api::url(format!(\"/{id}\"))? };",
    ),
    (
        "let url = Url::parse(\"http://api/x\")?;\n    other(url);",
        "let url = Url::parse(&Api::url(\"/x\")?)?;\n    other(url);",
    ),
    (
        "ureq::get(\"http://api/x\").call()?;",
        "ureq::get(&Api::url(\"/x\")?).call()?;",
    ),
    // What reqwest has and we have not.
    (
        "client.post(\"http://api/x\").multipart(form).send().await?;",
        "client.post(&Api::url(\"/x\")?).multipart(form).send().await?;",
    ),
    (
        "let answer = client.get(\"http://api/x\").send().await?;\n    other(answer);",
        "let answer = client.get(&Api::url(\"/x\")?).send().await?;\n    other(answer);",
    ),
    (
        "let answer = client.get(\"http://api/x\").send().await?;\n    answer.remote_addr();",
        "let answer = client.get(&Api::url(\"/x\")?).send().await?;\n    answer.remote_addr();",
    ),
    (
        "let error = client.get(\"http://api/x\").send().await.unwrap_err();\n    other(error);",
        "let error = client.get(&Api::url(\"/x\")?).send().await.unwrap_err();\n    other(error);",
    ),
    (
        "client.get(\"http://api/x\").send().await.map_err(Failed::Http)?;",
        "client.get(&Api::url(\"/x\")?).send().await.map_err(Failed::Http)?;",
    ),
    (
        "let answer: reqwest::Response = client.get(\"http://api/x\").send().await?;\n    answer.status();",
        "let answer: reqwest::Response = client.get(&Api::url(\"/x\")?).send().await?;\n    answer.status();",
    ),
    (
        "blocking.get(\"http://api/x\").send()?.text()?;",
        "blocking.get(&Api::url(\"/x\")?).send()?.text()?;",
    ),
    (
        "Client::builder().build()?.get(\"http://api/x\").send().await?;",
        "Client::builder().build()?.get(&Api::url(\"/x\")?).send().await?;",
    ),
    // What is sent by a blocking client, and is not by a future that is dropped.
    (
        "let _ = client.post(\"http://api/x\").send();",
        "let _ = client.post(&Api::url(\"/x\")?).send();",
    ),
    (
        "client.post(\"http://api/x\").send();",
        "client.post(&Api::url(\"/x\")?).send();",
    ),
    (
        "join!(reqwest::get(\"http://api/x\"), other());",
        "join!(reqwest::get(Api::url(\"/x\")?), other());",
    ),
    // A client of which it is not known what it sends.
    (
        "own().get(\"http://api/x\").send().await?;",
        "own().get(&Api::url(\"/x\")?).send().await?;",
    ),
    (
        "let client = own(); client.get(\"http://api/x\").send().await?;",
        "let client = own(); client.get(&Api::url(\"/x\")?).send().await?;",
    ),
    // What both have.
    (
        "match client.get(\"http://api/x\").send().await {\n        Ok(answer) if answer.status().is_success() => answer.text().await?,\n        Ok(_) => return Ok(()),\n        Err(error) => bail!(\"{error} {}\", error.is_timeout()),\n    }",
        "match Api::get(\"/x\").send().await {\n        Ok(answer) if answer.status().is_success() => answer.text().await?,\n        Ok(_) => return Ok(()),\n        Err(error) => bail!(\"{error} {}\", error.is_timeout()),\n    }",
    ),
    (
        "if let Ok(answer) = client.get(\"http://api/x\").send().await {\n        show(answer.status());\n    }",
        "if let Ok(answer) = Api::get(\"/x\").send().await {\n        show(answer.status());\n    }",
    ),
    (
        "client.get(\"http://api/x\").send().await.map_err(|e| Failed(e.to_string()))?;",
        "Api::get(\"/x\").send().await.map_err(|e| Failed(e.to_string()))?;",
    ),
    // What is not HTTP.
    (
        "TcpStream::connect(\"cache:6379\").await?;",
        "TcpStream::connect(&Cache::authority()?).await?;",
    ),
    (
        "TcpStream::connect((\"cache\", 6379)).await?;",
        "TcpStream::connect(Cache::authority()?).await?;",
    ),
    (
        "redis::Client::open(\"redis://cache:6379/0\")?;",
        "redis::Client::open(format!(\"redis://{}/0\", Cache::authority()?))?;",
    ),
];

fn in_function(body: &str) -> String {
    format!(
        "use reqwest::{{Client, Method}};\nconst PATH: &str = \"/x\";\nasync fn main(client: &Client, path: &str, id: u64, endpoint: String, m: Method) -> anyhow::Result<()> {{\n    {body}\n}}\n"
    )
}

#[test]
fn calls_are_typed_and_nothing_else_changes() {
    let (_directory, context) = application();
    for (before, after) in PROPOSED {
        let unclear = before.contains("api.{}");
        let before = if unclear {
            before.replace(
                "endpoint,",
                "env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\")?,",
            )
        } else {
            (*before).to_owned()
        };
        let (told, changed, advice) = migrated(&context, &in_function(&before));
        assert_eq!(changed, in_function(after), "{told:#?} {advice:#?}");
        assert!(!told.is_empty() && advice.is_empty(), "{before}");
    }
}

/// A source, and what the advice has in it.
const ADVISED: &[(&str, &str)] = &[
    // TLS is neither taken away nor added.
    (
        "async fn main() -> anyhow::Result<()> { reqwest::get(\"https://api:8080/x\").await?; }",
        "the URL is one of `https`, and the type calls `api` by `http`",
    ),
    (
        "async fn main() -> anyhow::Result<()> { reqwest::get(\"http://safe:443/x\").await?; }",
        "the URL is one of `http`, and the type calls `safe` by `https`",
    ),
    (
        "async fn main() { client.get(\"http://api/x\").send().await.unwrap().remote_addr(); reqwest::a(); }",
        "returns no `Result`",
    ),
    (
        "struct Failed; async fn main() -> Result<(), Failed> { client.get(\"http://api/x\").send().await?; reqwest::a(); }",
        "`Failed` is made from no `service_connect::Error`: add `impl From",
    ),
    (
        "async fn main() -> Result<(), reqwest::Error> { client.get(\"http://api/x\").send().await?; }",
        "`reqwest::Error` is made from no `service_connect::Error`: let `main` return `service_connect::Error`, or",
    ),
    (
        "const API: &str = \"http://api\"; fn main() { Other::new(API); }",
        "returns no `Result`",
    ),
    (
        "fn main() -> anyhow::Result<()> { other(|| get(\"http://api/x\")); }",
        "closure",
    ),
    (
        "async fn main() -> anyhow::Result<()> { other(async { reqwest::get(\"http://api/x\").await?; Ok::<_, reqwest::Error>(()) }); }",
        "`?` stands in a closure or an `async` block",
    ),
    (
        "struct Failed; impl From<service_connect::Error> for Failed {} mod other { pub struct Failed; } \
         async fn main() -> Result<(), Failed> { reqwest::get(\"http://api/x\").await?; }",
        "there are several `Failed`",
    ),
    (
        "struct Failed; impl<E: IsHttp> From<E> for Failed {} async fn main() -> Result<(), Failed> { reqwest::get(\"http://api/x\").await?; }",
        "`Failed` is made from no `service_connect::Error`",
    ),
    (
        "struct Failed; impl<E> From<E> for Failed where Other: Takes<E> {} async fn main() -> Result<(), Failed> { reqwest::get(\"http://api/x\").await?; }",
        "`Failed` is made from no `service_connect::Error`",
    ),
    (
        "struct Failed; impl<E: Into<http::Error>> From<E> for Failed {} async fn main() -> Result<(), Failed> { reqwest::get(\"http://api/x\").await?; }",
        "`Failed` is made from no `service_connect::Error`",
    ),
    (
        "type Result<T> = std::result::Result<T, anyhow::Error>; mod other { pub type Result<T> = std::io::Result<T>; } \
         async fn main() -> Result<()> { reqwest::get(\"http://api/x\").await?; }",
        "it is not known which error",
    ),
    (
        "type Result<T> = std::result::Result<T, anyhow::Error>; \
         async fn main() -> std::io::Result<()> { reqwest::get(\"http://api/x\").await?; }",
        "it is not known which error",
    ),
    (
        "fn main() -> anyhow::Result<()> { get(\"http://mail/x\"); }",
        "a typed call would not compile: ",
    ),
    (
        "async fn main() -> anyhow::Result<()> { reqwest::get(\"http://apj/x\").await?; }",
        "no service is called by that name",
    ),
    (
        "async fn main() -> anyhow::Result<()> { reqwest::get(format!(\"http://api.{zone}/x\")).await?; }",
        "not known from the text",
    ),
    (
        "async fn main() -> anyhow::Result<()> { reqwest::get(env::var(\"CACHE_URL\")?).await?; }",
        "`CACHE_URL` is set by no manifest",
    ),
    (
        "async fn main() -> anyhow::Result<()> { reqwest::get(env::var(\"PARTNER\")?).await?; }",
        "in `prod` it leads to no service",
    ),
    (
        "async fn main() -> anyhow::Result<()> { reqwest::get(env::var(\"SECURED\")?).await?; }",
        "has a user name before it",
    ),
    (
        "async fn main() -> anyhow::Result<()> { reqwest::get(env::var(\"BY_SECRET\").unwrap_or_else(|_| \"http://api:8080\".into())).await?; }",
        "`BY_SECRET` may be set elsewhere, such as by a secret",
    ),
    (
        "async fn main() -> anyhow::Result<()> {\r reqwest::get(\"http://api:8080\").await?; }",
        "a carriage return that ends no line",
    ),
    (
        "struct Api; async fn main() -> anyhow::Result<()> { reqwest::get(\"http://api/x\").await?; }",
        "there is a `Api` already",
    ),
    (
        "use other::Api; async fn main() -> anyhow::Result<()> { reqwest::get(\"http://api/x\").await?; }",
        "`Api` is `other::Api` here",
    ),
    (
        "async fn main() -> anyhow::Result<()> { reqwest::get(\"http://me:secret@api/x\").await?; }",
        "has a user name before it",
    ),
];

#[test]
fn where_it_would_not_compile_it_is_said_why() {
    let (_directory, context) = application();
    for (text, expected) in ADVISED {
        let (_, changed, advice) = migrated(&context, text);
        assert_eq!(changed, *text);
        let is_said = advice.iter().any(|advice| advice.contains(expected));
        assert!(is_said, "{text}: {advice:#?}");
    }
}

#[test]
fn what_a_client_is_set_up_with_is_kept() {
    let (_directory, context) = application();
    let call = "impl Shop { async fn go(&self) -> anyhow::Result<()> { self.http.get(\"http://api/x\").send().await?; } }";
    let run = "fn main() { Shop::go(); }";
    for (before, is_typed) in [
        ("use reqwest::Client; struct Shop { http: Client }", true),
        ("struct Shop { http: reqwest::Client }", true),
        ("use own::Client; struct Shop { http: Client }", false),
        ("struct Shop { http: reqwest::blocking::Client }", false),
        (
            "use reqwest::blocking; struct Shop { http: reqwest::Client }",
            false,
        ),
        (
            "struct Shop { http: reqwest::Client } fn new() { reqwest::Client::builder().user_agent(\"me\"); }",
            false,
        ),
        (
            "use reqwest::ClientBuilder; struct Shop { http: reqwest::Client }",
            false,
        ),
    ] {
        let (_, changed, advice) = migrated(&context, &format!("{before} {call} {run}"));
        let expected = if is_typed {
            "Api::get(\"/x\").send()"
        } else {
            "self.http.get(&Api::url(\"/x\")?).send()"
        };
        assert!(changed.contains(expected), "{changed} {advice:?}");
    }
}

/// Clients that come from elsewhere, and what another package has.
#[test]
fn a_client_is_followed_to_where_it_is_made() {
    let (_directory, context) = application();
    let field = |value: &str| {
        format!(
            "struct Shop {{ http: reqwest::Client }} \
             impl Shop {{ async fn go(&self) -> anyhow::Result<()> {{ self.http.get(\"http://api/x\").send().await?; Ok(()) }} }} \
             fn main() {{ Shop {{ http: {value} }}.go(); }}"
        )
    };
    let parameter = |value: &str| {
        format!(
            "async fn go(http: &reqwest::Client) -> anyhow::Result<()> {{ http.get(\"http://api/x\").send().await?; Ok(()) }} \
             async fn main() {{ go(&{value}).await; }}"
        )
    };
    let method = |value: &str| {
        format!(
            "struct Shop; impl Shop {{ async fn go(&self, http: &reqwest::Client) -> anyhow::Result<()> {{ \
             http.get(\"http://api/x\").send().await?; Ok(()) }} }} async fn main() {{ Shop.go(&{value}).await; }}"
        )
    };
    let builds = "pub fn client() -> reqwest::Client { reqwest::Client::builder().default_headers(h()).build() }";
    let alias = "type C = reqwest::Client; pub fn client() -> C { C::builder().build() }";
    let new = "pub fn client() -> reqwest::Client { reqwest::Client::new() }";
    let starts = "pub fn main() { web::Shop { http: sdk::client() }; reqwest::a(); }";
    for (text, other, is_typed) in [
        (field("reqwest::Client::new()"), "", true),
        (field("reqwest::Client::new()"), new, true),
        // What a package has that this one does not use is its own.
        (field("reqwest::Client::new()"), builds, true),
        (
            field("reqwest::Client::new()") + "use common::C;",
            builds,
            false,
        ),
        (field("common::client()"), builds, false),
        (field("common::client()"), alias, false),
        (field("sdk::client()"), "", false),
        (field("reqwest::Client::new()"), starts, false),
        (parameter("reqwest::Client::new()"), "", true),
        (parameter("common::client()"), builds, false),
        (parameter("sdk::client()"), "", false),
        (method("reqwest::Client::default()"), "", true),
        (method("sdk::client()"), "", false),
    ] {
        let (_, changed, advice) = migrated_beside(&context, &text, other);
        let is = changed.contains("Api::get(\"/x\").send()");
        assert_eq!(is, is_typed, "{changed} {other} {advice:?}");
        let is_kept = changed.contains("http.get(&Api::url(\"/x\")?).send()");
        assert_eq!(is_kept, !is_typed, "{changed} {other} {advice:?}");
    }
}

#[test]
fn errors_that_take_ours_are_known() {
    let (_directory, context) = application();
    let call = "{ reqwest::get(\"http://api/x\").await?; }";
    for signature in [
        "async fn main() -> Result<(), Box<dyn std::error::Error + Send>>",
        "use anyhow::Result; async fn main() -> Result<()>",
        "use eyre::Report; async fn main() -> Result<(), Report>",
        "async fn main() -> service_connect::Result<()>",
        "type Result<T> = std::result::Result<T, anyhow::Error>; async fn main() -> Result<()>",
        "enum Failed { Call(#[from] service_connect::Error) } async fn main() -> Result<(), Failed>",
        "struct Failed; impl From<service_connect::Error> for Failed {} async fn main() -> Result<(), Failed>",
        "struct Failed; impl<E> From<E> for Failed where E: Into<anyhow::Error> {} async fn main() -> Result<(), Failed>",
        "use anyhow::Error; struct Failed; impl<E: Into<Error>> From<E> for Failed {} async fn main() -> Result<(), Failed>",
        "struct Failed; impl<E: std::error::Error + Send + 'static> From<E> for Failed {} async fn main() -> Result<(), Failed>",
        "use std::error::Error; struct Failed; impl<E: Error> From<E> for Failed {} async fn main() -> Result<(), Failed>",
        "struct Failed; impl<E: ToString> From<E> for Failed {} async fn main() -> Result<(), Failed>",
    ] {
        let (_, changed, advice) = migrated(&context, &format!("{signature} {call}"));
        assert!(
            changed.contains("Api::get(\"/x\").await?"),
            "{signature}: {advice:?}"
        );
    }
}

#[test]
fn what_is_wrong_today_is_told_for_each_environment() {
    let (_directory, context) = application();
    let told = |url: &str| {
        let text = format!("async fn main() {{ reqwest::get({url}).await; }}");
        migrated(&context, &text).0
    };
    let off = "url-connect-off: in `prod`, `api` does not resolve: Service Connect is off for service `api`";
    assert_eq!(told("\"http://api:8080/x\""), [off]);
    assert_eq!(
        told("format!(\"{}/x\", env::var(\"API_URL\").unwrap())"),
        [off]
    );
    assert_eq!(
        told("\"http://api/x\""),
        [
            off,
            "url-port: in `test`, `api` is called on port 80, the default of `http`, and `api` listens on 8080"
        ]
    );
    assert_eq!(
        told("\"http://api.test.shop.local:8080\""),
        ["url-zone: in `prod`, `api.test.shop.local` is in environment `test`"]
    );
    let zone = "env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\").unwrap()";
    assert_eq!(
        told(&format!("format!(\"http://api.{{}}:8080\", {zone})")),
        [
            "hand-built-url: the address of `api` is put together by hand: it works today in `prod` and `test`"
        ]
    );
    assert_eq!(
        told(&format!("format!(\"http://mail.{{}}:8080\", {zone})")).len(),
        1
    );
}

/// What a URL was read from, and whether it is known what it holds.
#[test]
fn what_is_changed_or_returned_early_is_not_known() {
    let (_directory, context) = application();
    let main = "async fn main() -> anyhow::Result<()> { let shop = Shop { api: \"http://api:8080\".to_owned() }; \
                reqwest::get(shop.api).await?; Ok(()) }";
    let returns = "fn base() -> String { BODY \"http://api:8080\".to_owned() } \
                   async fn main() -> anyhow::Result<()> { reqwest::get(base()).await?; Ok(()) }";
    for (text, is_known) in [
        (format!("struct Shop {{ api: String }} {main}"), true),
        (
            format!(
                "struct Shop {{ api: String }} fn f(shop: &mut Shop) {{ shop.api = other(); }} {main}"
            ),
            false,
        ),
        (
            format!(
                "struct Shop {{ api: String }} fn f(shop: &mut Shop) {{ other(&mut shop.api); }} {main}"
            ),
            false,
        ),
        (
            format!(
                "struct Shop {{ api: String }} fn f(shop: &mut Shop) {{ shop.api.push_str(\"x\"); }} {main}"
            ),
            false,
        ),
        (returns.replace("BODY", ""), true),
        (
            returns.replace("BODY", "if other() { return \"http://other\".to_owned(); }"),
            false,
        ),
    ] {
        let (_, changed, _) = migrated(&context, &text);
        assert_eq!(changed.contains("reqwest::get"), !is_known, "{changed}");
    }
}

/// The body of a function and the path that is written, or why none is.
const WRITTEN_AGAIN: &[(&str, &str)] = &[
    // Names that hold the same still.
    (
        "let base = format!(\"http://api:8080/users/{id}\"); client.get(format!(\"{base}/items\")).send().await?;",
        "Api::get(format!(\"/users/{id}/items\"))",
    ),
    (
        "let base = format!(\"http://api:8080/users/{name}\"); show(&name, name.len()); client.get(format!(\"{base}/items\")).send().await?;",
        "Api::get(format!(\"/users/{name}/items\"))",
    ),
    (
        "for one in all { let base = format!(\"http://api:8080/{one}\"); client.get(format!(\"{base}/a\")).send().await?; }",
        "Api::get(format!(\"/{one}/a\"))",
    ),
    (
        "let one = \"x\".to_string(); let base = format!(\"http://api:8080/{one}\"); client.get(format!(\"{base}/a\")).send().await?;",
        "Api::get(format!(\"/{one}/a\"))",
    ),
    // What is another one, or changed, or gone.
    (
        "let base = format!(\"http://api:8080/users/{id}\"); let id = other; client.get(format!(\"{base}/items/{id}\")).send().await?;",
        "`id` is a part of its path, and is another one here",
    ),
    (
        "let base = format!(\"http://api:8080/users/{id}\"); for id in 0..3 { client.get(format!(\"{base}/{id}\")).send().await?; }",
        "`id` is a part of its path, and is another one here",
    ),
    (
        "let mut page = 1; let base = format!(\"http://api:8080/x?from={page}\"); page += 1; client.get(format!(\"{base}&to={page}\")).send().await?;",
        "`page` is a part of its path, and may be changed or gone",
    ),
    (
        "let base = format!(\"http://api:8080/x?from={count}\"); *count += 1; client.get(format!(\"{base}&to={count}\")).send().await?;",
        "`count` is a part of its path, and may be changed or gone",
    ),
    (
        "let base = format!(\"http://api:8080/{name}\"); drop(name); client.get(format!(\"{base}/a\")).send().await?;",
        "`name` is a part of its path, and may be changed or gone",
    ),
    (
        "let one = name.as_str(); let base = format!(\"http://api:8080/{one}\"); drop(name); client.get(format!(\"{base}/a\")).send().await?;",
        "`one` is a part of its path, and may be changed or gone",
    ),
    (
        "let base = format!(\"http://api:8080/{name}\"); spawn(async move { let _ = client.get(format!(\"{base}/a\")).send().await; });",
        "`name` would be taken into a closure",
    ),
    // What is evaluated once.
    (
        "let base = format!(\"http://api:8080/jobs/{}\", Uuid::new_v4()); client.put(format!(\"{base}/start\")).send().await?; client.put(format!(\"{base}/stop\")).send().await?;",
        "`Uuid::new_v4()` is a part of its path, and would be evaluated at another place",
    ),
    (
        "let base = format!(\"http://api:8080/{}\", next(client).await?); client.put(format!(\"{base}/a\")).send().await?;",
        "would be evaluated at another place",
    ),
    (
        "client.get(format!(\"http://api:8080/{0}/{0}\", next())).send().await?;",
        "`next()` would be evaluated in another order, or more than once",
    ),
    (
        "client.get(format!(\"http://api:8080/{1}/{0}\", first(), second())).send().await?;",
        "`first()` would be evaluated in another order, or more than once",
    ),
    (
        "client.get(format!(\"http://api:8080/{0}/{1}\", first(), second())).send().await?;",
        "Api::get(format!(\"/{}/{}\", first(), second()))",
    ),
    // What is given to a function.
    (
        "client.get(v(path)).send().await?;",
        "Api::get(format!(\"/{path}\"))",
    ),
    (
        "client.get(v(&name)).send().await?;",
        "Api::get(format!(\"/{name}\"))",
    ),
    (
        "client.get(v(&id.to_string())).send().await?;",
        "Api::get(format!(\"/{id}\"))",
    ),
    (
        "client.get(v(&format!(\"x/{}\", next()))).send().await?;",
        "Api::get(format!(\"/x/{}\", next()))",
    ),
    (
        "client.get(n(id)).send().await?;",
        "Api::get(format!(\"/{id}/{id}\"))",
    ),
    ("client.get(v(path.trim())).send().await?;", "`path"),
    ("client.get(n(id as u64)).send().await?;", "`id"),
    (
        "client.get(n(path.parse()?)).send().await?;",
        "cannot be written at another place",
    ),
    (
        "client.get(v(&am().await?)).send().await?;",
        "`am().await?`",
    ),
    (
        "client.get(v(&nm().unwrap_or_default())).send().await?;",
        "`nm().unwrap_or_default()`",
    ),
    (
        "client.get(n(all.next().unwrap())).send().await?;",
        "cannot be written at another place",
    ),
    (
        "client.get(w(&kind)).send().await?;",
        "cannot be written at another place",
    ),
    (
        "client.get(v(&kind)).send().await?;",
        "may show itself in another way",
    ),
    (
        "client.get(t(path)).send().await?;",
        "cannot be written at another place",
    ),
    ("client.get(t(\"x\")).send().await?;", "Api::get(\"/x\")"),
    (
        "client.get(\"http://api:8080/\".to_owned() + path.trim()).send().await?;",
        "Api::get(format!(\"/{}\", path.trim()))",
    ),
    (
        "client.get(Url::parse(\"http://api:8080\")?.join(path)?).send().await?;",
        "cannot be written at another place",
    ),
    (
        "client.get(\"http://api:8080/\".to_owned() + &id.to_string()).send().await?;",
        "Api::get(format!(\"/{id}\"))",
    ),
];

#[test]
fn code_is_written_again_where_it_means_and_holds_the_same() {
    let (_directory, context) = application();
    let mut wrong = Vec::new();
    for (body, expected) in WRITTEN_AGAIN {
        let text = format!(
            "use reqwest::{{Client, Url}};\n\
             fn v(path: &str) -> String {{ format!(\"http://api:8080/{{path}}\") }}\n\
             fn n(id: u64) -> String {{ format!(\"http://api:8080/{{id}}/{{id}}\") }}\n\
             fn w(of: impl AsRef<str>) -> String {{ format!(\"http://api:8080/{{}}\", of.as_ref()) }}\n\
             fn t(path: &str) -> String {{ let path = path.trim(); format!(\"http://api:8080/{{path}}\") }}\n\
             async fn main(client: &Client, id: u64, path: &str, name: String, count: &mut u64, kind: Kind, all: All) \
             -> anyhow::Result<()> {{\n    {body}\n}}\n"
        );
        let (_, changed, advice) = migrated(&context, &text);
        let is_written = expected.starts_with("Api::");
        let is_said = if is_written {
            changed.contains(expected)
        } else {
            !changed.contains("Api::") && advice.iter().any(|advice| advice.contains(expected))
        };
        if !is_said {
            wrong.push(format!("{expected}: {changed} {advice:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What takes a literal, and how it takes a text of ours; or why not.
const TAKEN: &[(&str, &str, &str)] = &[
    (
        "fn own(url: &str) -> Other {}",
        "own(\"http://api:8080\");",
        "own(&Api::base_url()?)",
    ),
    (
        "fn own(url: impl Into<String>) {}",
        "own(\"http://api:8080\");",
        "own(&Api::base_url()?)",
    ),
    (
        "async fn own(url: &str) {}",
        "own(\"http://api:8080\").await;",
        "own(&Api::base_url()?)",
    ),
    (
        "struct Other; impl Other { fn new(url: &str) -> Self {} }",
        "Other::new(\"http://api:8080\");",
        "Other::new(&Api::base_url()?)",
    ),
    (
        "async fn own(url: &str) {}",
        "let f = own(\"http://api:8080\");",
        "`own` may want",
    ),
    (
        "fn own(url: &'static str) {}",
        "own(\"http://api:8080\");",
        "`own` may want",
    ),
    (
        "fn own<'a>(url: &'a str) -> Other<'a> {}",
        "own(\"http://api:8080\");",
        "`own` may want",
    ),
    (
        "fn own(url: &str) -> &str {}",
        "own(\"http://api:8080\");",
        "`own` may want",
    ),
    (
        "fn own(url: impl TryInto<Endpoint>) {}",
        "own(\"http://api:8080\");",
        "`own` may want",
    ),
    (
        "",
        "Other::new(\"http://api:8080\");",
        "`Other::new` may want",
    ),
    (
        "",
        "Channel::from_static(\"http://api:8080\");",
        "`Channel::from_static` may want",
    ),
    (
        "",
        "Endpoint::from_shared(\"http://api:8080\");",
        "Endpoint::from_shared(Api::base_url()?)",
    ),
    (
        "",
        "Endpoint::new(\"http://api:8080\");",
        "Endpoint::new(Api::base_url()?)",
    ),
    (
        "",
        "GreeterClient::connect(\"http://api:8080\").await?;",
        "GreeterClient::connect(Api::base_url()?)",
    ),
    (
        "",
        "PgPool::connect(\"postgres://cache:6379\").await?;",
        "PgPool::connect(&format!(",
    ),
    (
        "",
        "socket.connect((\"cache\", 6379)).await?;",
        "socket.connect(Cache::authority()?)",
    ),
    (
        "",
        "Sink::connect((\"cache\", 6379)).await?;",
        "`Sink::connect` may want",
    ),
    ("", "all.push(\"http://api:8080\");", "`push` may want"),
    (
        "",
        "all.insert(\"api\", \"http://api:8080\");",
        "`insert` may want",
    ),
    (
        "",
        "all.push(\"http://api:8080\".into());",
        "all.push(Api::base_url()?.into());",
    ),
    // A name of it.
    (
        "",
        "let url = \"http://api:8080/x\"; let f = reqwest::get(url); let g = reqwest::get(url); f.await?.remote_addr();",
        "let url = &Api::url(\"/x\")?;",
    ),
    (
        "",
        "let url = \"http://api:8080/x\"; info!(\"{url} {}\", url); http.get(url).send().await?.remote_addr();",
        "let url = &Api::url(\"/x\")?;",
    ),
    (
        "",
        "let url = \"http://api:8080/x\"; spawn(async move { reqwest::get(url).await.unwrap().remote_addr(); }); info!(\"{url}\");",
        "taken into a closure",
    ),
    (
        "",
        "let url = \"http://api:8080/x\"; reqwest::get(url).await?; all.push(url);",
        "used where another type may be wanted",
    ),
    (
        "",
        "let url = \"http://api:8080/x\"; reqwest::get(url).await?; Other { url };",
        "used where another type may be wanted",
    ),
    // A default.
    (
        "",
        "Some(text()).filter(|it| it.len() > 1).unwrap_or(\"http://api:8080\".to_string());",
        "it is a default",
    ),
    (
        "",
        "let url = \"http://api:8080\".to_string(); Some(text()).filter(|it| it.len() > 1).unwrap_or(url);",
        "it is a default",
    ),
];

#[test]
fn a_text_of_ours_is_given_to_what_takes_it() {
    let (_directory, context) = application();
    let mut wrong = Vec::new();
    for (items, body, expected) in TAKEN {
        let text = format!(
            "{items}\nasync fn main(http: &reqwest::Client) -> anyhow::Result<()> {{ {body} }}\n"
        );
        let (_, changed, advice) = migrated(&context, &text);
        let is_said =
            if expected.contains("()?") || expected.contains(")?;") || expected.contains("!(") {
                changed.contains(expected)
            } else {
                changed == text && advice.iter().any(|advice| advice.contains(expected))
            };
        if !is_said {
            wrong.push(format!("{expected}: {changed} {advice:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is left unused, and whether it can go.
#[test]
fn only_what_does_nothing_is_removed() {
    let (_directory, context) = application();
    let read = "std::env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\")";
    for (items, value, goes) in [
        (
            format!("fn zone() -> String {{ {read}.unwrap() }}"),
            "zone()".to_owned(),
            true,
        ),
        (
            format!("fn zone() -> String {{ count(); {read}.unwrap() }}"),
            "zone()".to_owned(),
            false,
        ),
        (
            String::new(),
            format!("{read}.unwrap_or_else(|_| \"x\".into())"),
            true,
        ),
        (
            String::new(),
            format!("{read}.unwrap_or_else(|_| next())"),
            false,
        ),
        (
            "#[serde(default = \"zone\")] struct S; fn zone() -> String { ".to_owned()
                + read
                + ".unwrap() }",
            "zone()".to_owned(),
            true,
        ),
    ] {
        let text = format!(
            "{items}\nasync fn main() -> anyhow::Result<()> {{\n    let zone = {value};\n    \
             reqwest::get(format!(\"http://api.{{zone}}:8080/x\")).await?;\n    Ok(())\n}}\n"
        );
        let (_, changed, advice) = migrated(&context, &text);
        assert!(changed.contains("Api::get(\"/x\")"), "{changed} {advice:?}");
        assert_eq!(!changed.contains("let zone"), goes, "{changed}");
        let is_named = items.contains("serde") && !changed.contains("fn zone");
        assert!(!is_named, "{changed}");
    }
}

#[test]
fn what_is_no_service_and_no_http_is_nothing_to_migrate() {
    let (_directory, context) = application();
    for (call, is_told) in [
        ("sqlx::SqlitePool::connect(\"data\").await", false),
        ("signal.connect(\"clicked\", 1)", false),
        (
            "PgPoolOptions::new().connect(\"postgres://user:pw@db:5432/x\").await",
            false,
        ),
        ("TcpStream::connect(\"db:5432\").await", false),
        ("TcpStream::connect(\"cachee:6379\").await", true),
        ("TcpStream::connect(\"cache:6379\").await", true),
        ("reqwest::get(\"http://db/x\").await", true),
    ] {
        let text = format!("async fn main() {{ {call}; }}");
        let (told, _, _) = migrated(&context, &text);
        assert_eq!(!told.is_empty(), is_told, "{call}: {told:?}");
    }
}

#[test]
fn no_blanks_are_left_of_what_is_removed() {
    let (_directory, context) = application();
    let text = "async fn main() -> anyhow::Result<()> {\n    let zone = env::var(\"COPILOT_SERVICE_DISCOVERY_ENDPOINT\")?; let \
                base = format!(\"http://api.{zone}\");\n    reqwest::get(format!(\"{base}:8080/x\")).await?;\n    Ok(())\n}\n";
    let (_, changed, advice) = migrated(&context, text);
    assert_eq!(
        changed,
        "async fn main() -> anyhow::Result<()> {\n    Api::get(\"/x\").await?;\n    Ok(())\n}\n",
        "{advice:?}"
    );
    let (_, changed, _) = migrated(
        &context,
        &text
            .replace("Ok(())", "Ok(zone)")
            .replace("let zone", "let mut zone"),
    );
    assert!(!changed.contains(" \n"), "{changed:?}");
}

#[test]
fn imports_go_with_what_they_were_for() {
    let (_directory, context) = application();
    let text = "use std::env;\nuse reqwest::{Client, Method};\n\nasync fn main() -> anyhow::Result<()> {\n    \
                let client = Client::new();\n    let base = env::var(\"API_URL\")?;\n    \
                client.request(Method::GET, base).send().await?;\n    Ok(())\n}\n";
    let (_, changed, _) = migrated(&context, text);
    assert_eq!(
        changed,
        "use reqwest::{Method};\n\nasync fn main() -> anyhow::Result<()> {\n    \
         Api::request(Method::GET, \"/\").send().await?;\n    Ok(())\n}\n"
    );
}
