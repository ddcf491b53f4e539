//! Where the front end's calls go, by the variables that its task has.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use service_connect::Client;

/// A running front end, stopped when it goes.
struct FrontEnd {
    process: Child,
    client: Client,
}

impl FrontEnd {
    fn start(variables: &[Variable]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut process = Command::new(env!("CARGO_BIN_EXE_front-end"))
            .env_clear()
            .envs(variables.iter().copied())
            .env("PORT", port.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = process.stdout.take().unwrap();
        let first = BufReader::new(stdout).lines().next().unwrap().unwrap();
        assert!(first.starts_with("listening on "), "{first}");
        let client = Client::at(format!("http://127.0.0.1:{port}")).unwrap();
        Self { process, client }
    }
}

impl Drop for FrontEnd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

type Variable = (&'static str, &'static str);

const APPLICATION: Variable = ("COPILOT_APPLICATION_NAME", "kudos");
const SERVICE: Variable = ("COPILOT_SERVICE_NAME", "front-end");
const ENDPOINT: &str = "COPILOT_SERVICE_DISCOVERY_ENDPOINT";
const ENVIRONMENT: &str = "COPILOT_ENVIRONMENT_NAME";

#[tokio::test]
async fn calls_go_the_way_that_the_environment_has() {
    let table: &[(&str, &[Variable], &str)] = &[
        (
            "Service Connect for both, billing on a port other than 80",
            &[
                APPLICATION,
                SERVICE,
                (ENVIRONMENT, "test"),
                (ENDPOINT, "test.kudos.local"),
            ],
            "http://api http://billing:8080",
        ),
        (
            "off for billing in prod",
            &[
                APPLICATION,
                SERVICE,
                (ENVIRONMENT, "prod"),
                (ENDPOINT, "prod.kudos.local"),
            ],
            "http://api http://billing.prod.kudos.local:8080",
        ),
        (
            "the zone of an environment created before Copilot 1.9",
            &[
                APPLICATION,
                SERVICE,
                (ENVIRONMENT, "prod"),
                (ENDPOINT, "kudos.local"),
            ],
            "http://api http://billing.kudos.local:8080",
        ),
        (
            "an environment that was not there at build time has the base values",
            &[
                APPLICATION,
                SERVICE,
                (ENVIRONMENT, "demo"),
                (ENDPOINT, "demo.kudos.local"),
            ],
            "http://api http://billing:8080",
        ),
        (
            "the sole service of the crate is the caller where the task does not say",
            &[(ENVIRONMENT, "test")],
            "http://api http://billing:8080",
        ),
        (
            "a caller that the application does not have uses discovery",
            &[
                ("COPILOT_SERVICE_NAME", "other"),
                (ENVIRONMENT, "test"),
                (ENDPOINT, "test.kudos.local"),
            ],
            "http://api.test.kudos.local http://billing.test.kudos.local:8080",
        ),
        (
            "an override wins",
            &[
                SERVICE,
                (ENVIRONMENT, "test"),
                ("SERVICE_CONNECT_URL_API", "http://127.0.0.1:1234"),
            ],
            "http://127.0.0.1:1234 http://billing:8080",
        ),
    ];
    for (rule, variables, expected) in table {
        let front_end = FrontEnd::start(variables);
        let response = front_end.client.get("/ways").await.unwrap();
        assert_eq!(response.text().await.unwrap(), *expected, "{rule}");
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let table: &[(&[Variable], &str)] = &[
        (&[SERVICE, (ENVIRONMENT, "prod")], ENDPOINT),
        (
            &[
                SERVICE,
                (ENVIRONMENT, "prod"),
                (ENDPOINT, "http://prod.kudos.local"),
            ],
            ENDPOINT,
        ),
        (
            &[SERVICE, ("SERVICE_CONNECT_URL_BILLING", "billing:8080")],
            "SERVICE_CONNECT_URL_BILLING",
        ),
    ];
    for (variables, expected) in table {
        let front_end = FrontEnd::start(variables);
        let response = front_end.client.get("/ways").await.unwrap();
        assert_eq!(response.status(), 502);
        let text = response.text().await.unwrap();
        assert!(text.contains(expected), "{text}");
    }
}
