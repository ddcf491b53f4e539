//! One manifest: from YAML to what the workload is in each environment.
//!
//! The rules are those of the structs, transformers and validators of the Copilot CLI's
//! `internal/pkg/manifest` (v1.33).

mod config;
mod connect;
mod decode;
mod document;
mod exposed;
mod layers;
mod load_balancer;
mod mapping;
mod placeholders;
mod schema;
mod sections;
mod shape;
mod sidecars;
mod slips;
mod variables;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::application::Deployment;
use crate::finding::Finding;
use crate::interpolate::Variables;
use crate::place::Place;
use crate::setting::Setting;
use crate::yaml::{self, Node};

use config::Config;
use decode::Decoder;
use document::{Document, Head, Overridden};
use placeholders::Placeholder;
use variables::ContainerVariables;

/// What a manifest says. The YAML is kept only where it has to be read once more, for memory is what slows down the
/// reading of large applications.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// Those that have a section of their own, and where.
    pub environments: Vec<(String, Place)>,
    head: Common<Rc<Head>>,
    base: Common<Deployment>,
    /// Where the environment's section decides something.
    overridden: HashMap<String, Result<Deployment, Finding>>,
    placeholders: Vec<Placeholder>,
    /// Warnings for keys that nobody reads.
    pub slips: Vec<Finding>,
    /// Where the base has the environment's name in it.
    document: Option<Document>,
    /// What is reviewed only.
    variables: ContainerVariables,
    pub overridden_paths: Vec<Overridden>,
}

/// What is the same in every environment that overrides nothing.
#[derive(Debug)]
struct Common<T> {
    value: Result<T, Finding>,
    /// But for the environment's name in it.
    names_environment: bool,
}

impl<T: Clone> Common<T> {
    fn read(
        variables: &Variables<'_>,
        read: impl FnOnce(&Variables<'_>) -> Result<T, Finding>,
    ) -> Self {
        Self {
            value: read(variables),
            names_environment: variables.names_environment.get(),
        }
    }

    /// In one environment; `read` reads it for that one.
    fn get(&self, read: impl FnOnce() -> Option<Result<T, Finding>>) -> Result<T, Finding> {
        let own = if self.names_environment { read() } else { None };
        own.unwrap_or_else(|| self.value.clone())
    }
}

impl Manifest {
    /// Reads the YAML and what it makes of the workload; `variables` are those of the base.
    ///
    /// # Errors
    ///
    /// If it is no YAML.
    pub fn read(
        file: &Arc<str>,
        text: &str,
        variables: &Variables<'_>,
        is_reviewed: bool,
    ) -> Result<Self, Finding> {
        let root = yaml::parse(file, text)?;
        // Most manifests use no variables, and then need not be searched.
        let searched = root.as_deref().filter(|_| text.contains("${"));
        let placeholders = searched.map_or_else(Vec::new, Placeholder::all);
        let document = Document::new(Place::file(file.clone()), root)?;
        let head = Common::read(&variables.within(None), |variables| {
            document.head(variables).map(Rc::new)
        });
        let deployment = |variables: &Variables<'_>| {
            let head = head.get(|| Some(document.head(variables).map(Rc::new)))?;
            document.deployment(&head, variables)
        };
        let base = Common::read(&variables.within(None), deployment);
        let sections = document.sections();
        let overridden = sections
            .filter(|(_, section)| Config::is_overridden_by(section))
            .map(|(name, _)| (name.to_owned(), deployment(&variables.within(Some(name)))));
        let mut manifest = Self {
            environments: document.environments(),
            overridden: overridden.collect(),
            slips: match &head.value {
                Ok(head) => document.slips(head.kind),
                Err(_) => Vec::new(),
            },
            head,
            base,
            placeholders,
            document: None,
            variables: ContainerVariables::default(),
            overridden_paths: Vec::new(),
        };
        if is_reviewed {
            manifest.variables = ContainerVariables::read(&document);
            manifest.overridden_paths = document.overridden_paths();
        }
        manifest.document = Some(document).filter(|_| manifest.base.names_environment);
        Ok(manifest)
    }

    /// The name and the type.
    ///
    /// # Errors
    ///
    /// If the type is none of Copilot's, or either is no string.
    pub fn head(&self, variables: &Variables<'_>) -> Result<Rc<Head>, Finding> {
        let document = self.document.as_ref();
        self.head
            .get(|| Some(document?.head(variables).map(Rc::new)))
    }

    /// What the workload is in the environment that `variables` name.
    ///
    /// # Errors
    ///
    /// The first thing that Copilot would refuse the manifest for.
    pub fn deployment(&self, variables: &Variables<'_>) -> Result<Deployment, Finding> {
        // Most environments have no section, and most sections change nothing that is asked for here.
        let environment = variables.environment;
        if let Some(own) = environment.and_then(|name| self.overridden.get(name)) {
            return own.clone();
        }
        self.base.get(|| {
            let head = self.head(variables);
            let document = self.document.as_ref()?;
            Some(head.and_then(|head| document.deployment(&head, variables)))
        })
    }

    /// The variables that the containers get in these environments.
    pub fn settings(&self, environments: &[(Option<usize>, Variables<'_>)]) -> Vec<Setting> {
        let heads: Vec<_> = environments
            .iter()
            .filter_map(|(index, variables)| Some((*index, variables, self.head(variables).ok()?)))
            .collect();
        let decoders = heads.iter().map(|(index, variables, head)| {
            let decoder = Decoder {
                variables,
                service: head.service(),
                lenient: false,
            };
            (*index, decoder)
        });
        self.variables.settings(decoders)
    }

    /// The shell's variables that the manifest uses, a deciding field or not.
    pub fn shell_variables(&self) -> impl Iterator<Item = &str> {
        self.placeholders.iter().map(|used| used.name.as_str())
    }

    /// Warnings for those that nothing sets.
    pub fn unset_variables(
        &self,
        service: &str,
        shell: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Finding> {
        Placeholder::unset(&self.placeholders, service, shell)
    }
}

/// The `path` of each element of a list, with its place.
pub(crate) fn paths(rules: &Node) -> Vec<(String, Place)> {
    let yaml::Kind::Sequence(rules) = &rules.kind else {
        return Vec::new();
    };
    let paths = rules.iter().filter_map(|rule| rule.get("path"));
    paths
        .filter_map(|path| Some((path.text()?.to_owned(), path.place.clone())))
        .collect()
}
