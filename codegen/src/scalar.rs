//! What a scalar is, by the rules of Go's yaml.v3, which Copilot reads manifests with
//! (`resolve.go` and `decode.go` of v3.0.1): YAML 1.2, but underscores in numbers, octals with a leading
//! zero, and YAML 1.1's words for a boolean where one is asked for.

use crate::yaml::Style;

/// What a scalar stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    /// Within `i64` and `u64`.
    Int(i128),
    Float(f64),
    Text,
}

impl Resolved {
    /// The tag in yaml.v3's messages.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool(_) => "!!bool",
            Self::Int(_) => "!!int",
            Self::Float(_) => "!!float",
            Self::Text => "!!str",
        }
    }
}

/// What `text` stands for; `None` if the explicit tag forbids it.
pub(crate) fn resolve(text: &str, style: Style, tag: Option<&str>) -> Option<Resolved> {
    let is_text = match tag {
        None | Some("!") => style != Style::Plain,
        Some(tag) => matches!(tag, "!!str" | "!!binary"),
    };
    if is_text {
        return Some(Resolved::Text);
    }
    let resolved = resolve_plain(text);
    match (tag, resolved) {
        (Some("!!float"), Resolved::Int(number)) => {
            #[allow(clippy::cast_precision_loss)] // As the tag asks.
            Some(Resolved::Float(number as f64))
        }
        (None | Some("!"), resolved) => Some(resolved),
        (Some(tag), resolved) if tag == resolved.tag() => Some(resolved),
        (Some("!!null" | "!!bool" | "!!int" | "!!float"), _) => None,
        (Some(_), _) => Some(Resolved::Text),
    }
}

fn resolve_plain(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" => return Resolved::Bool(true),
        "false" | "False" | "FALSE" => return Resolved::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Resolved::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Resolved::Text;
    }
    let plain = text.replace('_', "");
    if let Some(number) = integer(&plain) {
        return Resolved::Int(number);
    }
    match plain.parse() {
        Ok(number) if is_float(&plain) => Resolved::Float(number),
        _ => Resolved::Text,
    }
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    let number = i128::from_str_radix(digits, radix).ok()?;
    let number = if negative { -number } else { number };
    let signed = i64::try_from(number).is_ok();
    // ParseUint takes no sign.
    let unsigned = u64::try_from(number).is_ok() && !text.starts_with('+');
    (signed || unsigned).then_some(number)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && all_digits(fraction),
        Some((whole, fraction)) => all_digits(whole) && all_digits(fraction),
        None => !mantissa.is_empty() && all_digits(mantissa),
    };
    exponent_fits && mantissa_fits
}

/// A scalar where Go wants a `bool`.
pub(crate) fn boolean(text: &str, resolved: Resolved) -> Option<bool> {
    match (resolved, text) {
        (Resolved::Bool(value), _) => Some(value),
        (Resolved::Text, "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON") => Some(true),
        (Resolved::Text, "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF") => Some(false),
        _ => None,
    }
}

/// A scalar where Go wants an integer from `min` to `max`. A fraction is cut off, as Go's conversion does.
pub(crate) fn number(resolved: Resolved, min: i64, max: i64) -> Option<i64> {
    let number = match resolved {
        Resolved::Int(number) => i64::try_from(number).ok()?,
        #[allow(clippy::cast_possible_truncation)]
        // Within the bounds of i64, and cut off on purpose.
        Resolved::Float(number) if number.abs() < 9.2e18 => number as i64,
        _ => return None,
    };
    (min..=max).contains(&number).then_some(number)
}

/// A scalar where Go wants a `uint16`.
pub(crate) fn port(resolved: Resolved) -> Option<u16> {
    number(resolved, 0, u16::MAX.into()).and_then(|number| u16::try_from(number).ok())
}

/// Go's `time.ParseDuration`: `0`, or numbers with units from `ns` to `h`.
pub(crate) fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let number = &rest[..digits];
        let is_number =
            number.bytes().any(|byte| byte.is_ascii_digit()) && number.matches('.').count() < 2;
        rest = &rest[digits..];
        let units = rest
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(rest.len());
        let is_unit = matches!(
            &rest[..units],
            "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h"
        );
        if !is_number || !is_unit {
            return false;
        }
        rest = &rest[units..];
        parts += 1;
    }
    parts > 0
}
