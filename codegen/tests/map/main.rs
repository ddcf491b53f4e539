//! Who calls whom: the feature `map`.

#[path = "../support/mod.rs"]
mod support;

mod stand_ins;
mod variables;
