//! What is to be said of an application as a whole: of what Copilot accepts and what does not work all the same,
//! or not as it was meant.

mod connect;
mod names;
mod overrides;
mod urls;

use crate::application::Application;
use crate::finding::Finding;
use crate::reference::in_environments;
use crate::setting::Setting;

pub(crate) use overrides::Override;

/// What is written about a service beside what decides how it is reached.
#[derive(Debug, Default)]
pub(crate) struct Extras {
    pub settings: Vec<Setting>,
    pub overrides: Vec<Override>,
}

/// Everything that the rules find; the same thing may be found once an environment. `extras` go with the services, in
/// their order; of external ones there are none.
pub(crate) fn review(application: &Application, extras: &[Extras]) -> Vec<Finding> {
    let mut findings = Vec::new();
    names::review(application, &mut findings);
    connect::review(application, &mut findings);
    let urls = urls::Review::new(application);
    for (service, extras) in application.services.iter().zip(extras) {
        overrides::review(service, &extras.overrides, &mut findings);
        urls.review(service, &extras.settings, &mut findings);
    }
    findings
}

/// The environments in words, after a blank; nothing where it is all of them.
fn scope(application: &Application, some: &[Option<usize>]) -> String {
    if some.len() == application.looked_at().len() {
        return String::new();
    }
    let names = some
        .iter()
        .filter_map(|index| application.environments.get((*index)?));
    in_environments(
        &names
            .map(|environment| environment.name.as_str())
            .collect::<Vec<_>>(),
    )
}
