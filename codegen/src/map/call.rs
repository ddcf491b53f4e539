//! One place that calls a service.

use crate::application::{Application, Service};
use crate::finding::{Finding, Severity};
use crate::place::Place;
use crate::route::{Route, Via};

/// A place from which one service calls another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The name of the service that calls.
    pub caller: String,
    /// The name of the service that is called.
    pub callee: String,
    /// Where it is written; `None` where it is in no file.
    pub place: Option<Place>,
    /// How it is written.
    pub kind: CallKind,
    /// One for each environment in which the call is made, in the order of [`Application::looked_at`]: a variable may be
    /// set in only some of them.
    pub ways: Vec<Way>,
}

/// How a call is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallKind {
    /// With a type of `clients!()`.
    Stub,
    /// With `#[service_client]`.
    Attribute,
    /// With a URL in the sources of a program.
    Url,
    /// With a URL in a variable of that name, which a manifest sets.
    Variable(String),
}

/// The way of a call in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The index of the environment; `None` for the base manifests.
    pub environment: Option<usize>,
    /// How the call arrives; `None` if it does not.
    pub via: Option<Via>,
    /// Why not, or why it does not go through Service Connect, or what is dubious about it.
    pub reason: Option<Finding>,
}

impl Call {
    /// One that takes the best way there is, in every environment.
    #[must_use]
    pub fn typed(
        application: &Application,
        caller: &Service,
        callee: &Service,
        kind: CallKind,
        place: Option<Place>,
    ) -> Self {
        let environments = application.looked_at().into_iter();
        let ways = environments.map(|index| Way::find(application, caller, callee, index));
        Self {
            caller: caller.name.clone(),
            callee: callee.name.clone(),
            place,
            kind,
            ways: ways.collect(),
        }
    }
}

impl Call {
    /// Adds a way. A text may name a service twice: of two ways in one environment, the one that is more in need of a look
    /// is kept.
    pub fn add(&mut self, way: Way) {
        match self
            .ways
            .binary_search_by_key(&way.environment, |known| known.environment)
        {
            Ok(known) if way.is_worse_than(&self.ways[known]) => self.ways[known] = way,
            Ok(_) => {}
            Err(place) => self.ways.insert(place, way),
        }
    }
}

impl Way {
    /// The way that a URL takes, as [`Names::leads`](crate::urls::Names::leads) says it.
    #[must_use]
    pub fn led(
        application: &Application,
        caller: &Service,
        callee: &Service,
        environment: Option<usize>,
        via: Option<Via>,
        finding: Option<Finding>,
    ) -> Self {
        // A manifest that cannot be read is in the way of any call.
        let find = || Self::find(application, caller, callee, environment).reason;
        let reason = finding.or_else(|| via.is_none().then(find)?);
        Self {
            environment,
            via,
            reason,
        }
    }

    /// The best way there is.
    #[must_use]
    pub fn find(
        application: &Application,
        caller: &Service,
        callee: &Service,
        environment: Option<usize>,
    ) -> Self {
        let route = Route::find(application, caller, callee, environment);
        Self {
            environment,
            via: route.via,
            reason: route.reason,
        }
    }

    /// Why the call does not arrive, or hardly as it was meant; that a better way is off is no trouble.
    #[must_use]
    pub fn trouble(&self) -> Option<&Finding> {
        let is_trouble =
            |reason: &&Finding| self.via.is_none() || reason.severity == Severity::Warning;
        self.reason.as_ref().filter(is_trouble)
    }

    /// Whether it is more in need of a look: that of a call that does not arrive, else one that something is said about,
    /// else one by discovery.
    pub(super) fn is_worse_than(&self, other: &Self) -> bool {
        self.badness() > other.badness()
    }

    fn badness(&self) -> (bool, bool, bool) {
        (
            self.via.is_none(),
            self.reason.is_some(),
            self.via == Some(Via::Discovery),
        )
    }
}
