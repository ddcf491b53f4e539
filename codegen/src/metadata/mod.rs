//! `service-connect` in the metadata of `Cargo.toml`: the package's and the workspace's.
//!
//! ```toml
//! [package.metadata.service-connect]
//! services = ["front-end"]           # the services that the crate runs as; default: the package's name
//!
//! [workspace.metadata.service-connect] # in a crate without a workspace: the package's
//! application = "kudos"              # where `copilot/.workspace` is missing
//! legacy-environments = ["old"]      # created before Copilot 1.9
//! external.search = { port = 8080 }  # a service of another repository; also `connect` and `alias`,
//!                                      # or `lock`, the path of the lock of its repository, alone
//! dev.redis = { address = "127.0.0.1:6379" } # what `cargo service-connect dev` takes for it; also `command`
//! ```

#[cfg(feature = "map")]
mod dev;
mod external;

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::application::Application;
use crate::callers::callers;
use crate::code::Code;
use crate::external::External;
use crate::finding::Finding;
use crate::place::Place;
use crate::tables::{File, string, table};
use crate::text_file::{self, relative, unreadable};

#[cfg(feature = "map")]
pub use dev::{StandIn, StandInSource};

const SECTION: &str = "service-connect";
const SERVICES: &str = "services";
const APPLICATION: &str = "application";
const LEGACY: &str = "legacy-environments";
const EXTERNAL: &str = "external";
/// Only the plugin reads it.
const DEV: &str = "dev";

/// What belongs to the workspace, or to a package without one.
const SHARED: [&str; 4] = [APPLICATION, LEGACY, EXTERNAL, DEV];

/// What the `Cargo.toml`s say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// The package's name.
    pub package: String,
    /// `services`; `None` where the package does not say.
    pub services: Option<Vec<String>>,
    /// Where `services` is written.
    pub services_place: Option<Place>,
    pub application: Option<String>,
    pub legacy_environments: Vec<String>,
    /// Services of other repositories.
    pub external: Vec<External>,
    /// What `dev` takes for services.
    #[cfg(feature = "map")]
    pub stand_ins: Vec<StandIn>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    pub findings: Vec<Finding>,
}

impl Metadata {
    /// Reads the package in `directory` and its workspace. What cannot be read becomes a finding, whose file is named
    /// from `base`.
    pub fn read(directory: &Path, base: &Path) -> Self {
        let mut metadata = Self::default();
        let manifest = directory.join("Cargo.toml");
        let mut named = None;
        let above = workspace_above(directory);
        metadata.read_file(&manifest, base, |metadata, root, file| {
            let package = table(root, "package");
            let name = package.and_then(|package| string(package, "name"));
            metadata.package.push_str(name.unwrap_or_default());
            named = package.and_then(|package| named_workspace(package, directory));
            let shares = named.is_none() && above.is_none();
            metadata.read_package(package, shares, file, directory);
        });
        if let Some(root) = named.or(above) {
            metadata.read_workspace(&root, base);
        }
        metadata
    }

    /// Reads only what the packages around `directory` share.
    pub fn read_shared_around(directory: &Path, base: &Path) -> Self {
        let directory = directory.canonicalize();
        let nearest = directory
            .iter()
            .flat_map(|directory| manifests_above(directory))
            .next();
        let Some(directory) = nearest.as_deref().and_then(Path::parent) else {
            return Self::default();
        };
        // Of the package there, `services` is no concern of others.
        Self {
            package: String::new(),
            services: None,
            services_place: None,
            ..Self::read(directory, base)
        }
    }

    /// The services that the package runs as, and what is wrong with them.
    pub fn callers(&self, application: &Application) -> (Vec<String>, Vec<Finding>) {
        let listed = self.services.as_deref();
        let (callers, findings) = callers(application, &self.package, listed);
        let placed = findings
            .into_iter()
            .map(|finding| match &self.services_place {
                Some(place) => finding.at(place),
                None => finding,
            });
        (callers, placed.collect())
    }

