//! Where the hosts of URLs lead.

mod support;

use service_connect_codegen::Via;
use service_connect_codegen::urls::{Lead, Names};

use support::every_kind;

/// A row as `host[:port] SERVICE VIA [CODE]`, each `-` where there is none.
fn described(lead: &Lead) -> String {
    let port = lead
        .port
        .map_or_else(String::new, |port| format!(":{port}"));
    let service = lead.service.as_deref().unwrap_or("-");
    let via = lead.via.map_or("-", Via::as_str);
    let finding = lead.finding.as_ref();
    let code = finding.map_or_else(String::new, |finding| format!(" {}", finding.code));
    format!("{}{port} {service} {via}{code}", lead.host)
}

/// `(rule, text, what each of its hosts leads to)`, called by `api` in `test`.
const LEADS: &[(&str, &str, &[&str])] = &[
    (
        "a name of Service Connect",
        "http://half",
        &["half:80 half service-connect"],
    ),
    (
        "an alias of it",
        "http://www:8080/x",
        &["www:8080 web service-connect"],
    ),
    (
        "on another port nothing answers",
        "http://www",
        &["www:80 web - url-port"],
    ),
    (
        "a service that has an alias is not known by its name",
        "http://web:8080",
        &["web:8080 web - url-connect-off"],
    ),
    (
        "Service Connect is off, but that service is meant",
        "http://off",
        &["off:80 off - url-connect-off"],
    ),
    (
        "a name of discovery",
        "http://off.test.kudos.local",
        &["off.test.kudos.local:80 off discovery"],
    ),
    (
        "the tasks themselves may listen on other ports",
        "http://off.test.kudos.local:81",
        &["off.test.kudos.local:81 off discovery url-port"],
    ),
    (
        "another environment is reached, and is not meant",
        "http://off.prod.kudos.local",
        &["off.prod.kudos.local:80 off discovery url-zone"],
    ),
    (
        "the environment may be an old one",
        "http://off.kudos.local",
        &["off.kudos.local:80 off discovery url-zone"],
    ),
    (
        "a zone that there is not",
        "http://off.test.local",
        &["off.test.local:80 off - url-zone"],
    ),
    (
        "a service of another application is another one",
        "http://off.test.other.local",
        &["off.test.other.local:80 - - url-zone"],
    ),
    (
        "whatever it listens on, and be it in discovery or not",
        "http://off.other.local:81 http://worker.test.other.local",
        &[
            "off.other.local:81 - - url-zone",
            "worker.test.other.local:80 - - url-zone",
        ],
    ),
    (
        "an environment that there is not",
        "http://off.staging.kudos.local",
        &["off.staging.kudos.local:80 off - url-zone"],
    ),
    (
        "the dot before the zone may be forgotten",
        "http://offtest.kudos.local http://off-test.kudos.local http://nothingtest.kudos.local",
        &[
            "offtest.kudos.local:80 off - url-zone",
            "off-test.kudos.local:80 off - url-zone",
            "nothingtest.kudos.local:80 - - unknown-host",
        ],
    ),
    (
        "what is not in discovery",
        "http://worker.test.kudos.local",
        &["worker.test.kudos.local:80 worker - url-not-in-discovery"],
    ),
    (
        "what is wrong with a manifest is said elsewhere",
        "http://broken",
        &["broken:80 broken -"],
    ),
    (
        "who is outside is named, and nothing is said of it",
        "postgres://me@db.example.com/x https://example.org",
        &["db.example.com - -", "example.org:443 - -"],
    ),
    (
        "who ought to be here is missed",
        "http://absent:8080",
        &["absent:8080 - - unknown-host"],
    ),
    (
        "hosts and schemes may be in capitals",
        "HTTP://Half Http://WWW:8080 https://CHANGE_ME",
        &[
            "Half:80 half service-connect",
            "WWW:8080 web service-connect",
        ],
    ),
    (
        "names of DNS may end with a dot",
        "http://Off.test.kudos.LOCAL./x",
        &["Off.test.kudos.LOCAL.:80 off discovery"],
    ),
    ("and with one only", "http://off.test.kudos.local..", &[]),
    (
        "a name may stand alone",
        "half.test.kudos.local:80",
        &["half.test.kudos.local:80 half discovery"],
    ),
    ("or be that of a module", "config.settings.local", &[]),
    (
        "a client of no HTTP may be told several",
        "kafka://half:80,off:80,PLAIN://x mongodb://me@half,half:81/x",
        &[
            "half:80 half service-connect",
            "off:80 off - url-connect-off",
            "half half service-connect",
            "half:81 half - url-port",
        ],
    ),
    (
        "what follows a comma may be a URL of its own",
        "http://half,redis://half:80,redis://www:8080",
        &[
            "half:80 half service-connect",
            "half:80 half service-connect",
            "www:8080 web service-connect",
        ],
    ),
    (
        "a port may be empty",
        "http://www:/x redis://half:",
        &["www:80 web - url-port", "half half service-connect"],
    ),
    (
        "a user's name and password may have what ends a host",
        "postgres://half:123,x@www:8080/x redis://half:1;2&3@off.test.kudos.local:80",
        &[
            "www:8080 web service-connect",
            "off.test.kudos.local:80 off discovery",
        ],
    ),
    (
        "a query or a brace ends a host too",
        "https://example.org/login?next=http://half:81&y=1 {http://www:8080}",
        &[
            "example.org:443 - -",
            "half:81 half - url-port",
            "www:8080 web service-connect",
        ],
    ),
    ("or no name at all", "a text about half", &[]),
];

