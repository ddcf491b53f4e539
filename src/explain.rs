//! `explain`: what a code means, why it matters, and what to write instead.

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;
use service_connect_codegen::{Code, Explanation, nearest};

use crate::Outcome;
use crate::options::Format;
use crate::output::{self, HEADER, printable};

/// The arguments of `explain`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The code of a finding, which stands in brackets after its message
    #[arg(value_name = "CODE")]
    codes: Vec<String>,

    /// List every code with its title
    #[arg(long, conflicts_with = "codes")]
    list: bool,

    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What `--format json` prints: one, or an array of those of several codes and of `--list`.
#[derive(Serialize)]
struct Entry {
    code: &'static str,
    title: &'static str,
    meaning: &'static str,
    wrong: &'static str,
    right: &'static str,
    /// Whose rule it is.
    source: &'static str,
}

/// Prints the explanations, or the list.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let mut codes = Vec::new();
    let mut unknown = Vec::new();
    for word in &arguments.codes {
        match Code::parse(word) {
            Some(code) => codes.push(code),
            None => unknown.push(no_code(word)),
        }
    }
    if let Some((last, others)) = unknown.split_last() {
        for other in others {
            output::error(other);
        }
        bail!(last.clone());
    }
    if codes.is_empty() && !arguments.list {
        bail!(
            "name the code of a finding, which stands in brackets after its message; `cargo service-connect explain \
             --list` shows all of them"
        );
    }
    match (arguments.format, &codes[..]) {
        (Format::Human, []) => output::result(&list())?,
        (Format::Human, codes) => {
            let texts: Vec<_> = codes.iter().copied().map(explanation).collect();
            output::result(&texts.join("\n\n"))?;
        }
        (Format::Json, []) => output::json(&entries(Code::ALL))?,
        (Format::Json, [code]) => output::json(&Entry::from(*code))?,
        (Format::Json, codes) => output::json(&entries(codes))?,
    }
    Ok(Outcome::Clean)
}

fn entries(codes: &[Code]) -> Vec<Entry> {
    codes.iter().copied().map(Entry::from).collect()
}

impl From<Code> for Entry {
    fn from(code: Code) -> Self {
        let Explanation {
            title,
            meaning,
            wrong,
            right,
            source,
        } = *code.explanation();
        Self {
            code: code.as_str(),
            title,
            meaning,
            wrong,
            right,
            source,
        }
    }
}

fn no_code(word: &str) -> String {
    let hint = match nearest(word, Code::ALL.iter().map(|code| code.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`cargo service-connect explain --list` shows all of them".to_owned(),
    };
    format!("there is no code `{}`; {hint}", printable(word))
}

fn explanation(code: Code) -> String {
    let title = code.title();
    format!(
        "{HEADER}{code}: {title}{HEADER:#}\n\n{}\n",
        code.explanation()
    )
}

/// A code and its title in each line.
fn list() -> String {
    let widths = Code::ALL.iter().map(|code| code.as_str().len());
    let width = widths.max().unwrap_or_default();
    let lines = Code::ALL
        .iter()
        .map(|code| format!("{:width$}  {}\n", code.as_str(), code.title()));
    lines.collect()
}
