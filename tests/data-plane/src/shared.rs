//! What the programs in `src/bin` and the tests that run them have to agree on.
//!
//! ```
//! use data_plane::shared::{fits, part};
//!
//! assert!(fits(250, &[250, 0, 1]));
//! assert!(!fits(0, &part(1, 100)));
//! ```

/// How many call at the same time in the program `load`.
pub const CALLERS: usize = 8;

/// How many bytes the program `mover` moves.
pub const BYTES: usize = 100_000_000;

/// How many of them are made at a time.
pub const PART: usize = 1 << 16;

/// What is streamed repeats itself after as many bytes, a prime number: a part that is lost or comes twice shows.
const PERIOD: usize = 251;

/// The bytes of a stream from a place on, so many of them.
#[must_use]
pub fn part(start: usize, length: usize) -> Vec<u8> {
    let mut period: Vec<u8> = (0..=u8::MAX).take(PERIOD).collect();
    period.rotate_left(start % PERIOD);
    let mut part = period.repeat(length.div_ceil(PERIOD));
    part.truncate(length);
    part
}

/// Whether these are the bytes of a stream from a place on.
#[must_use]
pub fn fits(start: usize, bytes: &[u8]) -> bool {
    let period = part(start, PERIOD);
    bytes.chunks(PERIOD).all(|chunk| period.starts_with(chunk))
}
