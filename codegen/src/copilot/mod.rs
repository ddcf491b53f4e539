//! `copilot/`: the directory in which AWS Copilot keeps an application, as one source of an [`Application`].
//!
//! ```no_run
//! use service_connect_codegen::copilot::{Options, Workspace};
//!
//! let workspace = Workspace::find(std::path::Path::new("services/front-end")).unwrap();
//! let loaded = workspace.load(&Options::default());
//! println!("{} services", loaded.application.services.len());
//! ```

mod files;
#[cfg(feature = "map")]
mod images;
mod services;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::application::{Application, Environment};
use crate::code::Code;
use crate::external::{self, External};
use crate::finding::{Finding, nearest};
use crate::interpolate::Variables;
use crate::manifest::Manifest;
#[cfg(feature = "map")]
use crate::map::{self, Call};
use crate::metadata::Metadata;
#[cfg(feature = "map")]
use crate::metadata::StandIn;
use crate::place::Place;
use crate::review::{Extras, review};
#[cfg(feature = "map")]
use crate::setting::Setting;
use crate::yaml;

#[cfg(feature = "map")]
pub use images::Image;
use services::{Reader, duplicates};

/// Copilot looks in the working directory and up to so many levels above it.
const LEVELS: usize = 5;

/// A directory that holds `copilot/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// The directory above `copilot/`.
    pub root: PathBuf,
}

/// The value of a variable of the deployer's shell.
pub type Shell<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What `copilot/` does not say.
#[derive(Default)]
pub struct Options<'a> {
    /// The application's name, where there is no `.workspace`; it wins over one.
    pub application: Option<String>,
    /// The environments to look at, even ones that nothing names; all that the workspace has if there are none here.
    pub environments: Vec<String>,
    /// The environments that were created before Copilot 1.9.
    pub legacy_environments: Vec<String>,
    /// Services of other repositories.
    pub external: Vec<External>,
    /// What `dev` takes for services.
    #[cfg(feature = "map")]
    pub stand_ins: Vec<StandIn>,
    /// The variables of the deployer's shell; `None` for those of this process.
    pub shell: Option<Shell<'a>>,
    /// Leaves out what is found by looking at the application as a whole: a build script checks the references of its
    /// own crate instead, and every crate of the application is built.
    pub unreviewed: bool,
}

impl Options<'static> {
    /// What the metadata around `directory` says: of the cargo workspace, or of the package where there is none.
    /// Findings name files from the root of `workspace`.
    #[must_use]
    pub fn from_cargo(directory: &Path, workspace: &Workspace) -> (Self, Vec<Finding>) {
        let metadata = Metadata::read_shared_around(directory, &workspace.root);
        let options = Self {
            application: metadata.application,
            legacy_environments: metadata.legacy_environments,
            external: metadata.external,
            #[cfg(feature = "map")]
            stand_ins: metadata.stand_ins,
            ..Self::default()
        };
        (options, metadata.findings)
    }
}

/// An application and what was found while it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The application.
    pub application: Application,
    /// What is wrong or worth knowing, in the order of files and lines, each once.
    pub findings: Vec<Finding>,
    /// The shell's variables that the manifests use.
    pub variables: Vec<String>,
    /// The variables of the containers of each service, in the order of the services; of external ones, which are the
    /// last, there are none, and none at all where the application is not reviewed.
    #[cfg(feature = "map")]
    pub settings: Vec<Vec<Setting>>,
}

#[cfg(feature = "map")]
impl Loaded {
    /// The variables of the containers of that service.
    #[must_use]
    pub fn settings_of(&self, service: &str) -> &[Setting] {
        let mut services = self.application.services.iter();
        let index = services.position(|known| known.name == service);
        let settings = index.and_then(|index| self.settings.get(index));
        settings.map_or(&[], Vec::as_slice)
    }

    /// The calls that the variables of manifests make, in the order of the services and of their lines.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        map::calls(&self.application, &self.settings)
    }
}

