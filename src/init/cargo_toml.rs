//! `Cargo.toml`: the dependencies and the metadata, in the way that the crate and its workspace write theirs.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use crate::output::printable;

use super::library::{Library, Source};

/// What a crate needs.
pub struct Needs<'a> {
    pub runtime: bool,
    pub codegen: bool,
    /// The features of tokio, where the crate is to have it.
    pub tokio: Option<&'static [&'static str]>,
    /// To be written into the metadata.
    pub services: Option<&'a [String]>,
    /// Where the first two are taken from.
    pub library: &'a Library,
    /// The directories of the package and of its workspace.
    pub directories: [&'a Path; 2],
}

/// The manifest of a package, and that of its workspace where it is another file.
pub struct Manifests {
    package: DocumentMut,
    workspace: Option<DocumentMut>,
}

/// The features of tokio for `#[tokio::main]`.
pub const MAIN: &[&str] = &["macros", "rt-multi-thread"];

impl Manifests {
    /// Reads both; each comes with what messages call it.
    pub fn parse(package: (&str, &str), workspace: Option<(&str, &str)>) -> Result<Self> {
        Ok(Self {
            package: parse(package)?,
            workspace: workspace.map(parse).transpose()?,
        })
    }

    /// Adds what is needed, and says what that was, for the package and for its workspace.
    pub fn add(&mut self, needs: &Needs<'_>) -> Result<[Vec<String>; 2]> {
        let mut added = [Vec::new(), Vec::new()];
        if package(&self.package)?.get("build").and_then(Item::as_bool) == Some(false) {
            bail!(
                "`package.build` is `false` in the Cargo.toml: take that away, so that a build script is run"
            );
        }
        let tokio = needs.tokio.unwrap_or_default();
        let dependencies = [
            (needs.runtime, "dependencies", "service-connect", &[][..]),
            (needs.tokio.is_some(), "dependencies", "tokio", tokio),
            (
                needs.codegen,
                "build-dependencies",
                "service-connect-codegen",
                &[][..],
            ),
        ];
        for (is_needed, section, name, features) in dependencies {
            if !is_needed {
                continue;
            }
            let [source, shared_source] = needs.directories.map(|base| match name {
                "tokio" => Source::Version("1".to_owned()),
                _ => needs.library.source(name, base),
            });
            let shared = self.shared_dependencies()?;
            let is_shared = shared.is_some();
            let mut missing = features.to_vec();
            if let Some(shared) = shared {
                if let Some(known) = shared.get(name) {
                    missing = missing_features(known, name, features);
                } else {
                    insert(shared, name, dependency(Some(&shared_source), &[], false));
                    added[1].push(described(name, &shared_source));
                }
            }
            let is_inline = self.writes_inline();
            let own = Some(&source).filter(|_| !is_shared);
            let dependency = dependency(own, &missing, is_inline);
            insert(section_of(&mut self.package, section)?, name, dependency);
            let what = if section == "dependencies" {
                "the dependency"
            } else {
                "the build dependency"
            };
            let name = own.map_or_else(|| format!("`{name}`"), |own| described(name, own));
            added[0].push(format!("{what} {name}"));
        }
        if let Some(services) = needs.services {
            self.set_services(services)?;
            added[0].push("the services that it runs as".to_owned());
        }
        Ok(added)
    }

    /// The texts of both.
    pub fn texts(&self) -> (String, Option<String>) {
        let workspace = self.workspace.as_ref().map(ToString::to_string);
        (self.package.to_string(), workspace)
    }

    /// `[workspace.dependencies]`, where the workspace keeps versions there.
    fn shared_dependencies(&mut self) -> Result<Option<&mut dyn TableLike>> {
        let root = self.workspace.as_mut().unwrap_or(&mut self.package);
        let workspace = root.get_mut("workspace").and_then(Item::as_table_like_mut);
        let Some(shared) = workspace.and_then(|workspace| workspace.get_mut("dependencies")) else {
            return Ok(None);
        };
        let shared = shared
            .as_table_like_mut()
            .context("`workspace.dependencies` is no table")?;
        Ok(Some(shared).filter(|shared| !shared.is_empty()))
    }

