//! `graph`: which service calls which, and by which way in each environment.

mod dot;
mod json;
mod mermaid;
mod model;
mod svg;
mod text;

use anyhow::Result;
use clap::{Args, ValueEnum};
use service_connect_codegen::map::{edges, outside};

use crate::calls::Known;
use crate::options::Selection;
use crate::{Outcome, output};

use model::Model;

/// What `--help` says below the options.
pub const AFTER_HELP: &str = "\
The calls are those of typed clients and URLs in Rust sources, and of URLs in the variables of manifests. A picture: \
`cargo service-connect graph --format svg > services.svg`; `dot` is for Graphviz, and GitHub shows `mermaid` in Markdown.";

/// The arguments of `graph`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// How to write it: as text, as JSON, as a picture, or for programs that draw one
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Draw the hosts outside of the application too, which variables of manifests name
    #[arg(long)]
    outside: bool,
}

/// How it is written. The values say enough by their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Human,
    Json,
    Mermaid,
    Dot,
    Svg,
}

/// Prints the graph.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    let known = Known::open(selection)?;
    let application = known.context.application();
    let edges = edges(&known.calls);
    let hosts = outside(application, &known.context.loaded().settings);
    let is_drawn = matches!(
        arguments.format,
        Format::Mermaid | Format::Dot | Format::Svg
    );
    let hosts = if is_drawn && !arguments.outside {
        Vec::new()
    } else {
        hosts
    };
    let model = Model::of(application, &edges, &hosts);
    match arguments.format {
        Format::Human => output::result(&text::render(&model))?,
        Format::Json => output::json(&json::Graph::of(&model))?,
        Format::Mermaid => output::raw(mermaid::render(&model).as_bytes())?,
        Format::Dot => output::raw(dot::render(&model).as_bytes())?,
        Format::Svg => output::raw(svg::render(&model).as_bytes())?,
    }
    known.finish()?;
    Ok(Outcome::Clean)
}
