//! What a client is of: a service, whose route all of its clients share, or what has a route of its own.
//!
//! ```text
//! let origin = Origin::Service(service).with_resilience(Resilience::OFF);
//! let route = origin.route()?; // decided by the first use
//! ```

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::choose::{Choice, Target};
use crate::route::Route;
use crate::service::Service;
use crate::{Resilience, Result};

#[derive(Clone)]
pub(super) enum Origin {
    Service(&'static Service),
    Own(Arc<Own>),
}

/// A route that is shared with nobody but the clones.
pub(super) struct Own {
    to: To,
    /// `None` is what holds for all.
    resilience: Option<Resilience>,
    route: OnceLock<Route>,
}

/// By the service's name, because each attribute and each `clients!()` makes a static of its own.
#[derive(PartialEq)]
pub(super) enum Of<'a> {
    Service(&'static str),
    Url(&'a Target),
}

#[derive(Clone)]
enum To {
    Service(&'static Service),
    Url(Choice),
}

impl Origin {
    pub(super) fn url(choice: Choice) -> Origin {
        Origin::own(To::Url(choice), None)
    }

    fn own(to: To, resilience: Option<Resilience>) -> Origin {
        Origin::Own(Arc::new(Own {
            to,
            resilience,
            route: OnceLock::new(),
        }))
    }

    pub(super) fn with_resilience(&self, resilience: Resilience) -> Origin {
        let to = match self {
            Origin::Service(service) => To::Service(service),
            Origin::Own(own) => own.to.clone(),
        };
        Origin::own(to, Some(resilience))
    }

    /// The way, whatever the settings.
    pub(super) fn choice(&self) -> Result<&Choice> {
        match self {
            Origin::Service(service) => service.choice(),
            Origin::Own(own) => own.to.choice(),
        }
    }

    pub(super) fn used_route(&self) -> Option<&Route> {
        match self {
            Origin::Service(service) => service.used_route(),
            Origin::Own(own) => own.route.get(),
        }
    }

    pub(super) fn route(&self) -> Result<&Route> {
        match self {
            Origin::Service(service) => service.route(),
            Origin::Own(own) => own.route(),
        }
    }

    /// What it is of, whatever its settings.
    pub(super) fn of(&self) -> Of<'_> {
        match self {
            Origin::Service(service) => Of::Service(service.name()),
            Origin::Own(own) => match &own.to {
                To::Service(service) => Of::Service(service.name()),
                To::Url(choice) => Of::Url(&choice.target),
            },
        }
    }
}

impl Own {
    fn route(&self) -> Result<&Route> {
        if let Some(route) = self.route.get() {
            return Ok(route);
        }
        let resilience = match self.resilience {
            Some(resilience) => resilience.unless_off()?,
            None => Resilience::of(None)?,
        };
        let choice = self.to.choice()?;
        let route = || Route::new(choice.clone(), resilience);
        Ok(self.route.get_or_init(route))
    }
}

impl To {
    fn choice(&self) -> Result<&Choice> {
        match self {
            To::Service(service) => service.choice(),
            To::Url(choice) => Ok(choice),
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of() {
            Of::Service(name) => write!(f, "{name:?}"),
            Of::Url(target) => write!(f, "{target}"),
        }
    }
}
