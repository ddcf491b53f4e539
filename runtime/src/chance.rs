//! What is left to chance: where turns begin, and what is not to happen at the same time everywhere.
//!
//! ```text
//! let pause = pause + pause * u32::from(chance::byte()) / 255;
//! ```

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// Any number of its size.
pub(crate) fn byte() -> u8 {
    RandomState::new().hash_one(0).to_ne_bytes()[0]
}
