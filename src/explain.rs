//! `explain`: what a code means, why it matters, and what to write instead.

use anyhow::{Result, bail};
use clap::Args;
use service_connect_codegen::{Code, nearest};

use crate::Outcome;
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
}

/// Prints the explanation, or the list.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    match &arguments.code {
        Some(code) => output::result(&explanation(code)?)?,
        None => output::result(&list())?,
    }
    Ok(Outcome::Clean)
}

fn explanation(word: &str) -> Result<String> {
    let Some(code) = Code::parse(word) else {
        let hint = match nearest(word, Code::ALL.iter().map(|code| code.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`cargo service-connect explain --list` shows all of them".to_owned(),
        };
        bail!("there is no code `{}`; {hint}", printable(word));
    };
    let title = code.title();
    Ok(format!(
        "{HEADER}{code}: {title}{HEADER:#}\n\n{}\n",
        code.explanation()
    ))
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
