//! The deadline of a call, as gRPC has it in a header: at most eight digits, and a unit.
//!
//! ```text
//! assert_eq!(parse("250m"), Some(Duration::from_millis(250)));
//! ```

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

const NAME: &str = "grpc-timeout";

/// The one that a request has. What is none is left to the server.
pub(super) fn of(headers: &HeaderMap) -> Option<Duration> {
    parse(headers.get(NAME)?.to_str().ok()?)
}

fn parse(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let digits = text.strip_suffix(unit)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(number * 3600)),
        'M' => Some(Duration::from_secs(number * 60)),
        'S' => Some(Duration::from_secs(number)),
        'm' => Some(Duration::from_millis(number)),
        'u' => Some(Duration::from_micros(number)),
        'n' => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// What is left of it, for who gets the request now.
pub(super) fn set(headers: &mut HeaderMap, expires: Instant) {
    let left = expires.saturating_duration_since(Instant::now());
    if let Ok(value) = HeaderValue::try_from(write(left)) {
        headers.insert(NAME, value);
    }
}

/// Rounded up, in the smallest unit in which it has eight digits.
fn write(left: Duration) -> String {
    const MOST: u128 = 99_999_999;
    let units = [('u', 1_000), ('m', 1_000_000), ('S', 1_000_000_000)];
    let written = units.into_iter().find_map(|(unit, nanos)| {
        let number = left.as_nanos().div_ceil(nanos);
        (number <= MOST).then(|| format!("{number}{unit}"))
    });
    written.unwrap_or_else(|| format!("{MOST}S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_eight_digits_and_a_unit() {
        for (text, expected) in [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("3S", Some(Duration::from_secs(3))),
            ("4m", Some(Duration::from_millis(4))),
            ("5u", Some(Duration::from_micros(5))),
            ("6n", Some(Duration::from_nanos(6))),
            ("99999999H", Some(Duration::from_secs(99_999_999 * 3600))),
            ("0S", Some(Duration::ZERO)),
            ("100000000S", None),
            ("1", None),
            ("S", None),
            ("", None),
            ("-1S", None),
            ("+1S", None),
            ("1.5S", None),
            ("1s", None),
            ("1ü", None),
        ] {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_no_shorter_and_reads_back() {
        for (left, expected) in [
            (Duration::ZERO, "0u"),
            (Duration::from_nanos(1), "1u"),
            (Duration::from_millis(1500), "1500000u"),
            (Duration::from_secs(99), "99000000u"),
            (Duration::from_secs(100), "100000m"),
            (Duration::from_secs(100_000), "100000S"),
            (Duration::MAX, "99999999S"),
        ] {
            assert_eq!(write(left), expected);
            assert!(parse(expected).is_some());
        }
    }
}