    fn read_package(
        &mut self,
        package: Option<&DeTable<'_>>,
        shares: bool,
        file: &File,
        directory: &Path,
    ) {
        let Some(section) = package.and_then(|package| self.section(package, file)) else {
            return;
        };
        if let Some(services) = section.get(SERVICES) {
            self.services_place = Some(file.place(services.span()));
            // What is meant instead is not known, and one error is enough.
            let services = self.strings(SERVICES, services, file);
            self.services = Some(services.unwrap_or_default());
        }
        if shares {
            self.read_shared(section, file, directory);
            let known = [SERVICES, APPLICATION, LEGACY, EXTERNAL, DEV];
            return self.check_keys(section, SECTION, &known, file);
        }
        for key in section.keys() {
            if let Some(shared) = SHARED.iter().find(|shared| *key.get_ref() == **shared) {
                let message =
                    format!("`{shared}` belongs to the workspace, and counts for nothing here");
                self.findings.push(
                    Finding::warning(Code::InvalidMetadata, message)
                        .at(&file.place(key.span()))
                        .help(format!("move it to `[workspace.metadata.{SECTION}]` in the Cargo.toml of the workspace")),
                );
            }
        }
        let known = [SERVICES, APPLICATION, LEGACY, EXTERNAL, DEV];
        self.check_keys(section, SECTION, &known, file);
    }

    fn read_workspace(&mut self, manifest: &Path, base: &Path) {
        let directory = manifest.parent().unwrap_or(manifest);
        self.read_file(manifest, base, |metadata, root, file| {
            let workspace = table(root, "workspace");
            if let Some(section) = workspace.and_then(|workspace| metadata.section(workspace, file))
            {
                metadata.read_shared(section, file, directory);
                metadata.check_keys(section, SECTION, &SHARED, file);
            }
        });
    }

    fn read_shared(&mut self, section: &DeTable<'_>, file: &File, directory: &Path) {
        if let Some(application) = section.get(APPLICATION) {
            self.application = application.get_ref().as_str().map(str::to_owned);
            if self.application.is_none() {
                let wanted = "a string: `application = \"kudos\"`";
                let finding = wrong(APPLICATION, wanted, application, file);
                self.findings.push(finding);
            }
        }
        if let Some(environments) = section.get(LEGACY) {
            let environments = self.strings(LEGACY, environments, file);
            self.legacy_environments = environments.unwrap_or_default();
        }
        if let Some(external) = section.get(EXTERNAL) {
            self.read_external(external, file, directory);
        }
        #[cfg(feature = "map")]
        if let Some(dev) = section.get(DEV) {
            self.read_dev(dev, file, directory);
        }
    }

    /// `metadata.service-connect` of a package or a workspace.
    fn section<'a, 'text>(
        &mut self,
        of: &'a DeTable<'text>,
        file: &File,
    ) -> Option<&'a DeTable<'text>> {
        let metadata = table(of, "metadata")?;
        if let Some((key, _)) = metadata
            .iter()
            .find(|(key, _)| key.get_ref() == "service_connect")
        {
            let message = "`metadata.service_connect` is read by nobody";
            let finding =
                Finding::warning(Code::InvalidMetadata, message).at(&file.place(key.span()));
            self.findings
                .push(finding.help(format!("write `{SECTION}`")));
        }
        table(metadata, SECTION)
    }

    /// `name` is that of the section.
    fn check_keys(&mut self, section: &DeTable<'_>, name: &str, known: &[&str], file: &File) {
        for key in section
            .keys()
            .filter(|key| !known.contains(&&**key.get_ref()))
        {
            let message = format!("`{}` is not a key of `{name}` here", key.get_ref());
            let finding =
                Finding::warning(Code::InvalidMetadata, message).at(&file.place(key.span()));
            let otherwise = || format!("the keys are `{}`", known.join("`, `"));
            self.findings
                .push(finding.meant(key.get_ref(), known.iter().copied(), otherwise));
        }
    }

