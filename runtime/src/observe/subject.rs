//! Which call is told of.
//!
//! ```text
//! let subject = Subject { service: Some("api"), method: &Method::GET, path: "/kudos", choice: Some(&choice) };
//! ```

use http::Method;

use super::names;
use crate::choose::{Choice, Target, Way};

/// A call, by what is known of it before it begins.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) service: Option<&'static str>,
    pub(crate) method: &'a Method,
    /// Without the query, whose values may be secret.
    pub(crate) path: &'a str,
    /// `None` where there is no way.
    pub(crate) choice: Option<&'a Choice>,
}

impl<'a> Subject<'a> {
    /// Of the span. The path of a request is not one of few.
    pub(super) fn name(self) -> &'static str {
        match names::method(self.method) {
            names::OTHER => "HTTP",
            known => known,
        }
    }

    pub(super) fn unknown_method(self) -> Option<&'a str> {
        let is_unknown = names::method(self.method) == names::OTHER;
        is_unknown.then_some(self.method.as_str())
    }

    pub(super) fn environment(self) -> Option<&'a str> {
        self.choice?.environment.as_deref()
    }

    pub(super) fn way(self, falls_back: bool) -> Option<(&'a Target, Way)> {
        self.choice.map(|choice| choice.way_of(falls_back))
    }

    pub(super) fn url(self, target: &Target) -> String {
        format!("{target}{}", self.path)
    }
}
