//! One task of a service, as logs and messages name it.

use std::fmt;

/// `api`, or `api.2` where several tasks of it run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Task {
    /// The service's name.
    pub service: String,
    /// From 1 upwards.
    pub number: u16,
    /// Whether it is the only one.
    pub is_sole: bool,
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.service)?;
        if self.is_sole {
            return Ok(());
        }
        write!(f, ".{}", self.number)
    }
}
