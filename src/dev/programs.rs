//! Which package of the cargo workspace runs as which service.

use std::path::PathBuf;

use anyhow::{Result, bail};
use cargo_metadata::{Metadata, Package};
use service_connect_codegen::callers;

use crate::cargo;
use crate::context::Context;
use crate::output;

use super::inputs::Inputs;

/// The program of a service.
#[derive(Clone, Debug)]
pub struct Program {
    /// The service's name.
    pub service: String,
    /// The package's name.
    pub package: String,
    /// What stands for the package on cargo's command line and in its messages.
    pub id: String,
    /// The name of the binary.
    pub binary: String,
    /// The package's directory.
    pub directory: PathBuf,
}

/// The programs in the cargo workspace, each service's at most once, and none of those that are
/// `replaced`; with what they are built from.
pub fn find(
    context: &Context,
    metadata: &Metadata,
    replaced: &[&str],
) -> Result<(Vec<Program>, Inputs)> {
    let mut programs: Vec<Program> = Vec::new();
    let mut directories = Vec::new();
    for (package, directory) in cargo::packages(metadata, &context.workspace) {
        let mut services = services(context, package)?;
        services.retain(|service| !replaced.contains(&service.as_str()));
        if !services.is_empty() {
            // One that is a library may become a program.
            directories.push(directory);
        }
        for service in services {
            let Some(binary) = binary(package, &service)? else {
                continue;
            };
            if let Some(other) = programs.iter().find(|program| program.service == service) {
                bail!(
                    "both `{}` and `{}` run as `{service}`: take it out of `services` in the Cargo.toml of one",
                    other.package,
                    package.name
                );
            }
            programs.push(Program {
                service,
                package: package.name.to_string(),
                id: package.id.repr.clone(),
                binary,
                directory: directory.to_owned(),
            });
        }
    }
    if programs.is_empty() && replaced.is_empty() {
        bail!(
            "no package of the cargo workspace `{}` runs as a service of `{}`: give one the name of a service, or \
             write `services = [\"NAME\"]` below `[package.metadata.service-connect]` in its Cargo.toml",
            metadata.workspace_root,
            context.workspace.copilot().display()
        );
    }
    let inputs = Inputs::of(metadata, directories, &context.workspace.copilot());
    Ok((programs, inputs))
}

/// Those that the package lists, else the one of its name.
fn services(context: &Context, package: &Package) -> Result<Vec<String>> {
    let listed = cargo::listed_services(package)?;
    let (callers, findings) = callers(context.application(), &package.name, listed.as_deref());
    match findings.iter().find(|finding| finding.is_error()) {
        Some(finding) => bail!("`{}`: {}", package.manifest_path, output::one_line(finding)),
        None => Ok(callers),
    }
}

/// The binary of that service: the one of its name, else the one that `cargo run` would take, else the one of
/// the package's name. `None` for a library.
fn binary(package: &Package, service: &str) -> Result<Option<String>> {
    let binaries = package.targets.iter().filter(|target| target.is_bin());
    let binaries: Vec<&str> = binaries.map(|target| target.name.as_str()).collect();
    let preferred = [
        Some(service),
        package.default_run.as_deref(),
        Some(package.name.as_str()),
    ];
    let chosen = preferred
        .into_iter()
        .flatten()
        .find(|name| binaries.contains(name));
    match (chosen, &binaries[..]) {
        (Some(chosen), _) => Ok(Some(chosen.to_owned())),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some((*only).to_owned())),
        (None, _) => bail!(
            "`{}` has the binaries {}: name the one for `{service}` after it, or set `default-run`",
            package.manifest_path,
            binaries.join(", ")
        ),
    }
}
