//! What is wrong, where, and what to write instead.
//!
//! ```
//! use service_connect_codegen::{Code, Finding, Place};
//!
//! let finding = Finding::error(Code::UnknownService, "there is no service `apu`")
//!     .at(&Place::new("copilot/api/manifest.yml", 3, 7, 20..23))
//!     .help("did you mean `api`?");
//! assert_eq!(
//!     finding.to_string(),
//!     "there is no service `apu` [unknown-service]\nat copilot/api/manifest.yml:3\nhelp: did you mean `api`?",
//! );
//! ```

use std::fmt;

use crate::code::Code;
use crate::place::Place;

/// One thing that is wrong or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about, for programs.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where; `None` where it is in no file.
    pub place: Option<Place>,
    /// What to do about it.
    pub help: Option<String>,
    /// What to write in place of the bytes of `place`, where that alone mends it.
    pub replacement: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Note,
    /// Probably not what was meant.
    Warning,
    /// Does not work.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Finding {
    /// A finding that stops something from working.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: None,
            help: None,
            replacement: None,
        }
    }

    /// A finding that is probably not what was meant.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// A finding that is good to know.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(code, message)
        }
    }

    /// Whether it stops something from working.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    /// Says what to write in its place.
    #[must_use]
    pub fn replace_with(mut self, replacement: impl Into<String>) -> Self {
        self.replacement = Some(replacement.into());
        self
    }

    /// Says which of `candidates` was probably meant where `word` stands, else what to do.
    #[must_use]
    pub fn meant<'a>(
        self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
        otherwise: impl FnOnce() -> String,
    ) -> Self {
        match nearest(word, candidates) {
            Some(near) => self
                .help(format!("did you mean `{near}`?"))
                .replace_with(near),
            None => self.help(otherwise()),
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Finding {
    /// All of it in one line: place, message, code, help.
    #[must_use]
    pub fn line(&self) -> String {
        let place = self
            .place
            .as_ref()
            .map_or_else(String::new, |place| format!("{place}: "));
        let help = self
            .help
            .as_ref()
            .map_or_else(String::new, |help| format!("; {help}"));
        let line = format!("{place}{} [{}]{help}", self.message, self.code);
        // What stands in a manifest may hold anything, and this goes to terminals and logs.
        line.replace(|c: char| c.is_control(), " ")
    }
}

/// As a compile error shows it: the message and the code, then the place, then the help.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)?;
        if let Some(place) = &self.place {
            write!(f, "\nat {place}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

/// The candidate that `word` was probably meant to be.
///
/// ```
/// # use service_connect_codegen::nearest;
/// assert_eq!(nearest("fron-end", ["api", "front-end"]), Some("front-end"));
/// assert_eq!(nearest("mail", ["api", "front-end"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.to_lowercase().replace('_', "-");
    let word = fold(word);
    // rustc's measure: a third of the word may differ.
    let length = word.chars().count();
    let limit = length.max(3) / 3;
    candidates
        .into_iter()
        // The lengths alone rule most of them out, and a word may be as long as a file.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(&word, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Names in quotes, one after the other in a sentence: `a`, `b` and `c`.
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
