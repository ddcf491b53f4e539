//! Options that several commands have.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

/// What these options stand below in `--help`.
pub const GLOBAL: &str = "Options of every command";

/// Which application, and which of its environments.
#[derive(Args, Clone, Debug)]
pub struct Selection {
    /// Work in this directory; `copilot/` is looked for from there upwards
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = GLOBAL)]
    #[arg(default_value = ".", hide_default_value = true)]
    pub directory: PathBuf,

    /// The application's name, where `copilot/.workspace` does not say it
    #[arg(long, value_name = "NAME", global = true, help_heading = GLOBAL)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub app: Option<String>,

    /// Only this environment, where the result depends on it, and even if no manifest names it; can be repeated where a
    /// command is about several
    #[arg(long = "env", value_name = "ENV", global = true, help_heading = GLOBAL)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub environments: Vec<String>,
}

impl Selection {
    /// The environment of a command that is about one; `None` where none is named.
    pub fn environment(&self) -> Result<Option<&str>> {
        match &self.environments[..] {
            [] => Ok(None),
            [environment] => Ok(Some(environment)),
            _ => bail!("this is about one environment: pass `--env` once"),
        }
    }

    /// The same application in all of its environments.
    pub fn everywhere(&self) -> Self {
        Self {
            environments: Vec::new(),
            ..self.clone()
        }
    }
}

/// For whom the result is written. The values say enough by their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Human,
    Json,
}
