//! The variables of containers, as far as they may name a host.
//!
//! ```
//! use service_connect_codegen::{Place, Setting, Value};
//!
//! let url = Setting {
//!     name: "API_URL".into(),
//!     sidecar: None,
//!     place: Place::new("copilot/web/manifest.yml", 9, 12, 120..131),
//!     values: vec![Value { text: "http://api".into(), environments: vec![None] }],
//! };
//! assert_eq!(url.value(None), Some("http://api"));
//! ```

use crate::place::Place;

/// A variable as it is written once, be it for one environment or for several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// The sidecar that gets it; `None` for the main container.
    pub sidecar: Option<String>,
    /// Where the value is written.
    pub place: Place,
    /// What it says, filled in: mostly the same everywhere.
    pub values: Vec<Value>,
}

/// What a variable says in some environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The text.
    pub text: String,
    /// The indices of the environments; `None` for the base manifest.
    pub environments: Vec<Option<usize>>,
}

impl Setting {
    /// In how many environments it is set.
    #[must_use]
    pub fn environments(&self) -> usize {
        let values = self.values.iter();
        values.map(|value| value.environments.len()).sum()
    }

    /// What it says in the environment of that index, or by the base manifest; `None` where it is not set, or set by
    /// another line.
    #[must_use]
    pub fn value(&self, environment: Option<usize>) -> Option<&str> {
        let mut values = self.values.iter();
        let value = values.find(|value| value.environments.contains(&environment))?;
        Some(&value.text)
    }
}