impl Workspace {
    /// The nearest `copilot/` from `directory` upwards, at most five levels above it.
    #[must_use]
    pub fn find(directory: &Path) -> Option<Self> {
        let directory = directory.canonicalize().ok()?;
        let candidates = directory.ancestors().take(LEVELS + 1);
        let root = candidates
            .into_iter()
            .find(|root| root.join("copilot").is_dir())?;
        Some(Self {
            root: root.to_owned(),
        })
    }

    /// The services that the package in `directory` runs as, and what is wrong with the metadata in its `Cargo.toml` and in
    /// that of its workspace: errors make every reference of the package wrong.
    #[must_use]
    pub fn package(
        &self,
        directory: &Path,
        application: &Application,
    ) -> (Vec<String>, Vec<Finding>) {
        let metadata = Metadata::read(directory, &self.root);
        let (callers, wrong) = metadata.callers(application);
        let findings = metadata.findings.into_iter().chain(wrong);
        (callers, findings.collect())
    }

    /// The directory with the manifests.
    #[must_use]
    pub fn copilot(&self) -> PathBuf {
        self.root.join("copilot")
    }

    /// Reads all of it. What cannot be read becomes a finding.
    #[must_use]
    pub fn load(&self, options: &Options<'_>) -> Loaded {
        let mut findings = Vec::new();
        let named = self.application_name(&mut findings);
        let name = options.application.clone().or(named);
        let process = |variable: &str| std::env::var(variable).ok();
        let shell = options.shell.unwrap_or(&process);

        let base = Variables::new(name.as_deref(), None, shell);
        let mut manifests = Vec::new();
        for directory in self.directories("copilot", &mut findings) {
            let file: Arc<str> = format!("copilot/{directory}/manifest.yml").into();
            match self.read(&file) {
                Ok(None) => {}
                Ok(Some(text)) => {
                    let manifest = Manifest::read(&file, &text, &base, !options.unreviewed);
                    manifests.push((directory, file, manifest));
                }
                Err(finding) => manifests.push((directory, file, Err(finding))),
            }
        }

        let environments = self.environments(&manifests, options, &mut findings);
        let reader = Reader {
            application: name.as_deref(),
            environments: &environments,
            shell,
        };
        let listed = environments.iter().filter(|known| known.listed);
        let listed: HashSet<_> = listed.map(|known| known.name.as_str()).collect();
        let is_listed = |name: &str| listed.contains(name);
        let mut services = Vec::new();
        let mut variables = Vec::new();
        let mut extras = Vec::new();
        for (directory, file, manifest) in manifests {
            let service = reader.service(&directory, &file, manifest.as_ref(), &mut findings);
            let mut extra = Extras::default();
            if let Ok(manifest) = &manifest {
                variables.extend(manifest.shell_variables().map(str::to_owned));
                if !options.unreviewed {
                    extra.settings = reader.settings(manifest);
                    extra.overrides =
                        self.overrides(&directory, manifest, is_listed, &mut findings);
                }
            }
            extras.push(extra);
            services.push(service);
        }
        duplicates(&services, &mut findings);
        variables.sort();
        variables.dedup();

        let mut application = Application {
            name: name.clone(),
            environments: environments.clone(),
            services,
        };
        external::add(&options.external, &mut application, &mut findings);
        if !options.unreviewed {
            findings.extend(review(&application, &extras));
        }
        tidy(&mut findings);
        Loaded {
            application,
            findings,
            variables,
            #[cfg(feature = "map")]
            settings: extras.into_iter().map(|extra| extra.settings).collect(),
        }
    }

    /// The application's name by `copilot/.workspace`, where that can be read and says it.
    #[cfg(feature = "map")]
    #[must_use]
    pub fn own_name(&self) -> Option<String> {
        self.application_name(&mut Vec::new())
    }

