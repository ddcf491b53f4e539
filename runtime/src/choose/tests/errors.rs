//! What is missing or hostile, as tables.

use super::*;

#[test]
fn an_error_names_the_variable_or_the_line() {
    type Row<'a> = (&'a Definition, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let table: &[Row] = &[
        (
            &MAIL,
            &[TEST, DNS],
            &["service `mail`", "\"test\"", "copilot/mail/manifest.yml:2"],
        ),
        (
            &API,
            &[(ENV, "off")],
            &[DISCOVERY, "is not set", "SERVICE_CONNECT_URL_API"],
        ),
        (&LOCAL, &[TEST], &[APPLICATION, "is not set"]),
        (&SHOP, &[APP], &[ENV, "is not set"]),
        (&SHARED, &[], &[SERVICE, "is not set"]),
        (
            &LOCAL,
            &[(ENV, "off"), APP],
            &["not in discovery", "network.connect: true"],
        ),
        (&API, &[(FALLBACK, "maybe")], &[FALLBACK, "`on`", "`off`"]),
        (&SHOP, &[(ENV, "a b"), APP], &[ENV, "' '"]),
        (&LOCAL, &[TEST, (APPLICATION, "x/y")], &[APPLICATION, "'/'"]),
    ];
    for (service, variables, parts) in table {
        let error = choose(service, &Variables::of(variables))
            .unwrap_err()
            .to_string();
        for part in *parts {
            assert!(error.contains(part), "{error:?} has no {part:?}");
        }
    }
}

#[test]
fn a_hostile_discovery_endpoint_is_an_error() {
    let long = "a".repeat(63);
    let long = [long.as_str(); 4].join(".");
    let hostile = [
        " ",
        "test.kudos.local ",
        "http://test.kudos.local",
        "test.kudos.local/",
        "test.kudos.local:80",
        "user@test.kudos.local",
        ".test.kudos.local",
        "test..local",
        "test.kudos.local.",
        "test.kudos.local\r\nHost: evil",
        "test.kudos.local\0",
        "test.kudos.löcal",
        "test.kudos.l\u{fffd}cal",
        "[::1]",
        long.as_str(),
        &"a".repeat(64),
    ];
    for endpoint in hostile {
        let variables = [(ENV, "off"), (DISCOVERY, endpoint)];
        let error = choose(&API, &Variables::of(&variables)).unwrap_err();
        assert!(matches!(error, Error::Variable(_)), "{endpoint:?}: {error}");
        assert!(error.to_string().contains(DISCOVERY), "{error}");
    }
}

#[test]
fn a_hostile_override_is_an_error_that_does_not_repeat_it() {
    let hostile = [
        "127.0.0.1:3000",
        "ftp://127.0.0.1",
        "http://",
        "http:///",
        "http://:80",
        "http://api:",
        "http://api:0",
        "http://api:65536",
        "http://api:+80",
        "http://api:80:80",
        "http://api/path",
        "http://api//",
        "http://api?q=secret",
        "http://api#secret",
        "http://user:secret@api",
        "http://secret@api",
        "http://api\\@evil",
        "http://api secret",
        " http://api",
        "http://api\n",
        "http://api\r\nX: secret",
        "http://[::1",
        "http://::1",
        "http://[api]",
        "http://[fe80::1%25eth0]",
        "http://aπ",
        "http://api,",
        "http://,api",
        "http://api, other",
        "http://api,http://other",
        "http://api,other/path",
        "http://api,secret@other",
        "http://api:80,other:0",
    ];
    for url in hostile {
        let variables = Variables::of(&[("SERVICE_CONNECT_URL_API", url)]);
        let error = choose(&API, &variables).unwrap_err();
        assert!(matches!(error, Error::Variable(_)), "{url:?}: {error}");
        let error = error.to_string();
        assert!(error.contains("SERVICE_CONNECT_URL_API"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn only_copilots_variables_say_that_this_is_a_task() {
    let table: &[(&[(&str, &str)], bool)] = &[
        (&[], false),
        (
            &[("SERVICE_CONNECT_URL_X", "http://x"), (FALLBACK, "off")],
            false,
        ),
        (&[TEST], true),
        (&[(SERVICE, "front-end")], true),
    ];
    for (variables, deployed) in table {
        let choice = choose(&API, &Variables::of(variables)).unwrap();
        assert_eq!(choice.deployed, *deployed, "{variables:?}");
    }
}
