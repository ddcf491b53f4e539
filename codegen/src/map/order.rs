//! The order to deploy in for the first time: a client whose task started before its server was first deployed with
//! Service Connect never finds it, because a task's hosts are written when it starts.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::application::Application;

use super::circle::{again, circles, enough, shortest, waves};
use super::edge::Edge;

/// The order in one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// What can be deployed at the same time, one after the other; services without calls by Service Connect are in none.
    pub waves: Vec<Vec<String>>,
    /// Services that call each other in a circle, so that no order is right for all.
    pub cycles: Vec<Cycle>,
    /// Services that are deployed from another repository, and have to be there before those that call them.
    pub elsewhere: Vec<Elsewhere>,
}

/// Services that call each other in a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// All of them, in the order of their names.
    pub services: Vec<String>,
    /// The shortest circle, which ends with the service that it starts with.
    pub shortest: Vec<String>,
    /// Those to be deployed once more after all others.
    pub again: Vec<String>,
    /// Whether no smaller set would do; of very many services, not every set is tried.
    pub is_smallest: bool,
    /// Calls of the shortest circle, each from a client to a server, of which any one is enough: if it goes another way,
    /// there is no circle left. None where the services are in several circles that have no call in common.
    pub enough: Vec<[String; 2]>,
}

/// A service of another repository that is called by Service Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The service.
    pub service: String,
    /// Those that call it.
    pub callers: Vec<String>,
}

/// The orders of an application, each of which is found once: that of many calls takes a while.
#[derive(Debug)]
pub struct Orders<'a> {
    pub(super) application: &'a Application,
    pub(super) edges: &'a [Edge<'a>],
    found: RefCell<HashMap<Option<usize>, Rc<Order>>>,
}

impl<'a> Orders<'a> {
    /// Those by these calls.
    #[must_use]
    pub fn of(application: &'a Application, edges: &'a [Edge<'a>]) -> Self {
        Self {
            application,
            edges,
            found: RefCell::default(),
        }
    }

    /// The order in the environment of that index, or by the base manifests.
    #[must_use]
    pub fn find(&self, environment: Option<usize>) -> Rc<Order> {
        let mut found = self.found.borrow_mut();
        let order = found
            .entry(environment)
            .or_insert_with(|| Rc::new(Order::find(self.application, self.edges, environment)));
        Rc::clone(order)
    }
}

impl Order {
    /// The order in the environment of that index, or by the base manifests.
    #[must_use]
    pub fn find(application: &Application, edges: &[Edge<'_>], environment: Option<usize>) -> Self {
        let services = application.services.iter();
        let external = services.filter(|service| service.external);
        let external: HashSet<&str> = external.map(|service| service.name.as_str()).collect();
        let mut elsewhere: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut calls = Vec::new();
        for edge in edges {
            // A task that calls its own service is there once the service is.
            if edge.caller == edge.callee || !edge.connects(environment) {
                continue;
            }
            if external.contains(edge.callee) {
                let callers = elsewhere.entry(edge.callee).or_default();
                callers.push(edge.caller.to_owned());
                continue;
            }
            calls.push((edge.caller, edge.callee));
        }
        let (names, mut servers) = numbered(&calls);
        let mut cycles = Vec::new();
        for circle in circles(&servers) {
            let (again, is_smallest) = again(&circle.servers);
            let again: Vec<_> = again.iter().map(|one| circle.services[*one]).collect();
            for one in &again {
                // The numbers of a circle are in order.
                servers[*one].retain(|server| circle.services.binary_search(server).is_err());
            }
            let shortest = shortest(&circle.servers);
            let enough = enough(&circle.servers, &shortest).into_iter();
            let enough = enough.map(|call| call.map(|one| names[circle.services[one]].to_owned()));
            let enough = enough.collect();
            let shortest: Vec<_> = shortest.iter().map(|one| circle.services[*one]).collect();
            cycles.push(Cycle {
                services: named(&names, &circle.services),
                shortest: named(&names, &shortest),
                again: named(&names, &again),
                is_smallest,
                enough,
            });
        }
        let waves = waves(&servers);
        let elsewhere = elsewhere.into_iter();
        Self {
            waves: waves.iter().map(|wave| named(&names, wave)).collect(),
            cycles,
            elsewhere: elsewhere
                .map(|(service, callers)| Elsewhere {
                    service: service.to_owned(),
                    callers,
                })
                .collect(),
        }
    }

    /// Whether it does not matter.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.waves.is_empty() && self.elsewhere.is_empty()
    }

    /// The services to be deployed once more, so that they may come before those that they call.
    pub(super) fn again(&self) -> HashSet<&str> {
        let again = self.cycles.iter().flat_map(|cycle| &cycle.again);
        again.map(String::as_str).collect()
    }
}

/// The names of all that calls or is called, in order, and by their numbers the servers of each, in order.
fn numbered<'a>(calls: &[(&'a str, &'a str)]) -> (Vec<&'a str>, Vec<Vec<usize>>) {
    let names = calls.iter().flat_map(|(client, server)| [*client, *server]);
    let names: BTreeSet<&str> = names.collect();
    let names: Vec<&str> = names.into_iter().collect();
    let numbers = names.iter().enumerate();
    let numbers: HashMap<&str, usize> = numbers.map(|(number, name)| (*name, number)).collect();
    let mut servers = vec![Vec::new(); names.len()];
    for (client, server) in calls {
        servers[numbers[client]].push(numbers[server]);
    }
    for servers in &mut servers {
        servers.sort_unstable();
        servers.dedup();
    }
    (names, servers)
}

fn named(names: &[&str], numbers: &[usize]) -> Vec<String> {
    let numbers = numbers.iter();
    numbers.map(|number| names[*number].to_owned()).collect()
}

/// What to type to have the tasks of a service started anew, so that they learn the names that there are by now.
///
/// ```
/// # use service_connect_codegen::map::redeploy;
/// assert_eq!(redeploy("web", "test"), "copilot svc deploy --force --name web --env test");
/// ```
#[must_use]
pub fn redeploy(service: &str, environment: &str) -> String {
    let [service, environment] = [service, environment].map(word);
    format!("copilot svc deploy --force --name {service} --env {environment}")
}

/// A word of a shell; what stands in a manifest may hold anything.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
