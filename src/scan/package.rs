//! The packages of the cargo workspace that belong to the application: what each runs as.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, Metadata, TargetKind};
use service_connect_codegen::callers;

use super::file::File;
use crate::cargo;
use crate::context::Context;

/// The crate that users depend on, and its feature for HTTPS.
const LIBRARY: &str = "service-connect";
const TLS: &str = "tls";

/// A package and its sources.
pub struct Package {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub directory: PathBuf,
    /// Its `Cargo.toml`.
    pub manifest: PathBuf,
    /// The services that it runs as, as the macros take them.
    pub callers: Vec<String>,
    /// The services whose code this is: its callers, and those of the packages of the workspace that depend on it.
    pub runs_as: Vec<String>,
    /// The feature `tls` of `service-connect` may be on.
    pub tls: bool,
    /// The modules that lead to the first `clients!()` from the root of its crate.
    pub clients: Option<Vec<String>>,
    /// Its sources, each once.
    pub files: Vec<File>,
}

/// A package whose sources were not read yet.
pub struct Found {
    pub package: Package,
    /// It depends on `service-connect`, so that `clients!` is that of this library.
    pub uses_library: bool,
    pub roots: Roots,
}

/// Where the sources of a package start.
pub struct Roots {
    /// The package's directory.
    pub directory: PathBuf,
    /// The roots of its crates.
    pub targets: Vec<Target>,
}

/// The root of a crate.
pub struct Target {
    pub file: PathBuf,
    /// Tests, examples and benchmarks.
    pub is_test: bool,
}

/// Those of the workspace.
pub fn all(metadata: &Metadata, context: &Context) -> Vec<Found> {
    let packages: Vec<_> = cargo::packages(metadata, &context.workspace).collect();
    let depends_on = dependencies(&packages);
    let own: Vec<_> = packages
        .iter()
        .map(|(package, _)| {
            let listed = cargo::listed_services(package).ok().flatten();
            callers(context.application(), &package.name, listed.as_deref()).0
        })
        .collect();
    let tls: Vec<_> = packages
        .iter()
        .map(|(package, _)| asks_for_tls(package))
        .collect();

    let mut found: Vec<_> = packages
        .iter()
        .zip(&own)
        .map(|((package, directory), callers)| Found {
            package: Package {
                name: package.name.to_string(),
                directory: (*directory).to_owned(),
                manifest: package.manifest_path.clone().into_std_path_buf(),
                callers: callers.clone(),
                runs_as: Vec::new(),
                tls: false,
                clients: None,
                files: Vec::new(),
            },
            uses_library: package.dependencies.iter().any(is_library),
            roots: Roots {
                directory: (*directory).to_owned(),
                targets: targets(package),
            },
        })
        .collect();
    for (index, callers) in own.iter().enumerate() {
        for below in reached(index, &depends_on) {
            let runs_as = &mut found[below].package.runs_as;
            runs_as.extend(
                callers
                    .iter()
                    .filter(|caller| !runs_as.contains(caller))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
            // What a package depends on is built with the features that are asked for below it.
            found[index].package.tls |= tls[below];
        }
    }
    found
}

/// For each package those that it depends on, by their indices.
fn dependencies(packages: &[(&cargo_metadata::Package, &Path)]) -> Vec<Vec<usize>> {
    let indices: HashMap<&Path, usize> = packages
        .iter()
        .enumerate()
        .map(|(index, (_, directory))| (*directory, index))
        .collect();
    let of = |package: &cargo_metadata::Package| {
        let normal = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal);
        let paths = normal.filter_map(|dependency| dependency.path.as_ref());
        paths
            .filter_map(|path| indices.get(path.as_std_path()).copied())
            .collect()
    };
    packages.iter().map(|(package, _)| of(package)).collect()
}

/// A package and all that it depends on.
fn reached(package: usize, depends_on: &[Vec<usize>]) -> Vec<usize> {
    let mut reached = vec![package];
    let mut next = 0;
    while let Some(package) = reached.get(next) {
        for dependency in &depends_on[*package] {
            if !reached.contains(dependency) {
                reached.push(*dependency);
            }
        }
        next += 1;
    }
    reached
}

fn is_library(dependency: &Dependency) -> bool {
    dependency.name == LIBRARY
}

/// Whether the package turns the feature on, or has a feature that does: which are on only a build knows.
fn asks_for_tls(package: &cargo_metadata::Package) -> bool {
    let library = package
        .dependencies
        .iter()
        .filter(|dependency| is_library(dependency));
    let mut library = library;
    library.any(|dependency| {
        let name = dependency.rename.as_deref().unwrap_or(LIBRARY);
        let turns_on = [format!("{name}/{TLS}"), format!("{name}?/{TLS}")];
        dependency.features.iter().any(|feature| feature == TLS)
            || package
                .features
                .values()
                .flatten()
                .any(|feature| turns_on.contains(feature))
    })
}

/// Libraries first: what they share with a program of the package belongs to them.
fn targets(package: &cargo_metadata::Package) -> Vec<Target> {
    let rank = |kinds: &[TargetKind]| match kinds {
        kinds if kinds.contains(&TargetKind::CustomBuild) => None,
        kinds if kinds.contains(&TargetKind::Bin) => Some(1),
        kinds
            if [TargetKind::Test, TargetKind::Bench, TargetKind::Example]
                .iter()
                .any(|kind| kinds.contains(kind)) =>
        {
            Some(2)
        }
        _ => Some(0),
    };
    let ranked = package
        .targets
        .iter()
        .filter_map(|target| Some((rank(&target.kind)?, target)));
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let targets = ranked.into_iter().map(|(rank, target)| Target {
        file: target.src_path.clone().into_std_path_buf(),
        is_test: rank == 2,
    });
    targets.collect()
}
