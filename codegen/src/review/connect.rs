//! `network.connect` where it has no effect, or not the one that was meant.

use crate::application::{Application, Kind, Obstacle};
use crate::code::Code;
use crate::finding::Finding;

use crate::urls::deployed;

pub(super) fn review(application: &Application, findings: &mut Vec<Finding>) {
    for environment in application.looked_at() {
        let own = deployed(application, environment).filter(|(service, _)| !service.external);
        for (service, deployment) in own {
            let name = &service.name;
            let place = deployment.connect_place.as_ref().unwrap_or(&service.place);
            if deployment.connect_place.is_some() && !deployment.kind.can_connect() {
                let message = format!(
                    "`{name}` is a {}, for which `connect` has no effect",
                    deployment.kind
                );
                let help = if deployment.calls_discovery {
                    "take `connect` out: it calls others through discovery"
                } else {
                    "take `connect` out: from outside the VPC it calls others by public names only"
                };
                findings.push(
                    Finding::warning(Code::ConnectWithoutEffect, message)
                        .at(place)
                        .help(help),
                );
            }
            let is_client_only = deployment.service_connect_port() == Err(Obstacle::NoPort);
            if deployment.connect && is_client_only {
                let message =
                    format!("`{name}` exposes no port, so it is only a client of Service Connect");
                findings.push(
                    Finding::note(Code::NoPort, message)
                        .at(place)
                        .help("add `image.port` if others are to call it"),
                );
            }
            if deployment.connect && deployment.service_connect_port() == Err(Obstacle::Udp) {
                let port = deployment.port.as_ref();
                findings.push(
                    Finding::warning(
                        Code::UdpPort,
                        format!("`{name}` listens on UDP, which Service Connect cannot carry"),
                    )
                    .at(port.map_or(place, |port| &port.place))
                    .help("serve TCP on another port and make it `image.port`"),
                );
            }
            if let Some(port) = deployment.port.as_ref().filter(|port| port.number == 443)
                && deployment.kind == Kind::LoadBalancedWebService
            {
                findings.push(
                    Finding::warning(
                        Code::HttpsTarget,
                        format!("the target port of `{name}` is 443, so the load balancer and the clients call it over HTTPS"),
                    )
                    .at(&port.place)
                    .help("listen on another port: the load balancer ends TLS anyway; with 443 the container has to serve TLS itself"),
                );
            }
        }
    }
    differing(application, findings);
}

/// On in one environment and off in another: what works in the one fails in the other.
fn differing(application: &Application, findings: &mut Vec<Finding>) {
    // What differs in another repository is found there.
    let own = application
        .services
        .iter()
        .filter(|service| !service.external);
    for service in own {
        let environments = application.environments.iter().zip(&service.deployments);
        let deployments: Vec<_> = environments
            .filter(|(environment, _)| environment.listed)
            .filter_map(|(environment, deployment)| {
                Some((&environment.name, deployment.as_ref().ok()?))
            })
            .collect();
        let is_any = |on: bool| {
            deployments
                .iter()
                .any(|(_, deployment)| deployment.connect == on)
        };
        if !is_any(true) || !is_any(false) {
            continue;
        }
        let names = |on: bool| {
            let those = deployments
                .iter()
                .filter(|(_, deployment)| deployment.connect == on);
            let names: Vec<_> = those.map(|(name, _)| format!("`{name}`")).collect();
            names.join(", ")
        };
        let (on, off) = (names(true), names(false));
        let place = deployments
            .iter()
            .find(|(_, deployment)| !deployment.connect);
        let place = place.and_then(|(_, deployment)| deployment.connect_place.as_ref());
        findings.push(
            Finding::warning(
                Code::ConnectDiffers,
                format!(
                    "Service Connect of `{}` is on in {on} and off in {off}",
                    service.name
                ),
            )
            .at(place.unwrap_or(&service.place))
            .help("write the same `connect` for all environments; as long as they differ, clients have to accept discovery"),
        );
    }
}
