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
//! ```

mod external;

use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::code::Code;
use crate::external::External;
use crate::finding::Finding;
use crate::place::Place;
use crate::tables::{File, string, table};

pub(crate) use external::superfluous;

const SECTION: &str = "service-connect";
const SERVICES: &str = "services";
const APPLICATION: &str = "application";
const LEGACY: &str = "legacy-environments";
const EXTERNAL: &str = "external";

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
        metadata.read_file(&manifest, base, |metadata, file| {
            let package = table(file.root, "package");
            let name = package.and_then(|package| string(package, "name"));
            metadata.package.push_str(name.unwrap_or_default());
            named = package.and_then(|package| named_workspace(package, directory));
            let shares = named.is_none() && above.is_none();
            metadata.read_package(package, shares, file);
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

    fn read_package(&mut self, package: Option<&DeTable<'_>>, shares: bool, file: &File<'_>) {
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
            self.read_shared(section, file);
            self.check_keys(section, &[SERVICES, APPLICATION, LEGACY, EXTERNAL], file);
        } else {
            self.check_keys(section, &[SERVICES], file);
        }
    }

    fn read_workspace(&mut self, manifest: &Path, base: &Path) {
        self.read_file(manifest, base, |metadata, file| {
            let workspace = table(file.root, "workspace");
            if let Some(section) = workspace.and_then(|workspace| metadata.section(workspace, file))
            {
                metadata.read_shared(section, file);
                metadata.check_keys(section, &[APPLICATION, LEGACY, EXTERNAL], file);
            }
        });
    }

    fn read_shared(&mut self, section: &DeTable<'_>, file: &File<'_>) {
        if let Some(application) = section.get(APPLICATION) {
            match application.get_ref().as_str() {
                Some(name) => self.application = Some(name.to_owned()),
                None => self.wrong(
                    APPLICATION,
                    "a string: `application = \"kudos\"`",
                    application,
                    file,
                ),
            }
        }
        if let Some(environments) = section.get(LEGACY) {
            let environments = self.strings(LEGACY, environments, file);
            self.legacy_environments = environments.unwrap_or_default();
        }
        if let Some(external) = section.get(EXTERNAL) {
            self.read_external(external, file);
        }
    }

    /// `metadata.service-connect` of a package or a workspace.
    fn section<'a, 'text>(
        &mut self,
        of: &'a DeTable<'text>,
        file: &File<'_>,
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

    fn check_keys(&mut self, section: &DeTable<'_>, known: &[&str], file: &File<'_>) {
        for key in section
            .keys()
            .filter(|key| !known.contains(&&**key.get_ref()))
        {
            let message = format!("`{}` is not a key of `{SECTION}` here", key.get_ref());
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
        file: &File<'_>,
    ) -> Option<Vec<String>> {
        let strings = value.get_ref().as_array().and_then(|values| {
            let strings = values
                .iter()
                .map(|value| value.get_ref().as_str().map(str::to_owned));
            strings.collect::<Option<Vec<_>>>()
        });
        if strings.is_none() {
            self.wrong(
                key,
                &format!("a list of strings: `{key} = [\"…\"]`"),
                value,
                file,
            );
        }
        strings
    }

    fn wrong(&mut self, key: &str, wanted: &str, value: &Spanned<DeValue<'_>>, file: &File<'_>) {
        let message = format!("`{key}` has to be {wanted}");
        let finding = Finding::error(Code::InvalidMetadata, message);
        self.findings.push(finding.at(&file.place(value.span())));
    }

    fn read_file(&mut self, manifest: &Path, base: &Path, read: impl FnOnce(&mut Self, &File<'_>)) {
        let name = relative(manifest, base);
        let text = match fs::read_to_string(manifest) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("`{name}` cannot be read: {error}");
                self.findings
                    .push(Finding::error(Code::UnreadableFile, message));
                return;
            }
        };
        if !self.files.iter().any(|known| known == manifest) {
            self.files.push(manifest.to_owned());
        }
        match DeTable::parse(&text) {
            Ok(root) => read(
                self,
                &File {
                    name: &name,
                    text: &text,
                    root: root.get_ref(),
                },
            ),
            Err(error) => {
                let message = format!("`{name}` is not TOML: {}", error.message());
                self.findings
                    .push(Finding::error(Code::InvalidMetadata, message));
            }
        }
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
/// exclude it.
fn workspace_above(directory: &Path) -> Option<PathBuf> {
    manifests_above(directory).find(|manifest| {
        let text = fs::read_to_string(manifest).unwrap_or_default();
        let Ok(file) = DeTable::parse(&text) else {
            return false;
        };
        let Some(workspace) = table(file.get_ref(), "workspace") else {
            return false;
        };
        let excluded = workspace
            .get("exclude")
            .and_then(|excluded| excluded.get_ref().as_array());
        let mut excluded = excluded
            .into_iter()
            .flatten()
            .filter_map(|path| path.get_ref().as_str());
        let parent = manifest.parent().unwrap_or(manifest);
        !excluded.any(|path| directory.starts_with(parent.join(path)))
    })
}

/// The way from `base` to `path`, with `/` between its parts: the same on every machine.
pub(crate) fn relative(path: &Path, base: &Path) -> String {
    let (up, below) = base
        .ancestors()
        .enumerate()
        .find_map(|(up, ancestor)| Some((up, path.strip_prefix(ancestor).ok()?)))
        .unwrap_or((0, path));
    let parts = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    "../".repeat(up) + &parts.collect::<Vec<_>>().join("/")
}
