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
    #[arg(value_name = "CODE", required_unless_present = "list")]
    code: Option<String>,

    /// List every code with its title
    #[arg(long, conflicts_with = "code")]
    list: bool,

    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What `--format json` prints: one, or with `--list` all of them in an array.
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

/// Prints the explanation, or the list.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let code = arguments.code.as_deref().map(parse).transpose()?;
    match (code, arguments.format) {
        (Some(code), Format::Human) => output::result(&explanation(code))?,
        (Some(code), Format::Json) => output::json(&Entry::from(code))?,
        (None, Format::Human) => output::result(&list())?,
        (None, Format::Json) => {
            let all = Code::ALL.iter().copied().map(Entry::from);
            output::json(&all.collect::<Vec<_>>())?;
        }
    }
    Ok(Outcome::Clean)
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

fn parse(word: &str) -> Result<Code> {
    let Some(code) = Code::parse(word) else {
        let hint = match nearest(word, Code::ALL.iter().map(|code| code.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`cargo service-connect explain --list` shows all of them".to_owned(),
        };
        bail!("there is no code `{}`; {hint}", printable(word));
    };
    Ok(code)
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
