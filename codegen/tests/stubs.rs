//! The text of the clients: valid Rust, whatever the services are called.

mod support;

use std::collections::HashSet;

use service_connect_codegen::{Catalog, stubs, type_names};
use support::{PROD, TEST, WORKSPACE, load};
use syn::parse::ParseStream;
use syn::{Expr, Ident, Item, Lit, LitStr, WhereClause};

/// Names in YAML, and what they stand for.
const NAMES: &[(&str, &str)] = &[
    (r#""\"quote""#, "\"quote"),
    ("'{braces}'", "{braces}"),
    (r#""two\nlines""#, "two\nlines"),
    (r#""a\r\nb\tc""#, "a\r\nb\tc"),
    (r"'back\slash\'", r"back\slash\"),
    ("'*/ // /* `x` \"#'", "*/ // /* `x` \"#"),
    (r#""\0nul""#, "\0nul"),
    (r#""\u2028line""#, "\u{2028}line"),
    ("''", ""),
    ("'---'", "---"),
    ("größe", "größe"),
    ("🦀", "🦀"),
    ("'3d'", "3d"),
    ("self", "self"),
    ("type", "type"),
    ("result", "result"),
    ("option", "option"),
    ("APPLICATION", "APPLICATION"),
    ("SERVICE", "SERVICE"),
    ("mail", "mail"),
    ("mail-is-callable", "mail-is-callable"),
    ("ma-il", "ma-il"),
    ("ma_il", "ma_il"),
    ("MaIl", "MaIl"),
    // Characters that change the direction of text, which rustc refuses in a literal and in a comment.
    (r#""\u202Eevil\u2066""#, "\u{202e}evil\u{2066}"),
    (r#""\u0085next""#, "\u{85}next"),
];

/// An application of services with these names, callable by `caller` or not.
fn catalog(fields: &str, callers: &[&str]) -> Catalog {
    let files: Vec<(String, String)> = NAMES
        .iter()
        .enumerate()
        .map(|(index, (yaml, _))| {
            let path = format!("copilot/service-{index:02}/manifest.yml");
            // Each of another name in Service Connect.
            let fields = fields.replace("NUMBER", &index.to_string());
            (path, format!("name: {yaml}\n{fields}"))
        })
        .collect();
    let mut all: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    all.extend([WORKSPACE, TEST, PROD]);
    let application = load(&all).application;
    let names: Vec<_> = application
        .services
        .iter()
        .map(|service| &*service.name)
        .collect();
    let expected: Vec<_> = NAMES.iter().map(|(_, name)| *name).collect();
    assert_eq!(names, expected);
    Catalog {
        package: "crate".into(),
        callers: callers.iter().map(|caller| (*caller).to_owned()).collect(),
        application,
        ..Catalog::default()
    }
}

/// The values of the string literals that come after `before`.
fn literals(text: &str, before: &str) -> Vec<String> {
    let literal = |rest: &str| {
        let inner = rest.strip_prefix('"').expect("a literal");
        let escaped = |end: usize| {
            inner[..end]
                .chars()
                .rev()
                .take_while(|c| *c == '\\')
                .count()
                % 2
        };
        let mut ends = inner.match_indices('"').map(|(end, _)| end);
        let end = ends.find(|end| escaped(*end) == 0).expect("it is closed");
        syn::parse_str::<LitStr>(&rest[..end + 2]).unwrap().value()
    };
    text.split(before).skip(1).map(literal).collect()
}

const CALLABLE: &str = "type: Backend Service\nimage: {location: x, port: 8080}\nnetwork: {connect: true}\n\
                        environments:\n  prod: {network: {connect: {alias: \"{ä}NUMBER\\n\\u202E\\\"\"}}, image: {port: 9}}\n";
const WORKER: &str = "type: Worker Service\nimage: {location: x}\n";
const BROKEN: &str = "type: Backend Service\nimage: {location: x, port: \"{ä}\\n\\u202E\\\"}\"}\n";
const TLS: &str = "type: Backend Service\nimage: {location: x, port: 443}\n";

/// The name of the service of which a macro makes a client, in `__stub! { Type [where …] Service::new("name", …) }`.
fn service_of(item: &Item) -> Option<String> {
    let Item::Macro(item) = item else {
        return None;
    };
    let body = |input: ParseStream<'_>| {
        input.parse::<Ident>()?;
        let condition;
        syn::bracketed!(condition in input);
        condition.parse::<Option<WhereClause>>()?;
        input.parse::<Expr>()
    };
    let Expr::Call(call) = item.mac.parse_body_with(body).unwrap() else {
        return None;
    };
    match call.args.first()? {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(name) => Some(name.value()),
            _ => None,
        },
        _ => None,
    }
}

fn names_of(items: &[Item]) -> Vec<String> {
    let name = |item: &Item| match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Static(item) => Some(item.ident.to_string()),
        Item::Trait(item) => Some(item.ident.to_string()),
        _ => None,
    };
    items.iter().filter_map(name).collect()
}

#[test]
fn stubs_are_rust_whatever_services_are_called() {
    for fields in [CALLABLE, WORKER, BROKEN, TLS] {
        for callers in [&[][..], &["mail"], &["\"quote", "two\nlines"]] {
            let text = stubs::module(&catalog(fields, callers));
            let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            let services: Vec<_> = file.items.iter().filter_map(service_of).collect();
            let expected: Vec<_> = NAMES.iter().map(|(_, name)| *name).collect();
            assert_eq!(services, expected, "each has a client that knows its name");
            let names = names_of(&file.items);
            let unique: HashSet<_> = names.iter().collect();
            assert_eq!(
                unique.len(),
                names.len(),
                "no two items of one name: {names:?}"
            );
        }
    }
}

#[test]
fn what_the_macros_take_is_rust() {
    for fields in [CALLABLE, WORKER, BROKEN, TLS] {
        let catalog = catalog(fields, &["mail", "{braces}", "two\nlines"]);
        for service in &catalog.application.services {
            syn::parse_file(&format!(
                "struct Calls;\n{}",
                stubs::client("Calls", service, &catalog)
            ))
            .unwrap();
            let file = syn::parse_file(&stubs::service(service, &catalog)).unwrap();
            assert_eq!(names_of(&file.items), ["SERVICE"]);
        }
        let file = syn::parse_file(&stubs::application(&catalog)).unwrap();
        assert_eq!(names_of(&file.items), ["APPLICATION"]);
        let expression = stubs::listen_addr(&catalog);
        syn::parse_str::<Expr>(&expression).unwrap_or_else(|error| panic!("{error}: {expression}"));
    }
}

#[test]
fn stubs_are_ascii_but_for_letters_in_their_docs() {
    for fields in [CALLABLE, WORKER, BROKEN, TLS] {
        let catalog = catalog(fields, &["mail", "größe", "\u{202e}evil\u{2066}"]);
        let mut texts = vec![stubs::module(&catalog), stubs::listen_addr(&catalog)];
        for service in &catalog.application.services {
            texts.push(stubs::client("Calls", service, &catalog));
            texts.push(stubs::service(service, &catalog));
        }
        for line in texts.iter().flat_map(|text| text.lines()) {
            let is_doc = line.trim_start().starts_with("///");
            let is_plain =
                |c: char| c.is_ascii() && !c.is_control() || is_doc && c.is_alphanumeric();
            assert!(line.chars().all(is_plain), "{line:?}");
        }
    }
    let text = stubs::module(&catalog(CALLABLE, &[]));
    assert!(text.contains("/// The service `größe` (a Backend Service)."));
    assert!(
        text.contains(r#"Service::new("gr\u{f6}\u{df}e", "#),
        "{text}"
    );
}

#[test]
fn the_reason_in_a_stub_is_one_line_with_place_code_and_help() {
    let all = literals(&stubs::module(&catalog(BROKEN, &["mail"])), "reason: ");
    let expected = |index: usize, name: &str| {
        // The name's control characters, and the line end in the manifest, are blanks there.
        let name = name.replace(char::is_control, " ");
        format!(
            "copilot/service-{index:02}/manifest.yml:3: the manifest of `{name}` is wrong: `port` has to be a number \
             from 0 to 65535, not the string `{{ä}} \u{202e}\"}}` [invalid-value]; write a plain number"
        )
    };
    let names = NAMES.iter().enumerate();
    let expected: Vec<_> = names
        .map(|(index, (_, name))| expected(index, name))
        .collect();
    assert_eq!(all, expected);

    let worker = literals(&stubs::module(&catalog(WORKER, &[])), "reason: ");
    assert_eq!(
        worker[NAMES.len() - 1],
        format!(
            "copilot/service-{}/manifest.yml:2: service ` next` is a Worker Service, which nothing can call \
             [no-endpoint]; only a Backend Service or a Load Balanced Web Service can be called: make it one, or call another service",
            NAMES.len() - 1
        )
    );
    let callable = literals(&stubs::module(&catalog(CALLABLE, &[])), "reason: ");
    assert!(callable.iter().all(String::is_empty), "{callable:?}");
}

#[test]
fn a_stub_that_cannot_be_called_says_why() {
    let text = stubs::module(&catalog(WORKER, &["mail"]));
    assert!(
        text.contains("service `mail` is a Worker Service, which nothing can call [no-endpoint]"),
        "{text}"
    );
    assert!(
        text.contains("copilot/service-19/manifest.yml:2"),
        "the place is in it"
    );
    assert!(
        text.contains("service `{{braces}}` is a"),
        "braces are doubled: they stand for arguments there"
    );
    let broken = stubs::module(&catalog(BROKEN, &["mail"]));
    assert!(
        broken.contains("message = \"the manifest of `mail` is wrong: `port` has to be a number"),
        "{broken}"
    );
    let callable = stubs::module(&catalog(CALLABLE, &["mail"]));
    assert!(!callable.contains("on_unimplemented"), "{callable}");
    let tls = stubs::module(&catalog(TLS, &["mail"]));
    let stubs = callable.matches("__stub! {").count();
    let conditional = tls
        .matches("[where for<'a> (): ::service_connect::__private::Tls]")
        .count();
    assert_eq!(
        conditional, stubs,
        "every stub asks for TLS where the port is 443"
    );
}

#[test]
fn environments_stand_in_a_stub_only_where_they_differ() {
    let text = stubs::module(&catalog(CALLABLE, &["mail"]));
    let first = text.split("pub struct").nth(1).unwrap();
    assert_eq!(first.matches("\"prod\"").count(), 1, "{first}");
    assert_eq!(first.matches("\"test\"").count(), 0, "{first}");
}

#[test]
fn a_stub_knows_environments_that_are_not_listed_and_is_callable_for_all_that() {
    let away = "environments: {away: {image: {port: 81}, network: {connect: false}}, staging: {}}";
    let manifest = format!(
        "name: api\n{}{away}\n",
        CALLABLE.split("environments").next().unwrap()
    );
    let application = load(&[
        WORKSPACE,
        TEST,
        ("copilot/api/manifest.yml", manifest.as_str()),
    ])
    .application;
    let catalog = Catalog {
        callers: vec!["api".into()],
        application,
        ..Catalog::default()
    };
    let text = stubs::module(&catalog);
    assert!(
        !text.contains("on_unimplemented"),
        "nothing is checked there: {text}"
    );
    let names = literals(&text, "Environment { name: ");
    assert_eq!(
        names,
        ["away"],
        "a task may run in any; the others are as the base"
    );
    let connected = literals(&text, "connected: ");
    assert_eq!(connected, [""], "`api` is off there");
    assert!(
        text.contains("(\"away\", ::service_connect::__private::Endpoint { port: 81, connect: ::core::option::Option::None,"),
        "{text}"
    );
    let listen = stubs::listen_addr(&catalog);
    assert!(
        listen.contains("(\"away\", ::core::option::Option::Some(81))"),
        "{listen}"
    );
}

#[test]
fn the_same_application_gives_the_same_stubs() {
    assert_eq!(
        stubs::module(&catalog(CALLABLE, &["mail"])),
        stubs::module(&catalog(CALLABLE, &["mail"]))
    );
}

#[test]
fn type_names_are_camel_case_and_unique() {
    let rows = [
        ("words", "udp-log", "UdpLog"),
        ("other separators", "a_b.c", "ABC"),
        ("capitals stay", "iOSGateway", "IOSGateway"),
        ("a leading digit", "3d-2", "_3d2"),
        ("no word at all", "--", "Service"),
        ("not ASCII", "größe", "GrE"),
        ("`Self` is no name", "self", "SelfService"),
        ("the prelude", "option", "OptionService"),
        ("the prelude", "into-iterator", "IntoIteratorService"),
        (
            "what the stubs take for themselves",
            "APPLICATION",
            "APPLICATIONService",
        ),
        (
            "what the stubs take for themselves",
            "mail-is-callable",
            "MailIsCallableService",
        ),
        ("a keyword is a name in camel case", "type", "Type"),
    ];
    for (rule, service, expected) in rows {
        assert_eq!(type_names([service]), [expected], "{rule}");
    }
    let clash = type_names(["a-b", "a_b", "ab-service", "a-b-service", "aB"]);
    assert_eq!(
        clash,
        [
            "AB",
            "ABService",
            "AbService",
            "ABServiceService",
            "ABServiceServiceService"
        ]
    );
}
