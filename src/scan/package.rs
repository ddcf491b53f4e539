//! The packages of the cargo workspace that belong to the application: what each runs as.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, Metadata, TargetKind};
use service_connect_codegen::{Finding, Place, callers, text_file};
use service_connect_macros_core::no_build_script;

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
    /// What its library is called in Rust, if it has one.
    pub library: String,
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
    /// What makes every reference of the package an error.
    pub problems: Vec<Finding>,
    /// What the build script would warn of.
    pub warnings: Vec<Finding>,
    /// The libraries of the workspace that it can name, and the indices of their packages.
    pub libraries: Vec<(String, usize)>,
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
    /// Its library.
    pub is_library: bool,
}

/// A package and its directory.
type Member<'a> = (&'a cargo_metadata::Package, &'a Path);

fn by_directory<'a>(packages: &[Member<'a>]) -> HashMap<&'a Path, usize> {
    let directories = packages.iter().enumerate();
    directories
        .map(|(index, (_, directory))| (*directory, index))
        .collect()
}

/// Those of the workspace.
pub fn all(metadata: &Metadata, context: &Context) -> Vec<Found> {
    let packages: Vec<_> = cargo::packages(metadata, &context.workspace).collect();
    let depends_on = dependencies(&packages);
    let mut found: Vec<_> = packages
        .iter()
        .map(|(package, directory)| one(package, directory, context))
        .collect();
    for index in 0..found.len() {
        let callers = found[index].package.callers.clone();
        let asks_for_tls = |package: usize| asks_for_tls(packages[package].0);
        // What a package depends on is built with the features that are asked for below it.
        let reached = reached(index, &depends_on);
        found[index].package.tls = reached.iter().any(|below| asks_for_tls(*below));
        for below in reached {
            let runs_as = &mut found[below].package.runs_as;
            for caller in &callers {
                if !runs_as.contains(caller) {
                    runs_as.push(caller.clone());
                }
            }
        }
    }
    let indices = by_directory(&packages);
    let libraries: Vec<_> = (0..packages.len())
        .map(|index| libraries(index, &packages, &indices))
        .collect();
    for (found, libraries) in found.iter_mut().zip(libraries) {
        found.libraries = libraries;
    }
    found
}

fn one(package: &cargo_metadata::Package, directory: &Path, context: &Context) -> Found {
    let uses_library = package.dependencies.iter().any(is_library);
    let (callers, findings) = metadata(package, directory, context);
    let (mut problems, mut warnings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(Finding::is_error);
    problems.extend(context.wrong_metadata().cloned());
    let mut kinds = package.targets.iter().flat_map(|target| &target.kind);
    if !kinds.any(|kind| *kind == TargetKind::CustomBuild) {
        // Nothing else is known then.
        problems = vec![no_build_script()];
        warnings.clear();
    }
    Found {
        package: Package {
            name: package.name.to_string(),
            library: library_name(package),
            callers,
            runs_as: Vec::new(),
            tls: false,
            clients: None,
            files: Vec::new(),
        },
        uses_library,
        problems,
        warnings,
        libraries: Vec::new(),
        roots: Roots {
            directory: directory.to_owned(),
            targets: targets(package),
        },
    }
}

/// The services that the package runs as, and what its build script would say of its metadata.
fn metadata(
    package: &cargo_metadata::Package,
    directory: &Path,
    context: &Context,
) -> (Vec<String>, Vec<Finding>) {
    let application = context.application();
    let section = package
        .metadata
        .get(LIBRARY)
        .and_then(|section| section.as_object());
    let is_plain = package.metadata.get("service_connect").is_none()
        && section.is_none_or(|section| section.keys().all(|key| key == "services"));
    let listed = cargo::listed_services(package);
    if let (true, Ok(listed)) = (is_plain, listed) {
        let (callers, findings) = callers(application, &package.name, listed.as_deref());
        if !findings.iter().any(Finding::is_error) {
            let manifest = package.manifest_path.as_std_path();
            let place = Place::file(text_file::relative(manifest, &context.workspace.root));
            return (
                callers,
                findings
                    .into_iter()
                    .map(|finding| finding.at(&place))
                    .collect(),
            );
        }
    }
    // To say where that is written, all of it is read again.
    let (callers, mut findings) = context.workspace.package(directory, application);
    findings.retain(|finding| !context.findings().contains(finding));
    (callers, findings)
}

/// The libraries of the workspace by the names that the package has for them, its own among them.
fn libraries(
    own: usize,
    all: &[Member<'_>],
    indices: &HashMap<&Path, usize>,
) -> Vec<(String, usize)> {
    let (package, _) = all[own];
    let others = package.dependencies.iter().filter_map(|dependency| {
        let index = *indices.get(dependency.path.as_ref()?.as_std_path())?;
        let name = dependency
            .rename
            .as_ref()
            .map(|name| name.replace('-', "_"));
        Some((name.unwrap_or_else(|| library_name(all[index].0)), index))
    });
    let own = (library_name(package), own);
    [own].into_iter().chain(others).collect()
}

fn library_name(package: &cargo_metadata::Package) -> String {
    let library = package
        .targets
        .iter()
        .find(|target| rank(&target.kind) == Some(0));
    let name = library.map_or(package.name.as_str(), |library| library.name.as_str());
    name.replace('-', "_")
}

/// For each package those that it depends on, by their indices.
fn dependencies(packages: &[Member<'_>]) -> Vec<Vec<usize>> {
    let indices = by_directory(packages);
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
    let mut is_reached = vec![false; depends_on.len()];
    is_reached[package] = true;
    let mut reached = vec![package];
    let mut next = 0;
    while let Some(package) = reached.get(next) {
        for &dependency in &depends_on[*package] {
            if !std::mem::replace(&mut is_reached[dependency], true) {
                reached.push(dependency);
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
    let ranked = package
        .targets
        .iter()
        .filter_map(|target| Some((rank(&target.kind)?, target)));
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let targets = ranked.into_iter().map(|(rank, target)| Target {
        file: target.src_path.clone().into_std_path_buf(),
        is_test: rank == 2,
        is_library: rank == 0,
    });
    targets.collect()
}

/// 0 for a library, 1 for a program, 2 for what only tests have; `None` for a build script.
fn rank(kinds: &[TargetKind]) -> Option<u8> {
    let is = |kind: &TargetKind| kinds.contains(kind);
    if is(&TargetKind::CustomBuild) {
        None
    } else if is(&TargetKind::Bin) {
        Some(1)
    } else if [TargetKind::Test, TargetKind::Bench, TargetKind::Example]
        .iter()
        .any(is)
    {
        Some(2)
    } else {
        Some(0)
    }
}
