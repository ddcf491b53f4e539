//! What is said of the URLs that Rust sources put together by hand.

use service_connect_codegen::{Code, Finding, Place};

use crate::context::Context;
use crate::judge::{Judge, Verdict};
use crate::scan::File;
use crate::scan::urls::{HandBuilt, Urls};

/// What is said of it.
pub struct Told {
    pub finding: Finding,
    /// The line of a manifest that has to do with it.
    pub second: Option<Place>,
    /// Where the texts are written that are wrong, if that is elsewhere: where a function is given them.
    pub given: Vec<Place>,
}

/// What is known of each, in the order of the packages.
pub fn verdicts<'a, 'u>(urls: &'u [(Judge<'a>, Urls<'_>)]) -> Vec<(&'u HandBuilt, Verdict<'a>)> {
    let all = urls.iter().flat_map(|(judge, urls)| {
        let found = urls.found.iter();
        found.filter_map(|url| Some((url, judge.verdict(url)?)))
    });
    all.collect()
}

/// The sources that could not be looked into for them.
pub fn unparsed(urls: &[(Judge<'_>, Urls<'_>)]) -> Vec<Finding> {
    let parsed = urls.iter().map(|(_, urls)| urls);
    let parsed = parsed.filter(|urls| urls.model.is_parsed);
    let files = parsed
        .flat_map(|urls| urls.files)
        .filter(|file| !file.is_test);
    files.filter_map(File::unparsed).collect()
}

/// What is wrong with a URL, each with the environments; that it works where nothing is.
pub fn told(context: &Context, url: &HandBuilt, verdict: &Verdict<'_>) -> Vec<Told> {
    let application = context.application();
    let name = |environment: &Option<usize>| {
        environment.map_or_else(String::new, |index| {
            format!("`{}`", application.environments[index].name)
        })
    };
    let mut told: Vec<(Told, Vec<Option<usize>>)> = Vec::new();
    let mut all: Vec<Option<usize>> = Vec::new();
    for way in &verdict.ways {
        if !all.contains(&way.environment) {
            all.push(way.environment);
        }
        let Some(finding) = &way.finding else {
            continue;
        };
        let is_it = |(known, _): &&mut (Told, _)| known.finding == *finding;
        let Some((known, environments)) = told.iter_mut().find(is_it) else {
            let first = Told {
                finding: finding.clone(),
                second: way.second.clone(),
                given: way.given.clone(),
            };
            told.push((first, vec![way.environment]));
            continue;
        };
        if !environments.contains(&way.environment) {
            environments.push(way.environment);
        }
        for place in &way.given {
            if !known.given.contains(place) {
                known.given.push(place.clone());
            }
        }
    }
    if told.is_empty() {
        let message = match (&verdict.unclear, &verdict.service) {
            (Some(unclear), _) => format!("this looks like the URL of a service, but {unclear}"),
            (None, service) => {
                let service = service.as_deref().unwrap_or_default();
                let environments: Vec<_> = all
                    .iter()
                    .map(name)
                    .filter(|name| !name.is_empty())
                    .collect();
                let scope = if environments.is_empty() || verdict.unknown_caller {
                    String::new()
                } else {
                    format!(" in {}", listed(&environments))
                };
                if verdict.unknown_caller {
                    format!(
                        "the address of `{service}` is put together by hand, in a crate that no service is known to run"
                    )
                } else {
                    format!(
                        "the address of `{service}` is put together by hand: it works today{scope}"
                    )
                }
            }
        };
        let finding = Finding::note(Code::HandBuiltUrl, message).at(&url.place);
        return vec![Told {
            finding,
            second: None,
            given: Vec::new(),
        }];
    }
    told.into_iter()
        .map(|(told, environments)| {
            let is_everywhere =
                environments.len() == all.len() && application.environments.len() != 1;
            let names: Vec<_> = environments
                .iter()
                .map(name)
                .filter(|name| !name.is_empty())
                .collect();
            let scope = match (&names[..], is_everywhere) {
                ([], _) => String::new(),
                (_, true) => "in every environment, ".to_owned(),
                (names, false) => format!("in {}, ", listed(names)),
            };
            let finding = Finding {
                message: format!("{scope}{}", told.finding.message),
                ..told.finding
            };
            Told {
                finding: finding.at(&url.place),
                ..told
            }
        })
        .collect()
}

fn listed(names: &[String]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