    fn strings(
        &mut self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        file: &File,
    ) -> Option<Vec<String>> {
        let strings = value.get_ref().as_array().and_then(|values| {
            let strings = values
                .iter()
                .map(|value| value.get_ref().as_str().map(str::to_owned));
            strings.collect::<Option<Vec<_>>>()
        });
        if strings.is_none() {
            let wanted = format!("a list of strings: `{key} = [\"…\"]`");
            self.findings.push(wrong(key, &wanted, value, file));
        }
        strings
    }

    fn read_file(
        &mut self,
        manifest: &Path,
        base: &Path,
        read: impl FnOnce(&mut Self, &DeTable<'_>, &File),
    ) {
        let name = relative(manifest, base);
        let text = match text_file::read(manifest, &name) {
            Ok(Some(text)) => text,
            Ok(None) => {
                let finding = unreadable(&name, "there is no such file");
                return self.findings.push(finding);
            }
            Err(finding) => return self.findings.push(finding),
        };
        if !self.files.iter().any(|known| known == manifest) {
            self.files.push(manifest.to_owned());
        }
        let file = File::new(name, text);
        match file.parse() {
            Ok(root) => read(self, root.get_ref(), &file),
            Err((place, message)) => {
                let finding = Finding::error(Code::InvalidMetadata, message);
                self.findings.push(finding.at(&place));
            }
        }
    }
}

fn wrong(key: &str, wanted: &str, value: &Spanned<DeValue<'_>>, file: &File) -> Finding {
    let message = format!("`{key}` has to be {wanted}");
    Finding::error(Code::InvalidMetadata, message).at(&file.place(value.span()))
}

/// The field `key` with its place.
fn field<'a, 'text, T>(
    fields: &'a DeTable<'text>,
    key: &str,
    wanted: &str,
    file: &File,
    read: impl FnOnce(&'a DeValue<'text>) -> Option<T>,
) -> Result<Option<(T, Place)>, Finding> {
    let Some(value) = fields.get(key) else {
        return Ok(None);
    };
    match read(value.get_ref()) {
        Some(read) => Ok(Some((read, file.place(value.span())))),
        None => Err(wrong(key, wanted, value, file)),
    }
}

/// The workspace that a package names itself: `package.workspace`.
fn named_workspace(package: &DeTable<'_>, directory: &Path) -> Option<PathBuf> {
    let root = directory.join(string(package, "workspace")?);
    // One spelling for one file, whatever dots the package writes.
    let root = root.canonicalize().unwrap_or(root);
    Some(root.join("Cargo.toml"))
}

fn manifests_above(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let manifests = directory
        .ancestors()
        .map(|parent| parent.join("Cargo.toml"));
    manifests.filter(|manifest| manifest.is_file())
}

/// As cargo looks for it: the nearest `Cargo.toml` from `directory` upwards that has a `[workspace]` which does not
/// exclude it. What `members` names outright is in, whatever `exclude` says.
fn workspace_above(directory: &Path) -> Option<PathBuf> {
    manifests_above(directory).find(|manifest| {
        let text = text_file::read(manifest, "").ok().flatten();
        let text = text.unwrap_or_default();
        let Ok(file) = DeTable::parse(&text) else {
            return false;
        };
        let Some(workspace) = table(file.get_ref(), "workspace") else {
            return false;
        };
        let parent = manifest.parent().unwrap_or(manifest);
        let lists = |key: &str| {
            let paths = workspace
                .get(key)
                .and_then(|paths| paths.get_ref().as_array());
            let mut paths = paths.into_iter().flatten();
            paths.any(|path| {
                let path = path.get_ref().as_str();
                path.is_some_and(|path| directory.starts_with(parent.join(path)))
            })
        };
        lists("members") || !lists("exclude")
    })
}
