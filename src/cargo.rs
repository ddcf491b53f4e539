//! The cargo workspace around a directory.

use std::path::Path;
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, anyhow};
use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{Metadata, MetadataCommand, Package};
use service_connect_codegen::copilot::Workspace;

/// What cargo says of it, without dependencies.
pub fn metadata(directory: &Path) -> Result<Metadata> {
    let metadata = MetadataCommand::new()
        .current_dir(directory)
        .no_deps()
        .exec();
    let directory = directory
        .canonicalize()
        .unwrap_or_else(|_| directory.to_owned());
    metadata.map_err(|error| {
        let stderr = match error {
            cargo_metadata::Error::CargoMetadata { stderr } => stderr,
            cargo_metadata::Error::Io(error) => {
                let advice = "cargo has to be in a directory of `PATH`";
                return anyhow!("`cargo metadata` cannot be started: {error}: {advice}");
            }
            error => return anyhow!("{error}"),
        };
        // cargo's own words, which begin with `error: `.
        let said = stderr.trim();
        let said = said.strip_prefix("error: ").unwrap_or(said);
        if said.is_empty() {
            return anyhow!("`cargo metadata` failed, and did not say why");
        }
        let error = anyhow!(said.to_owned());
        if !said.starts_with("could not find `Cargo.toml`") {
            // The directory is right, and what is wrong in it cargo tells.
            return error;
        }
        error.context(format!(
            "`{}` is in no cargo workspace; name a directory of one with `-C DIR`",
            directory.display()
        ))
    })
}

/// Cargo, while it is asked: where there are many crates, it takes longer than reading all manifests of `copilot/`.
pub struct Asked(JoinHandle<Result<Metadata>>);

impl Asked {
    /// Asks for the workspace around a directory.
    pub fn about(directory: &Path) -> Self {
        let directory = directory.to_owned();
        Self(thread::spawn(move || metadata(&directory)))
    }

    /// What cargo says. What is wrong with the manifests counts first, so ask for this after them.
    pub fn answer(self) -> Result<Metadata> {
        let answer = self.0.join();
        answer.map_err(|_| anyhow!("cargo could not be asked for the workspace"))?
    }
}

/// Its packages that belong to the application in `workspace`, each with its directory.
pub fn packages<'a>(
    metadata: &'a Metadata,
    workspace: &Workspace,
) -> impl Iterator<Item = (&'a Package, &'a Path)> {
    let packages = metadata.workspace_packages().into_iter();
    packages
        .filter_map(|package| {
            Some((
                package,
                package.manifest_path.parent().map(Utf8Path::as_std_path)?,
            ))
        })
        .filter(|(_, directory)| Workspace::find(directory).as_ref() == Some(workspace))
}

/// The services that the package's metadata lists; `None` where it lists none.
pub fn listed_services(package: &Package) -> Result<Option<Vec<String>>> {
    let section = package.metadata.get("service-connect");
    let listed = section.and_then(|section| section.get("services"));
    let listed = listed.map(|listed| {
        let names = listed.as_array().and_then(|names| {
            let names = names.iter().map(|name| name.as_str().map(str::to_owned));
            names.collect::<Option<Vec<_>>>()
        });
        names.with_context(|| {
            let manifest = &package.manifest_path;
            format!("`{manifest}`: `services` has to be a list of names of services")
        })
    });
    listed.transpose()
}
