//! A manifest as it is written: what it says of itself, and what that makes of the workload in an environment.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::application::{Deployment, Kind};
use crate::code::Code;
use crate::finding::Finding;
use crate::interpolate::Variables;
use crate::place::Place;
use crate::yaml::Node;

use super::config::Config;
use super::decode::{Decoder, Text};
use super::layers::{Layers, is_null};
use super::{paths, sections, slips};

/// A manifest that is YAML.
#[derive(Debug)]
pub(super) struct Document {
    file: Place,
    root: Option<Rc<Node>>,
    /// Whether the root is a mapping.
    mapping: OnceCell<Result<(), Finding>>,
    /// The sections by environment, without those that are null; none where `environments` is no mapping.
    sections: HashMap<String, Rc<Node>>,
    /// Whether all sections and the base have the right form, which does not depend on the environment.
    checked: OnceCell<Result<(), Finding>>,
}

/// What a manifest says of itself, whatever the environment.
#[derive(Debug)]
pub(crate) struct Head {
    pub name: Option<Text>,
    pub kind: Kind,
    /// Where that is written.
    pub kind_place: Place,
}

/// A rule of `taskdef_overrides`.
#[derive(Debug)]
pub(crate) struct Overridden {
    /// `None` for the base.
    pub section: Option<String>,
    /// What it changes.
    pub path: String,
    pub place: Place,
}

impl Head {
    /// What `${COPILOT_SERVICE_NAME}` stands for.
    pub fn service(&self) -> Option<&str> {
        self.name.as_ref().map(|name| name.value.as_str())
    }
}

impl Document {
    /// # Errors
    ///
    /// If there are too many sections to be read.
    pub fn new(file: Place, root: Option<Rc<Node>>) -> Result<Self, Finding> {
        Ok(Self {
            file,
            sections: root
                .as_deref()
                .map_or_else(|| Ok(HashMap::new()), sections::by_environment)?,
            root,
            mapping: OnceCell::new(),
            checked: OnceCell::new(),
        })
    }

    /// The paths of `taskdef_overrides`, each with the environment whose section has it.
    pub fn overridden_paths(&self) -> Vec<Overridden> {
        let Some(root) = self.root.as_deref() else {
            return Vec::new();
        };
        let sections = root.get("environments");
        let sections = sections.map_or_else(Vec::new, |sections| sections.entries());
        let sections = sections.into_iter();
        let sections =
            sections.filter_map(|(name, section)| Some((Some(name.text()?), &**section)));
        let configs = std::iter::once((None, root)).chain(sections);
        configs
            .filter_map(|(section, config)| Some((section, config.get("taskdef_overrides")?)))
            .flat_map(|(section, rules)| {
                let paths = paths(rules).into_iter();
                paths.map(move |(path, place)| Overridden {
                    section: section.map(str::to_owned),
                    path,
                    place,
                })
            })
            .collect()
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

    /// What environments have of their own, by name.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &Node)> {
        let sections = self.sections.iter();
        sections.map(|(name, section)| (name.as_str(), &**section))
    }

    /// Keys that nobody reads and that look like others.
    pub fn slips(&self, kind: Kind) -> Vec<Finding> {
        let sections = self.sections().map(|(_, section)| section);
        let root = self.root.as_deref();
        root.map_or_else(Vec::new, |root| slips::find(kind, root, sections))
    }

    /// The base, as a mapping.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn root(&self) -> Result<Layers<'_>, Finding> {
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

    /// The name and the type.
    ///
    /// # Errors
    ///
    /// If the type is none of Copilot's, or either is no string.
    pub fn head(&self, variables: &Variables<'_>) -> Result<Head, Finding> {
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
        Ok(Head {
            name,
            kind: known,
            kind_place: kind.place,
        })
    }

    /// What the workload is in the environment that `variables` name.
    ///
    /// # Errors
    ///
    /// The first thing that Copilot would refuse the manifest for.
    pub fn deployment(
        &self,
        head: &Head,
        variables: &Variables<'_>,
    ) -> Result<Deployment, Finding> {
        let service = head.service();
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
        let section = variables
            .environment
            .and_then(|name| self.sections.get(name));
        let layers = root.under(section.map(|section| &**section));
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
}
