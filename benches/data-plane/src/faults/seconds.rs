//! When what happens in a run, in seconds after its start.

/// The second in which a fault happens.
pub const AT: u64 = 5;
/// From here on a client had the time to see it.
pub const SETTLED: u64 = 10;
/// How long a run takes.
pub const END: u64 = 30;
/// The share of each task is that of the time since.
pub const LAST: u64 = 20;
