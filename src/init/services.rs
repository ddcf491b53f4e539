//! The services that the crate runs as.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{Metadata, Package};
use service_connect_codegen::callers;
use service_connect_codegen::copilot::{Image, Workspace};

use crate::context::Context;
use crate::{cargo, output};

use super::package::Crate;

/// The services of a crate.
pub struct Services {
    /// All of them.
    pub names: Vec<String>,
    /// Whether the metadata has to say so.
    pub is_to_be_listed: bool,
}

impl Services {
    /// Those that are asked for and those that the crate lists; else the one of its name; else those whose image is built
    /// in its directory.
    pub fn of(
        context: &Context,
        metadata: &Metadata,
        found: &Crate<'_>,
        asked: &[String],
    ) -> Result<Self> {
        let package = found.package;
        let listed = cargo::listed_services(package)?;
        let application = context.application();
        let (mut names, findings) = callers(application, &package.name, listed.as_deref());
        if let Some(finding) = findings.iter().find(|finding| finding.is_error()) {
            bail!("`{}`: {}", package.manifest_path, output::one_line(finding));
        }
        let is_listed = listed.is_some();
        if !asked.is_empty() {
            if !is_listed {
                names.clear();
            }
            for service in asked {
                let service = context.service(service)?;
                if !names.contains(&service.name) {
                    names.push(service.name.clone());
                }
            }
            let is_told_by_name = !is_listed && names == [package.name.as_str()];
            return Ok(Self {
                is_to_be_listed: !is_told_by_name && listed.as_ref() != Some(&names),
                names,
            });
        }
        if is_listed || !names.is_empty() {
            return Ok(Self {
                names,
                is_to_be_listed: false,
            });
        }
        let names = built_in(context, metadata, found);
        if names.is_empty() {
            bail!(unknown(context, package));
        }
        Ok(Self {
            names,
            is_to_be_listed: true,
        })
    }
}

/// Says which of the services another crate runs as too.
pub fn note_others(
    context: &Context,
    metadata: &Metadata,
    found: &Crate<'_>,
    services: &[String],
) -> Vec<String> {
    let mut notes = Vec::new();
    for (package, _) in cargo::packages(metadata, &context.workspace) {
        if package.id == found.package.id {
            continue;
        }
        let listed = cargo::listed_services(package).ok().flatten();
        let (names, _) = callers(context.application(), &package.name, listed.as_deref());
        for name in names.iter().filter(|name| services.contains(name)) {
            notes.push(format!(
                "`{}` runs as `{}` too: say in the Cargo.toml of one of them which services it runs as, below \
                 `[package.metadata.service-connect]`",
                package.name,
                output::printable(name)
            ));
        }
    }
    notes
}

/// The services whose Dockerfile, or what it builds from, belongs to that crate and to none below it.
fn built_in(context: &Context, metadata: &Metadata, found: &Crate<'_>) -> Vec<String> {
    let packages = metadata.workspace_packages();
    let directories = packages
        .iter()
        .filter_map(|package| package.manifest_path.parent());
    let directories: Vec<_> = directories.map(Utf8Path::as_std_path).collect();
    let owner = |path: &Path| {
        let owners = directories
            .iter()
            .filter(|directory| path.starts_with(directory));
        owners
            .max_by_key(|directory| directory.components().count())
            .copied()
    };
    let workspace = &context.workspace;
    let services = context.application().services.iter();
    let own = services.filter(|service| {
        let Some(Image {
            dockerfile,
            context,
        }) = workspace.image(service)
        else {
            return false;
        };
        let mut paths = [dockerfile, context]
            .into_iter()
            .map(|path| tidy(workspace, &path));
        // A Dockerfile beside `copilot/` is mostly that of all services.
        paths.any(|path| {
            let is_shared = path == workspace.root || path.parent() == Some(&*workspace.root);
            !is_shared && owner(&path) == Some(found.directory)
        })
    });
    own.map(|service| service.name.clone()).collect()
}

/// A path of a manifest in one spelling.
fn tidy(workspace: &Workspace, path: &Path) -> PathBuf {
    let path = workspace.root.join(path);
    path.canonicalize().unwrap_or(path)
}

fn unknown(context: &Context, package: &Package) -> String {
    let services = context.application().services.iter();
    let services = services.filter(|service| !service.external);
    let names: Vec<_> = services
        .map(|service| output::printable(&service.name))
        .collect();
    let name = &package.name;
    if names.is_empty() {
        return format!(
            "`{}` holds no service yet: `copilot/{name}/manifest.yml` makes one",
            context.workspace.copilot().display()
        );
    }
    format!(
        "it is not known as which service `{name}` runs: pass `--service NAME`; the services are `{}`. For a library \
         that is none, write `services = []` below `[package.metadata.service-connect]` in `{}`",
        names.join("`, `"),
        package.manifest_path
    )
}
