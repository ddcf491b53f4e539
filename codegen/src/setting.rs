//! The variables of containers, as far as they may name a host.

use crate::place::Place;

/// A variable as it is written once, be it for one environment or for several.
#[derive(Debug)]
pub(crate) struct Setting {
    pub name: String,
    /// The sidecar that gets it; `None` for the main container.
    pub sidecar: Option<String>,
    pub place: Place,
    /// What it says, filled in: mostly the same everywhere.
    pub values: Vec<Value>,
}

/// What a variable says in some environments.
#[derive(Debug)]
pub(crate) struct Value {
    pub text: String,
    /// Their indices; `None` for the base manifest.
    pub environments: Vec<Option<usize>>,
}

impl Setting {
    /// In how many environments it is set.
    pub fn environments(&self) -> usize {
        let values = self.values.iter();
        values.map(|value| value.environments.len()).sum()
    }
}
