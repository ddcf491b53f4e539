//! One manifest: from YAML to what the workload is in each environment.
//!
//! The rules are those of the structs, transformers and validators of the Copilot CLI's
//! `internal/pkg/manifest` (v1.33).

mod config;
mod connect;
mod decode;
mod exposed;
mod layers;
mod load_balancer;
mod mapping;
mod schema;
mod sections;
mod shape;
mod sidecars;
mod variables;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::application::{Deployment, Kind};
use crate::finding::{Code, Finding};
use crate::interpolate::Variables;
use crate::place::Place;
use crate::yaml::{self, Node};

use config::Config;
use decode::{Decoder, Text};
use layers::{Layers, is_null};

/// A manifest that is YAML.
#[derive(Debug)]
pub(crate) struct Manifest {
    file: Place,
    root: Option<Rc<Node>>,
    /// Whether the root is a mapping.
    mapping: OnceCell<Result<(), Finding>>,
    /// The sections by environment, without those that are null; none where `environments` is no mapping.
    sections: HashMap<String, Rc<Node>>,
    /// Whether the sections of the environments can be read at all, which does not depend on the environment.
    checked: OnceCell<Result<(), Finding>>,
    /// What the base says of itself, and whether that depends on the name of the environment.
    head: OnceCell<(Result<Rc<Head>, Finding>, bool)>,
    /// What the base is by itself, and whether that depends on the name of the environment.
    base: OnceCell<(Result<Deployment, Finding>, bool)>,
}

/// What a manifest says of itself, whatever the environment.
#[derive(Debug)]
pub(crate) struct Head {
    pub name: Option<Text>,
    pub kind: Kind,
}

impl Manifest {
    /// Reads the YAML.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn parse(file: &Arc<str>, text: &str) -> Result<Self, Finding> {
        let root = yaml::parse(file, text)?;
        Ok(Self {
            file: Place::file(file.clone()),
            sections: root
                .as_deref()
                .map_or_else(|| Ok(HashMap::new()), sections::by_environment)?,
            root,
            mapping: OnceCell::new(),
            checked: OnceCell::new(),
            head: OnceCell::new(),
            base: OnceCell::new(),
        })
    }

    /// The environments that have a section of their own.
    pub fn environments(&self) -> Vec<(String, Place)> {
        let sections = self.root.as_ref().and_then(|root| root.get("environments"));
        let keys = sections.map_or_else(Vec::new, |sections| sections.entries());
        let names = keys
            .iter()
            .filter_map(|(key, _)| Some((key.text()?.to_owned(), key.place.clone())));
        names.collect()
    }

    /// The name and the type.
    ///
    /// # Errors
    ///
    /// If the type is none of Copilot's, or either is no string.
    pub fn head(&self, variables: &Variables<'_>) -> Result<Rc<Head>, Finding> {
        let (head, names_environment) = self.head.get_or_init(|| {
            let variables = variables.of_base();
            let head = self.read_head(&variables).map(Rc::new);
            (head, variables.names_environment.get())
        });
        if *names_environment {
            return self.read_head(variables).map(Rc::new);
        }
        head.clone()
    }

    fn read_head(&self, variables: &Variables<'_>) -> Result<Head, Finding> {
        let decoder = Decoder {
            variables,
            service: None,
            lenient: false,
        };
        let root = self.root()?;
        let name = decoder.string(&root, "name")?;
        let Some(kind) = decoder.string(&root, "type")? else {
            return Err(
                Finding::error(Code::UnknownType, "the manifest has no `type`")
                    .at(&self.file)
                    .help(format!(
                        "add `type: {}` or another of Copilot's",
                        Kind::BackendService
                    )),
            );
        };
        let Some(known) = Kind::parse(&kind.value) else {
            let names = || Kind::ALL.iter().map(|kind| kind.as_str());
            let message = format!("there is no type `{}`", kind.value);
            let otherwise = || {
                format!(
                    "it has to be one of {}",
                    names().collect::<Vec<_>>().join(", ")
                )
            };
            return Err(Finding::error(Code::UnknownType, message)
                .at(&kind.place)
                .meant(&kind.value, names(), otherwise));
        };
        Ok(Head { name, kind: known })
    }

    /// What the workload is in the environment that `variables` name.
    ///
    /// # Errors
    ///
    /// The first thing that Copilot would refuse the manifest for.
    pub fn deployment(&self, variables: &Variables<'_>) -> Result<Deployment, Finding> {
        let (base, names_environment) = self.base.get_or_init(|| {
            let variables = variables.of_base();
            let base = self.read(&variables);
            (base, variables.names_environment.get())
        });
        // Most sections change nothing that is asked for here, and most environments have none.
        let decides = variables.environment.is_some_and(|environment| {
            let section = self.sections.get(environment);
            *names_environment || section.is_some_and(|section| Config::is_overridden_by(section))
        });
        if decides {
            self.read(variables)
        } else {
            base.clone()
        }
    }

    fn read(&self, variables: &Variables<'_>) -> Result<Deployment, Finding> {
        let head = self.head(variables)?;
        let service = head.name.as_ref().map(|name| name.value.as_str());
        let decoder = Decoder {
            variables,
            service,
            lenient: false,
        };
        let root = self.root()?;
        // Copilot decodes every section before it picks one.
        self.checked
            .get_or_init(|| sections::check(service, variables, head.kind, &root))
            .clone()?;
        let layers = root.under(self.section(variables));
        let config = Config::read(&decoder, head.kind, &layers)?;
        let Some(name) = &head.name else {
            return Err(
                Finding::error(Code::MissingField, "the manifest has no `name`")
                    .at(&self.file)
                    .help("add `name:` with the name of its directory"),
            );
        };
        config.deployment(head.kind, name, &self.file)
    }

    /// The paths of `taskdef_overrides`, the base's and those of these environments.
    pub fn overridden_paths(&self, is_listed: impl Fn(&str) -> bool) -> Vec<(String, Place)> {
        let Some(root) = self.root.as_deref() else {
            return Vec::new();
        };
        let sections = root
            .get("environments")
            .map_or_else(Vec::new, |sections| sections.entries());
        let sections = sections
            .into_iter()
            .filter(|(name, _)| name.text().is_some_and(&is_listed))
            .map(|(_, section)| &**section);
        let configs = std::iter::once(root).chain(sections);
        configs
            .filter_map(|config| config.get("taskdef_overrides"))
            .flat_map(|rules| paths(rules))
            .collect()
    }

    fn section(&self, variables: &Variables<'_>) -> Option<&Node> {
        let section = self.sections.get(variables.environment?)?;
        Some(section)
    }

    fn root(&self) -> Result<Layers<'_>, Finding> {
        let Some(root) = self.root.as_ref().filter(|root| !is_null(root)) else {
            return Err(Finding::error(Code::UnknownType, "the manifest is empty")
                .at(&self.file)
                .help("every workload needs `name` and `type`; `copilot svc init` writes both"));
        };
        self.mapping
            .get_or_init(|| Decoder::mapping(root, "the manifest").map(drop))
            .clone()?;
        Ok(Layers::new([&**root]))
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