    /// `application` in `copilot/.workspace`.
    fn application_name(&self, findings: &mut Vec<Finding>) -> Option<String> {
        let file: Arc<str> = "copilot/.workspace".into();
        let text = self.read(&file);
        let root = text.and_then(|text| yaml::parse(&file, text.as_deref().unwrap_or_default()));
        match root {
            Ok(root) => {
                let name = root.as_ref()?.get("application")?.text()?;
                Some(name.to_owned())
            }
            Err(finding) => {
                findings.push(finding);
                None
            }
        }
    }

    /// Those with a directory below `environments/`, those with a section in a manifest, and those asked for.
    fn environments(
        &self,
        manifests: &[(String, Arc<str>, Result<Manifest, Finding>)],
        options: &Options<'_>,
        findings: &mut Vec<Finding>,
    ) -> Vec<Environment> {
        let mut names = self.directories("copilot/environments", findings);
        names.retain(|name| {
            let manifest = self
                .root
                .join("copilot/environments")
                .join(name)
                .join("manifest.yml");
            manifest.is_file()
        });
        let readable = manifests
            .iter()
            .filter_map(|(_, _, manifest)| manifest.as_ref().ok());
        let sections: Vec<_> = readable
            .flat_map(|manifest| &manifest.environments)
            .collect();
        let section_names = sections.iter().map(|(name, _)| name.clone());
        let section_names: BTreeSet<String> = section_names.collect();
        if names.is_empty() {
            // Older workspaces have no such directories; then the sections are all there is.
            names.extend(section_names.iter().cloned());
        }
        let asked: BTreeSet<String> = options.environments.iter().cloned().collect();
        let named: BTreeSet<_> = names.iter().chain(&section_names).cloned().collect();
        findings.extend(asked.difference(&named).map(|asked| nowhere(asked, &named)));
        let known: BTreeSet<String> = names.into_iter().chain(asked.iter().cloned()).collect();
        for (name, place) in &sections {
            if !known.contains(name) {
                findings.push(unlisted(name, place, &known));
            }
        }
        let listed = if asked.is_empty() { &known } else { &asked };
        let environment = |name: &String| Environment {
            name: name.clone(),
            legacy: options.legacy_environments.contains(name),
            listed: listed.contains(name),
        };
        known.union(&section_names).map(environment).collect()
    }
}

/// One that is asked for and may be anything: what is known of it is the base.
fn nowhere(asked: &str, named: &BTreeSet<String>) -> Finding {
    let message = format!("nothing names the environment `{asked}`");
    let names = || named.iter().map(String::as_str);
    let finding = match nearest(asked, names()) {
        Some(_) => Finding::warning(Code::UnknownEnvironment, message),
        None => Finding::note(Code::UnknownEnvironment, message),
    };
    let finding = finding.meant(asked, names(), || {
        "it is taken for one in which every service is as its base manifest says".to_owned()
    });
    Finding {
        replacement: None,
        ..finding
    }
}

/// A section for an environment that the workspace does not have: misspelt, or of another workspace.
fn unlisted(name: &str, place: &Place, known: &BTreeSet<String>) -> Finding {
    let message = format!("the section `{name}` is for no environment of this workspace");
    let names = || known.iter().map(String::as_str);
    let code = Code::UnknownEnvironment;
    let finding = match nearest(name, names()) {
        Some(_) => Finding::warning(code, message),
        None => Finding::note(code, message),
    };
    finding.at(place).meant(name, names(), || {
        format!("`copilot/environments/{name}/manifest.yml` would make it one")
    })
}

/// Each finding once, in the order of files and lines; no warning where there is an error of the same code.
fn tidy(findings: &mut Vec<Finding>) {
    let at = |finding: &Finding| {
        let place = finding.place.as_ref();
        place.map(|place| (place.file.clone(), place.line, place.column))
    };
    findings.sort_by_key(at);
    let errors: HashSet<_> = findings
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| (at(finding), finding.code))
        .collect();
    let mut seen = HashSet::new();
    findings.retain(|finding| {
        let hidden = !finding.is_error() && errors.contains(&(at(finding), finding.code));
        !hidden && seen.insert((at(finding), finding.code, finding.message.clone()))
    });
}
