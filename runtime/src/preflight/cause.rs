//! What can keep calls from a service, and what somebody who has seen it before would say.
//!
//! ```
//! use service_connect::Cause;
//!
//! assert_eq!(Cause::NothingListens.code(), "nothing-listens");
//! ```

use std::fmt;

use serde::{Serialize, Serializer};

use crate::choose::{DISCOVERY, Target, Variables, Way, override_name};

/// What is wrong on the way to a service. It serializes as its [`code`](Cause::code).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A variable is malformed, or missing where no other way is left.
    Variable,
    /// The manifests leave no way: Service Connect is off on one side, and it is not in discovery, or it has no port; or
    /// https is not compiled in, or this is no tokio runtime.
    NoWay,
    /// This is no ECS task, and the service is nowhere else either.
    NotInEcs,
    /// This task has names of other services from Service Connect, but not this one: it started before the service's first
    /// Service Connect deployment, or Service Connect is off in what is deployed of the service.
    StartedBefore,
    /// This task has no names from Service Connect at all: it is off in what is deployed of the service that calls, or
    /// there were none when the task started.
    ServiceConnectOff,
    /// There is no healthy task, as far as DNS or the proxy knows.
    NoTask,
    /// There are tasks, and nothing listens on the port.
    NothingListens,
    /// There are addresses, and nobody answers at them.
    Silent,
    /// The proxy of Service Connect listens not, or not yet.
    NoProxy,
    /// The tasks take connections, but the proxy of Service Connect does not get through to them.
    ProxyCutOff,
    /// DNS did not answer in time.
    DnsSilent,
    /// The connection could not be made secure.
    Tls,
}

impl Cause {
    /// Its name as data: stable, in kebab-case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Cause::Variable => "variable",
            Cause::NoWay => "no-way",
            Cause::NotInEcs => "not-in-ecs",
            Cause::StartedBefore => "started-before",
            Cause::ServiceConnectOff => "service-connect-off",
            Cause::NoTask => "no-task",
            Cause::NothingListens => "nothing-listens",
            Cause::Silent => "silent",
            Cause::NoProxy => "no-proxy",
            Cause::ProxyCutOff => "proxy-cut-off",
            Cause::DnsSilent => "dns-silent",
            Cause::Tls => "tls",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Whom an explanation is about.
pub(super) struct Parties<'a> {
    pub(super) way: Way,
    /// The service that is called, or the host of a base URL.
    pub(super) service: &'a str,
    /// The service that calls, if that is known.
    pub(super) caller: Option<&'a str>,
    pub(super) host: &'a str,
    pub(super) port: u16,
}

impl Parties<'_> {
    fn caller(&self) -> String {
        match self.caller {
            Some(caller) => format!("`{caller}`"),
            None => "this service".to_owned(),
        }
    }

    /// The Service Connect name does not resolve; `has_names` says whether the hosts file of this task has any.
    pub(super) fn no_name(&self, has_names: bool) -> (Cause, String) {
        let Parties { service, host, .. } = self;
        let caller = self.caller();
        let no_fallback = if Variables::process().get(DISCOVERY).is_none() {
            "; and COPILOT_SERVICE_DISCOVERY_ENDPOINT is not set, so there is no falling back to discovery"
        } else {
            ""
        };
        if has_names {
            let words = format!(
                "this task does not know the Service Connect name `{host}`, though it knows others: it started before \
                 the first Service Connect deployment of `{service}`, so deploy {caller} again; or Service Connect is \
                 off in what is deployed of `{service}`"
            );
            return (Cause::StartedBefore, words + no_fallback);
        }
        let words = format!(
            "this task knows no name of Service Connect: it is off in what is deployed of {caller}, or no service had \
             one when the task started: write `network.connect: true` in the manifests, deploy `{service}`, and after \
             it {caller}"
        );
        (Cause::ServiceConnectOff, words + no_fallback)
    }

    /// What does not resolve elsewhere than in ECS.
    pub(super) fn not_in_ecs(&self) -> String {
        let variable = override_name(self.service);
        format!(
            "this is no ECS task, so `{}` is no name here: run `cargo service-connect dev`, or set {variable}",
            self.host
        )
    }

    /// Advice about a service of the application; else where the URL comes from.
    fn advice(&self, about_tasks: impl FnOnce() -> String) -> String {
        match self.way {
            Way::Url => String::new(),
            Way::Override => format!(": see what {} is set to", override_name(self.service)),
            Way::ServiceConnect | Way::Discovery => about_tasks(),
        }
    }

    /// Neither has its fallback one, if there is one.
    pub(super) fn no_address(&self, fallback: Option<&Target>) -> String {
        let advice = self.advice(|| {
            format!(
                ": no task of `{}` is healthy, or none is deployed in this environment, or {DISCOVERY} is not what \
                 Copilot set",
                self.service
            )
        });
        let host = self.host;
        match fallback {
            Some(fallback) => format!(
                "neither `{host}` nor its fallback `{}` has an address{advice}",
                fallback.host()
            ),
            None => format!("`{host}` has no address{advice}"),
        }
    }

    /// Some of the tasks that an override names.
    pub(super) fn some_fail(&self, all: &str) -> String {
        let advice = self.advice(String::new);
        format!("not all of its tasks can be reached: {all}{advice}")
    }

    pub(super) fn dns_silent(&self) -> String {
        let advice = self.advice(|| {
            ": see whether the VPC has `enableDnsSupport` on, and whether a security group or network ACL is between \
             this task and its resolver"
                .to_owned()
        });
        format!("DNS did not say in time where `{}` is{advice}", self.host)
    }

    pub(super) fn nothing_listens(&self, refused: &str) -> String {
        let advice = self.advice(|| {
            format!(
                ": nothing listens on port {} in the tasks of `{}`: see whether it starts, whether it listens on all \
                 interfaces and not on 127.0.0.1 only, and whether `image.port` in its manifest is the port that it \
                 listens on",
                self.port, self.service
            )
        });
        format!("{refused}{advice}")
    }

    pub(super) fn silent(&self, silent: &str) -> String {
        let advice = self.advice(|| {
            format!(
                ": nobody answers on port {} of `{}`: its tasks are gone and DNS does not know yet, or their security \
                 group does not let this task in",
                self.port, self.service
            )
        });
        format!("{silent}{advice}")
    }

    pub(super) fn no_proxy(&self, refused: &str) -> String {
        format!(
            "{refused}, so calls to `{}` go nowhere: the proxy of Service Connect is still starting, or its container was \
             stopped: see the container `ecs-service-connect` of this task",
            self.service
        )
    }

    /// The proxy closed the connection, and nothing is known but that.
    pub(super) fn closed(&self) -> String {
        let Parties { service, .. } = self;
        format!(
            "the proxy of Service Connect takes the connection and closes it: it knows no healthy task of `{service}`, \
             or nothing listens on its port: see whether its tasks run and pass their health checks"
        )
    }

    pub(super) fn cut_off(&self) -> String {
        let Parties { service, port, .. } = self;
        format!(
            "the proxy of Service Connect takes the connection and closes it, though tasks of `{service}` take some \
             directly: it does not know of them yet, or what is deployed of `{service}` names another port than {port} \
             for Service Connect: deploy `{service}` again"
        )
    }

    pub(super) fn tls(&self, problem: &str) -> String {
        format!(
            "the connection to `{}` could not be made secure: {problem}: its certificate has to be for that name, and \
             by an authority that this task trusts (SSL_CERT_FILE adds one)",
            self.host
        )
    }
}