#[test]
fn each_host_leads_to_a_service_or_to_none() {
    let application = every_kind();
    let names = Names::of(&application);
    let api = application.service("api").unwrap();
    let test = application
        .looked_at()
        .into_iter()
        .find(|index| application.environments[index.unwrap()].name == "test")
        .unwrap();
    let broken: Vec<_> = LEADS
        .iter()
        .filter_map(|(rule, text, expected)| {
            let leads = names.leads(api, test, text);
            let found: Vec<_> = leads.iter().map(described).collect();
            (found != *expected).then(|| format!("{rule}: {found:?}"))
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn of_one_url_only_its_own_hosts_are_called() {
    let application = every_kind();
    let names = Names::of(&application);
    let api = application.service("api").unwrap();
    for (url, expected) in [
        (
            "https://example.org/login?next=http://half",
            &["example.org:443 - -"][..],
        ),
        (
            "http://half/see/http://off",
            &["half:80 half service-connect"],
        ),
        (
            "http://10.0.0.1:9000/proxy?u=http://off:80",
            &["10.0.0.1:9000 - -"],
        ),
        (
            "kafka://half:80,www:8080/?see=http://off",
            &[
                "half:80 half service-connect",
                "www:8080 web service-connect",
            ],
        ),
        (
            "half.test.kudos.local:80",
            &["half.test.kudos.local:80 half discovery"],
        ),
        ("see half", &[]),
    ] {
        let leads = names.of_url(api, Some(1), url);
        let found: Vec<_> = leads.iter().map(described).collect();
        assert_eq!(found, expected, "{url}");
    }
}

#[test]
fn an_environment_that_is_not_looked_at_has_no_leads() {
    let application = every_kind();
    let names = Names::of(&application);
    let api = application.service("api").unwrap();
    assert_eq!(names.leads(api, Some(9), "http://half"), []);
    assert_eq!(names.leads(api, None, "http://half"), []);
}

#[test]
fn whose_fault_it_is_and_which_service_is_near_are_values() {
    let application = every_kind();
    let names = Names::of(&application);
    let prod = Some(0);
    let lead = |caller: &str, text: &str| {
        let caller = application.service(caller).unwrap();
        let mut leads = names.leads(caller, prod, text);
        let lead = leads.remove(0);
        (lead.is_of_caller, lead.near)
    };
    assert_eq!(lead("off", "http://www:8080"), (true, None));
    assert_eq!(lead("public", "http://www:8080"), (true, None));
    assert_eq!(lead("public", "http://off.prod.kudos.local"), (true, None));
    assert_eq!(lead("api", "http://off"), (false, None));
    assert_eq!(lead("api", "http://worker.test.kudos.local"), (false, None));
    assert_eq!(lead("api", "http://hafl"), (false, Some("half".to_owned())));
    assert_eq!(
        lead("api", "http://privat"),
        (false, Some("private".to_owned()))
    );
    for chance in ["absent", "apm", "ap", "halt", "private2"] {
        assert_eq!(
            lead("api", &format!("http://{chance}")),
            (false, None),
            "{chance}"
        );
    }
}
