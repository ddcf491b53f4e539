//! The application that a command is about: found, read, and narrowed to the environments asked for.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use service_connect_codegen::copilot::{Loaded, Options, Workspace};
use service_connect_codegen::{
    Application, Code, Environment, Finding, Service, Severity, StandIn, lock, unknown_service,
};

use crate::address;
use crate::options::Selection;
use crate::output;

/// An application and where it was found.
pub struct Context {
    /// The directory that holds `copilot/`.
    pub workspace: Workspace,
    /// What was read there.
    loaded: Loaded,
    /// The first error in the metadata of `Cargo.toml`.
    wrong_metadata: Option<Finding>,
    /// What `dev` takes for services.
    stand_ins: Vec<StandIn>,
}

impl Context {
    /// Reads the application that is selected. An environment that nothing names is taken, unless it is a slip for one
    /// that there is.
    pub fn open(selection: &Selection) -> Result<Self> {
        let context = Self::open_for_any_environment(selection)?;
        if let Some(slip) = context.unnamed().find(|finding| is_slip(finding)) {
            bail!(
                "{} If not, `copilot/environments/NAME/manifest.yml` makes it one",
                output::one_line(slip)
            );
        }
        Ok(context)
    }

    /// The same with slips, too: `routes --format json` is relied on to add environments.
    pub fn open_for_any_environment(selection: &Selection) -> Result<Self> {
        let Selection {
            directory,
            app,
            environments,
        } = selection;
        directory.read_dir().with_context(|| {
            format!(
                "`{}` is not a directory that can be read",
                directory.display()
            )
        })?;
        let around = directory.canonicalize()?;
        let Some(workspace) = Workspace::find(directory) else {
            bail!(
                "there is no `copilot/` in `{}` or up to five levels above it: name a directory of the \
                 application with `-C DIR`",
                around.display()
            );
        };
        let (mut options, mut findings) = Options::from_cargo(&around, &workspace);
        if let Some(app) = app {
            note_other_name(&workspace, app);
            options.application = Some(app.clone());
        }
        options.environments.clone_from(environments);
        let mut loaded = workspace.load(&options);
        for stand_in in &mut options.stand_ins {
            if let Some(finding) = address::wrong(stand_in) {
                // As all that only `dev` reads.
                findings.push(Finding {
                    severity: Severity::Warning,
                    ..finding.clone()
                });
                stand_in.source = Err(finding);
            }
        }
        let wrong_metadata = findings.iter().find(|finding| finding.is_error()).cloned();
        loaded.findings.splice(..0, findings);
        // Of the crate that one is in; `lock --check` looks at all of them.
        let lock = around.join(lock::FILE);
        if environments.is_empty() {
            let stale = lock::stale(&lock, &loaded.application, &workspace.root);
            loaded.findings.extend(stale);
        }
        Ok(Self {
            workspace,
            loaded,
            wrong_metadata,
            stand_ins: options.stand_ins,
        })
    }

    /// Whether there is an application around `directory`.
    pub fn is_around(directory: &Path) -> bool {
        Workspace::find(directory).is_some()
    }

    /// The services in their environments, and nothing else of it.
    pub fn into_application(self) -> Application {
        self.loaded.application
    }

    /// All that was read: the variables of the services, too.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// The services in their environments.
    pub fn application(&self) -> &Application {
        &self.loaded.application
    }

    /// What keeps the metadata of `Cargo.toml` from being known.
    pub fn wrong_metadata(&self) -> Option<&Finding> {
        self.wrong_metadata.as_ref()
    }

    /// What `dev` takes for services.
    pub fn stand_ins(&self) -> &[StandIn] {
        &self.stand_ins
    }

    /// The application's name.
    pub fn name(&self) -> Result<&str> {
        const FILE: &str = "copilot/.workspace";
        self.application().name.as_deref().ok_or_else(|| {
            let is_its = |finding: &&Finding| {
                finding
                    .place
                    .as_ref()
                    .is_some_and(|place| &*place.file == FILE)
            };
            let why = if let Some(finding) = self.loaded.findings.iter().find(is_its) {
                output::one_line(finding)
            } else {
                let file = self.workspace.root.join(FILE);
                let is_there = file.exists();
                let what = if is_there {
                    "does not name the application"
                } else {
                    "is missing"
                };
                format!("`{}` {what}", file.display())
            };
            anyhow!("{why}: write `application: NAME` there, or pass `--app NAME`")
        })
    }

    /// The environments asked for, each with its index in the application; none if the workspace has none.
    pub fn picked(&self) -> impl Iterator<Item = (usize, &Environment)> {
        let all = self.application().environments.iter().enumerate();
        all.filter(|(_, environment)| environment.listed)
    }

    /// The same for a command that needs one.
    pub fn environments(&self) -> Result<Vec<(usize, &Environment)>> {
        let picked: Vec<_> = self.picked().collect();
        if picked.is_empty() {
            bail!(
                "`{}` names no environment: pass `--env NAME`, or add `copilot/environments/NAME/manifest.yml`",
                self.workspace.copilot().display()
            );
        }
        Ok(picked)
    }

    /// What was found, in these environments.
    pub fn findings(&self) -> &[Finding] {
        &self.loaded.findings
    }

    /// Says on stderr which of the environments asked for nothing names, and what they are taken for.
    pub fn note_unnamed(&self) {
        for finding in self.unnamed() {
            output::note(&format!("note: {}", output::one_line(finding)));
        }
    }

    fn unnamed(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.findings().iter();
        findings
            .filter(|finding| finding.code == Code::UnknownEnvironment && finding.place.is_none())
    }

    /// Says on stderr that something is wrong with the manifests, so that the result is not all that could be said.
    pub fn note_errors(&self) {
        if self.findings().iter().any(Finding::is_error) {
            output::warning(
                "there are errors in the manifests: `cargo service-connect check` shows them",
            );
        }
    }

    /// The service of that name.
    pub fn service(&self, name: &str) -> Result<&Service> {
        find_service(self.application(), name)
    }
}

/// What is said of an application without services.
pub const NO_SERVICE: &str = "there is no service yet: `copilot/NAME/manifest.yml` makes one";

/// Whether an environment that nothing names is near to one that there is.
fn is_slip(unnamed: &Finding) -> bool {
    let help = unnamed.help.as_deref().unwrap_or_default();
    help.starts_with("did you mean")
}

/// `--app` is for where `copilot/.workspace` does not say the name, and wins where it says another.
fn note_other_name(workspace: &Workspace, app: &str) {
    if let Some(name) = workspace.own_name().filter(|name| name != app) {
        output::note(&format!(
            "note: `copilot/.workspace` says that the application is `{}`; `--app {}` is taken",
            output::printable(&name),
            output::printable(app)
        ));
    }
}

/// The service of that name.
pub fn find_service<'a>(application: &'a Application, name: &str) -> Result<&'a Service> {
    application.service(name).ok_or_else(|| {
        let finding = unknown_service(application, name);
        anyhow!(output::one_line(&Finding {
            place: None,
            ..finding
        }))
    })
}