    /// Whether the crate writes `{ workspace = true }` where it could write `.workspace = true`.
    fn writes_inline(&self) -> bool {
        let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
        let sections = sections
            .iter()
            .filter_map(|section| self.package.get(section)?.as_table_like());
        let all = sections.flat_map(|section| section.iter().collect::<Vec<_>>());
        let mut styles = all.filter_map(|(_, dependency)| {
            let table = dependency.as_table_like()?;
            let is_alone = table.len() == 1 && table.contains_key("workspace");
            is_alone.then(|| {
                dependency
                    .as_inline_table()
                    .is_some_and(|table| !table.is_dotted())
            })
        });
        styles.next().unwrap_or(false)
    }

    fn set_services(&mut self, services: &[String]) -> Result<()> {
        let package = self
            .package
            .get_mut("package")
            .and_then(Item::as_table_like_mut)
            .context("there is no `[package]`")?;
        let metadata = package.entry("metadata").or_insert_with(implicit);
        let metadata = metadata
            .as_table_like_mut()
            .context("`package.metadata` is no table")?;
        let section = metadata.entry("service-connect").or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(false);
            Item::Table(table)
        });
        let section = section
            .as_table_like_mut()
            .context("`package.metadata.service-connect` is no table")?;
        let listed = section.get_mut("services").and_then(Item::as_array_mut);
        let Some(listed) = listed else {
            let listed: Array = services.iter().map(String::as_str).collect();
            section.insert("services", value(listed));
            return Ok(());
        };
        for service in services {
            if !listed.iter().any(|known| known.as_str() == Some(service)) {
                listed.push(service.as_str());
            }
        }
        Ok(())
    }
}

fn parse((name, text): (&str, &str)) -> Result<DocumentMut> {
    let document = text.parse::<DocumentMut>();
    document.map_err(|error| anyhow!("`{}`: {}", printable(name), printable(error.message())))
}

fn package(document: &DocumentMut) -> Result<&dyn TableLike> {
    let package = document.get("package").and_then(Item::as_table_like);
    package.context("there is no `[package]` in the Cargo.toml")
}

fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

fn section_of<'a>(document: &'a mut DocumentMut, name: &str) -> Result<&'a mut dyn TableLike> {
    let section = document
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()));
    if let Item::Table(table) = section {
        table.set_implicit(false);
    }
    section
        .as_table_like_mut()
        .with_context(|| format!("`{name}` is no table"))
}

/// Where the names are in order they stay so.
fn insert(table: &mut dyn TableLike, name: &str, dependency: Item) {
    // Tables with a header of their own stand below all of these.
    let is_line = |item: &Item| item.as_table().is_none_or(Table::is_dotted);
    let lines = table.iter().filter(|(_, item)| is_line(item));
    let is_sorted = lines.map(|(name, _)| name).is_sorted();
    table.insert(name, dependency);
    if is_sorted {
        table.sort_values();
    }
}

/// That of a source, or that of the workspace.
fn dependency(source: Option<&Source>, features: &[&str], is_inline: bool) -> Item {
    let features = features.iter().copied().collect::<Array>();
    let mut table = InlineTable::new();
    match source {
        None if features.is_empty() && !is_inline => {
            let mut table = Table::new();
            table.set_dotted(true);
            table.insert("workspace", value(true));
            return Item::Table(table);
        }
        None => table.insert("workspace", true.into()),
        Some(Source::Version(version)) if features.is_empty() => return value(version),
        Some(Source::Version(version)) => table.insert("version", version.into()),
        Some(Source::Path(path)) => table.insert("path", path.into()),
    };
    if !features.is_empty() {
        table.insert("features", Value::Array(features));
    }
    value(table)
}

/// A dependency as messages call it.
fn described(name: &str, source: &Source) -> String {
    match source {
        Source::Version(_) => format!("`{name}`"),
        Source::Path(path) => format!("`{name}` of `{path}`"),
    }
}

/// Which of the features a crate has to turn on itself, because its workspace does not.
fn missing_features<'a>(shared: &Item, name: &str, features: &[&'a str]) -> Vec<&'a str> {
    let field = |field: &str| shared.as_table_like().and_then(|table| table.get(field));
    let on: Vec<_> = field("features")
        .and_then(Item::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let has_defaults = field("default-features").and_then(Item::as_bool) != Some(false);
    let defaults: &[&str] = match name {
        "service-connect-codegen" if !has_defaults => &["copilot"],
        _ => &[],
    };
    let needed = features.iter().chain(defaults).copied();
    let is_full = name == "tokio" && on.contains(&"full");
    needed
        .filter(|feature| !is_full && !on.contains(feature))
        .collect()
}
