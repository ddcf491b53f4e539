//! The crate that is meant, and what cargo says of it.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use cargo_metadata::{Dependency, DependencyKind, Edition, Metadata, Package, Target, TargetKind};
use service_connect_codegen::copilot::Workspace;
use service_connect_codegen::nearest;

use crate::output::printable;

/// The oldest Rust that compiles what the crate is to depend on.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

/// A crate that is to use the application.
pub struct Crate<'a> {
    pub package: &'a Package,
    pub directory: &'a Path,
}

impl<'a> Crate<'a> {
    /// The one of that name, else the one around `directory`.
    pub fn find(
        metadata: &'a Metadata,
        workspace: &Workspace,
        name: Option<&str>,
        directory: &Path,
    ) -> Result<Self> {
        let packages = metadata.workspace_packages();
        let mut crates = packages.into_iter().filter_map(|package| {
            let directory = package.manifest_path.parent()?.as_std_path();
            Some(Self { package, directory })
        });
        let found = if let Some(name) = name {
            crates.find(|known| known.package.name == name)
        } else {
            let around = crates.filter(|known| directory.starts_with(known.directory));
            around.max_by_key(|known| known.directory.components().count())
        };
        let Some(found) = found else {
            bail!(missing(metadata, name, directory));
        };
        if Workspace::find(found.directory).as_ref() != Some(workspace) {
            bail!(
                "a build of `{}` would not find `{}`, which has to be at most five levels above `{}`",
                found.package.name,
                workspace.copilot().display(),
                found.directory.display()
            );
        }
        found.check()?;
        Ok(found)
    }

    /// What keeps a crate from using it.
    fn check(&self) -> Result<()> {
        let name = &self.package.name;
        if self.package.edition == Edition::E2015 {
            bail!(
                "`{name}` is of edition 2015, which has no `async`: `cargo fix --edition` brings it to a newer one"
            );
        }
        let mut kinds = self.targets().flat_map(|target| &target.kind);
        if kinds.any(|kind| *kind == TargetKind::ProcMacro) {
            bail!(
                "`{name}` is a crate of procedural macros, which call no service when they are built"
            );
        }
        let mut dependencies = self.package.dependencies.iter();
        let renamed = dependencies.find(|dependency| {
            dependency.rename.is_some() && dependency.name.starts_with("service-connect")
        });
        if let Some(dependency) = renamed {
            bail!(
                "`{name}` calls the crate `{}` by another name, and the generated code does not: write \
                 `{}` as the key of the dependency",
                dependency.name,
                dependency.name
            );
        }
        Ok(())
    }

    /// What is worth knowing of it.
    pub fn notes(&self) -> Vec<String> {
        let mut wanted = RUST
            .split('.')
            .filter_map(|number| number.parse::<u64>().ok());
        let wanted = (wanted.next(), wanted.next());
        let has = self.package.rust_version.as_ref();
        let old = has.filter(|has| (Some(has.major), Some(has.minor)) < wanted);
        let old = old.map(|has| {
            format!("`rust-version` is {has}, and `service-connect` needs Rust {RUST}: raise it")
        });
        let mut dependencies = self.package.dependencies.iter();
        let is_optional = dependencies.any(|dependency| {
            dependency.name == "service-connect"
                && dependency.kind == DependencyKind::Normal
                && dependency.optional
        });
        let optional = is_optional.then(|| {
            "`service-connect` is an optional dependency: `clients!()` is built without its feature too, and needs it"
                .to_owned()
        });
        old.into_iter().chain(optional).collect()
    }

    /// Whether it has that dependency, for whatever it is built.
    pub fn depends_on(&self, name: &str, kind: DependencyKind) -> bool {
        self.dependency(name, kind).is_some()
    }

    fn dependency(&self, name: &str, kind: DependencyKind) -> Option<&'a Dependency> {
        let mut dependencies = self.package.dependencies.iter();
        dependencies.find(|dependency| {
            dependency.name == name && dependency.kind == kind && dependency.target.is_none()
        })
    }

    /// Whether what needs these features of tokio compiles in it, as it is or once tokio is added.
    pub fn takes_tokio(&self, features: &[&str]) -> bool {
        let Some(tokio) = self.dependency("tokio", DependencyKind::Normal) else {
            return true;
        };
        let has = |wanted: &str| tokio.features.iter().any(|feature| feature == wanted);
        let has_all = has("full") || features.iter().all(|wanted| has(wanted));
        has_all && !tokio.optional && tokio.rename.is_none()
    }

    /// The roots of its other binaries than that of `root`, which do not see what stands in it.
    pub fn other_binaries(&self, root: &Path) -> Vec<PathBuf> {
        let main = root.with_file_name("main.rs");
        let binaries = self.targets().filter(|target| target.is_bin());
        let roots = binaries.map(|target| PathBuf::from(target.src_path.clone()));
        roots.filter(|path| path != root && *path != main).collect()
    }

    fn targets(&self) -> impl Iterator<Item = &'a Target> {
        self.package.targets.iter()
    }

    /// Whether it has a function `main`.
    pub fn has_binary(&self) -> bool {
        self.targets().any(Target::is_bin)
    }

    /// The file of its build script, whether it is there yet or not.
    pub fn build_script(&self) -> PathBuf {
        let script = self.targets().find(|target| target.is_custom_build());
        script.map_or_else(
            || self.directory.join("build.rs"),
            |script| script.src_path.clone().into(),
        )
    }

    /// The root that all of its code sees: the library's, else that of the binary which `cargo run` would take, or of the
    /// one that is named after the service or the package.
    pub fn root(&self, services: &[String]) -> Result<PathBuf> {
        let library = self
            .targets()
            .find(|target| target.kind.contains(&TargetKind::Lib) || target.is_rlib());
        let binaries: Vec<_> = self.targets().filter(|target| target.is_bin()).collect();
        let names = services.iter().map(String::as_str).chain([
            self.package.default_run.as_deref().unwrap_or_default(),
            self.package.name.as_str(),
        ]);
        let mut named = names.filter_map(|name| binaries.iter().find(|target| target.name == name));
        let chosen = library
            .or_else(|| named.next().copied())
            .or_else(|| binaries.first().copied());
        match chosen {
            Some(target) => Ok(target.src_path.clone().into()),
            None => bail!(
                "`{}` has neither a library nor a binary that could make calls",
                self.package.name
            ),
        }
    }
}

fn missing(metadata: &Metadata, name: Option<&str>, directory: &Path) -> String {
    let packages = metadata.workspace_packages();
    let names: Vec<_> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let root = &metadata.workspace_root;
    let near = name.and_then(|name| nearest(name, names.iter().copied()));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "it has none yet: `cargo new NAME` makes one".to_owned(),
        None => format!("its crates are `{}`", names.join("`, `")),
    };
    match name {
        Some(name) => format!(
            "there is no crate `{}` in the cargo workspace `{root}`; {help}",
            printable(name)
        ),
        None => format!(
            "`{}` is in no crate of the cargo workspace `{root}`: name one with `-p NAME`; {help}",
            directory.display()
        ),
    }
}
