//! The URLs that Rust sources put together by hand, and where they lead today in each environment.

use service_connect_codegen::urls::{Lead, Names};
use service_connect_codegen::{Code, Finding, Kind, Place, Service, Severity, Via, route};

use crate::context::Context;
use crate::scan::urls::{HandBuilt, Part, Position, Reading, UNKNOWN, Urls, bare, origin_end};
use crate::scan::{Package, Sources};

const ENDPOINT: &str = "COPILOT_SERVICE_DISCOVERY_ENDPOINT";

/// What judges the URLs of one package.
pub struct Judge<'a> {
    context: &'a Context,
    names: &'a Names<'a>,
    /// The services whose code this is; any one, where nobody knows.
    callers: Vec<&'a Service>,
    /// Whether it is known.
    runs: bool,
}

/// The URLs of services in the sources of each package, and what judges them.
pub fn hand_built<'a>(
    context: &'a Context,
    names: &'a Names<'a>,
    sources: &'a Sources,
) -> Vec<(Judge<'a>, Urls<'a>)> {
    let packages = sources.packages.iter();
    let judges: Vec<_> = packages
        .map(|package| Judge::new(context, names, package))
        .collect();
    let reading = Reading::of(sources.packages.iter().map(|package| &package.files[..]));
    let urls = reading.find(&|package, url| judges[package].verdict(url).is_some());
    judges.into_iter().zip(urls).collect()
}

/// What is known of one URL.
pub struct Verdict<'a> {
    /// The service that is meant: the same everywhere.
    pub service: Option<String>,
    /// Where it leads, for each service that runs it and in each environment in which that is known.
    pub ways: Vec<Way<'a>>,
    /// Why it cannot be followed.
    pub unclear: Option<String>,
    /// It is not known which service runs this.
    pub unknown_caller: bool,
}

/// A text of a URL.
pub struct Reached<'a, 'u> {
    pub caller: &'a Service,
    pub environment: Option<usize>,
    pub parts: &'u [Part],
    pub text: String,
    /// Where it is written, if that is elsewhere.
    pub given: &'u [Place],
}

/// For one service in one environment.
pub struct Way<'a> {
    pub caller: &'a Service,
    pub environment: Option<usize>,
    /// The service that is meant by this text: another one, where it leads to several.
    pub service: Option<String>,
    pub via: Option<Via>,
    pub finding: Option<Finding>,
    /// What a manifest says to it.
    pub second: Option<Place>,
    /// Where the text is written that is wrong, if that is elsewhere.
    pub given: Vec<Place>,
}

impl<'a> Judge<'a> {
    pub fn new(context: &'a Context, names: &'a Names<'a>, package: &Package) -> Self {
        let application = context.application();
        let runs_as = package.runs_as.iter();
        let mut callers: Vec<_> = runs_as
            .filter_map(|name| application.service(name))
            .collect();
        let runs = !callers.is_empty();
        if !runs {
            // Whoever can call the most.
            let able = application
                .services
                .iter()
                .find(|service| service.kind.is_some_and(Kind::can_connect) && !service.external);
            callers.extend(able);
        }
        Self {
            context,
            names,
            callers,
            runs,
        }
    }

    /// What a variable of the process holds.
    fn value(&self, caller: &Service, environment: Option<usize>, name: &str) -> Option<String> {
        let application = self.context.application();
        let known = environment.and_then(|index| application.environments.get(index));
        let application_name = || {
            let name = application.name.clone();
            name.unwrap_or_else(|| "${COPILOT_APPLICATION_NAME}".to_owned())
        };
        let environment_name = || {
            known.map_or("${COPILOT_ENVIRONMENT_NAME}".to_owned(), |known| {
                known.name.clone()
            })
        };
        match name {
            ENDPOINT => {
                let endpoint = known.and_then(|known| application.discovery_endpoint(known));
                Some(endpoint.unwrap_or_else(|| {
                    format!("{}.{}.local", environment_name(), application_name())
                }))
            }
            "COPILOT_ENVIRONMENT_NAME" => Some(environment_name()),
            "COPILOT_APPLICATION_NAME" => Some(application_name()),
            "COPILOT_SERVICE_NAME" => Some(caller.name.clone()),
            name => {
                let (text, _) = self.setting(caller, environment, name)?;
                Some(text.to_owned())
            }
        }
    }

