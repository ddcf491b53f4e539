//! Options that several commands have.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

/// Which application, and which of its environments.
#[derive(Args, Debug)]
pub struct Selection {
    /// The application's name, where `copilot/.workspace` does not say it
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub app: Option<String>,

    /// Only this environment, even one that no manifest names; can be repeated
    #[arg(long = "env", value_name = "ENV", value_parser = NonEmptyStringValueParser::new())]
    pub environments: Vec<String>,
}

/// For whom the result is written. The values say enough by their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Human,
    Json,
}