    /// What the manifest of `caller` sets it to, and where.
    fn setting(
        &self,
        caller: &Service,
        environment: Option<usize>,
        name: &str,
    ) -> Option<(&'a str, &'a Place)> {
        let settings = self.context.loaded().settings_of(&caller.name).iter();
        let mut own = settings.filter(|setting| setting.name == name && setting.sidecar.is_none());
        own.find_map(|setting| Some((setting.value(environment)?, &setting.place)))
    }

    /// The texts of a URL: one for each service that runs it, each environment, and each text that it may be.
    pub fn texts<'u>(&self, url: &'u HandBuilt) -> Vec<Reached<'a, 'u>> {
        let environments = self.context.application().looked_at();
        let mut texts = Vec::new();
        for caller in &self.callers {
            for environment in &environments {
                let of = |(index, parts): (usize, &'u Vec<Part>)| Reached {
                    caller,
                    environment: *environment,
                    parts,
                    text: url.text(parts, &|name| self.value(caller, *environment, name)),
                    given: url.given.get(index).map_or(&[], Vec::as_slice),
                };
                texts.extend(url.variants.iter().enumerate().map(of));
            }
        }
        texts
    }

    /// The variables' values for one of them.
    pub fn with_values<T>(
        &self,
        caller: &Service,
        environment: Option<usize>,
        then: impl FnOnce(&dyn Fn(&str) -> Option<String>) -> T,
    ) -> T {
        then(&|name| self.value(caller, environment, name))
    }

    /// What is known of a URL; `None` if it is none of a service.
    pub fn verdict(&self, url: &HandBuilt) -> Option<Verdict<'a>> {
        let mut ways = Vec::new();
        let mut services = Vec::new();
        // A text that leads to no service.
        let mut stray = None;
        let texts = self.texts(url);
        for Reached {
            caller,
            environment,
            text,
            given,
            ..
        } in &texts
        {
            let leads = self.names.of_url(caller, *environment, text).into_iter();
            let before = ways.len();
            for lead in leads.filter(|lead| concerns(url, lead)) {
                if !services.contains(&lead.service) {
                    services.push(lead.service.clone());
                }
                let second = self.second(caller, *environment, url, &lead);
                let mut finding = lead.finding;
                if let Some(finding) = &mut finding
                    && lead.near.is_some()
                {
                    // A name that is misspelt does not resolve.
                    finding.severity = Severity::Warning;
                }
                if !self.runs && lead.is_of_caller {
                    finding = None;
                }
                ways.push(Way {
                    caller,
                    environment: *environment,
                    service: lead.service,
                    via: lead.via,
                    given: finding.iter().flat_map(|_| given.to_vec()).collect(),
                    finding,
                    second,
                });
            }
            if ways.len() == before {
                stray.get_or_insert((*caller, *environment));
            }
        }
        let (service, unclear) = match (&services[..], ways.is_empty()) {
            ([service], _) => {
                let stray = stray.map(|(caller, environment)| self.stray(caller, environment));
                (service.clone(), stray.or_else(|| self.unset(url)))
            }
            (_, true) => (None, Some(self.unclear(url, &texts)?)),
            _ => (None, Some("it leads to different services".to_owned())),
        };
        Some(Verdict {
            service,
            ways,
            unclear,
            unknown_caller: !self.runs,
        })
    }

    /// Says where a URL leads to no service.
    fn stray(&self, caller: &Service, environment: Option<usize>) -> String {
        let environments = &self.context.application().environments;
        let environment = environment.and_then(|index| environments.get(index));
        let scope = environment.map_or(String::new(), |known| format!("in `{}` ", known.name));
        let by = if self.callers.len() > 1 {
            format!(" when `{}` runs it", caller.name)
        } else {
            String::new()
        };
        format!("{scope}it leads to no service{by}, or it is not known where it leads")
    }

    /// Says which variable of a URL need not hold what is known of it: what no manifest's `variables` set may be set by a
    /// secret or a file, whatever its default is.
    fn unset(&self, url: &HandBuilt) -> Option<String> {
        let environments = self.context.application().looked_at();
        let is_set = |name: &str| {
            let mut callers = self.callers.iter();
            self.runs
                && callers.all(|caller| {
                    let mut environments = environments.iter();
                    environments.all(|index| self.setting(caller, *index, name).is_some())
                })
        };
        let mut variables = url.variables().into_iter();
        let name = variables.find(|name| !name.starts_with("COPILOT_") && !is_set(name))?;
        Some(format!(
            "`{name}` may be set elsewhere, such as by a secret: no manifest's `variables` set it in every environment"
        ))
    }

    /// Why something that looks like the URL of a service cannot be followed; `None` if it does not look like one.
    fn unclear(&self, url: &HandBuilt, texts: &[Reached<'_, '_>]) -> Option<String> {
        let Reached { text, parts, .. } = texts.first()?;
        let application = self.context.application();
        if let [Part::Variable(name, None), ..] = bare(parts)
            && matches!(url.position, Position::Request(..))
        {
            let is_meant = |service: &&Service| {
                let service = service.name.to_uppercase().replace('-', "_");
                name.strip_prefix(&service)
                    .is_some_and(|rest| rest.starts_with('_'))
            };
            let service = application.services.iter().find(is_meant)?;
            return Some(format!(
                "`{name}` is set by no manifest, so that it is not known whether it leads to `{}`",
                service.name
            ));
        }
        let (scheme, after) = text.split_once("://")?;
        let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
        let first = authority
            .split(['.', ':', UNKNOWN])
            .next()
            .unwrap_or_default();
        let is_service = application.service(first).is_some();
        if is_service && scheme.contains(UNKNOWN) {
            return Some("its scheme is not known from the text of the sources".to_owned());
        }
        if !authority.contains(UNKNOWN) {
            return None;
        }
        let names_zone = url.variables().contains(&ENDPOINT);
        if is_service || names_zone {
            return Some("a part of its host is not known from the text of the sources".to_owned());
        }
        None
    }

    /// The line of a manifest that has to do with it.
    fn second(
        &self,
        caller: &Service,
        environment: Option<usize>,
        url: &HandBuilt,
        lead: &Lead,
    ) -> Option<Place> {
        lead.finding.as_ref()?;
        let set = url.variables();
        let set = set
            .iter()
            .find_map(|name| self.setting(caller, environment, name));
        if let Some((_, place)) = set {
            return Some(place.clone());
        }
        let application = self.context.application();
        let callee = application.service(lead.service.as_deref()?)?;
        match lead.finding.as_ref()?.code {
            Code::UrlPort => {
                let deployment = application.deployment(callee, environment).ok()?;
                Some(deployment.port.as_ref()?.place.clone())
            }
            Code::UrlConnectOff => {
                route::service_connect(application, Some(caller), callee, environment)
                    .err()?
                    .place
            }
            Code::UrlNotInDiscovery => {
                route::discovery(application, Some(caller), callee, environment)
                    .err()?
                    .place
            }
            _ => None,
        }
    }
}

/// Whether a host is meant to be that of a service, and no other name without a dot: what is connected to may as well be a
/// database or a signal.
fn concerns(url: &HandBuilt, lead: &Lead) -> bool {
    if lead.service.is_some() || lead.near.is_some() {
        return true;
    }
    lead.finding.is_some()
        && (matches!(url.position, Position::Request(..)) || url.variables().contains(&ENDPOINT))
}

/// Where the authority of a URL ends: the bytes of its text before the path. `None` where it is not known, or has a user's
/// name or several hosts in it.
pub fn authority_end(text: &str) -> Option<usize> {
    let end = origin_end(text);
    let is_known = !text[..end].contains([UNKNOWN, '@', ',']);
    is_known.then_some(end)
}
