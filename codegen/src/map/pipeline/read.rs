//! A pipeline's manifest as it is written. What has the wrong form is left out: Copilot says so when it reads it.

use std::rc::Rc;

use crate::place::Place;
use crate::yaml::{Kind, Node};

/// A stage: an environment that is deployed to.
pub(super) struct Stage {
    pub name: Text,
    /// What is deployed; none if it is everything, all at once.
    pub deployments: Vec<Deployment>,
}

/// A service, a job or another stack that is deployed.
pub(super) struct Deployment {
    pub name: Text,
    pub depends_on: Vec<Text>,
    /// It brings its own template, so it need not be a service.
    pub has_template: bool,
}

/// A name and where it is written.
pub(super) struct Text {
    pub text: String,
    pub place: Place,
}

impl Text {
    fn of(node: &Node) -> Option<Self> {
        Some(Self {
            text: node.text()?.to_owned(),
            place: node.place.clone(),
        })
    }
}

/// The stages of a manifest, in their order.
pub(super) fn stages(root: &Node) -> Vec<Stage> {
    let stages = root
        .get("stages")
        .map_or(&[][..], |stages| elements(stages));
    let stages = stages.iter().filter_map(|stage| {
        let deployments = stage.get("deployments");
        let deployments = deployments.map_or_else(Vec::new, |node| node.entries());
        let deployments = deployments.into_iter().filter_map(deployment);
        Some(Stage {
            name: Text::of(stage.get("name")?)?,
            deployments: deployments.collect(),
        })
    });
    stages.collect()
}

fn deployment((name, written): (&Rc<Node>, &Rc<Node>)) -> Option<Deployment> {
    let depends_on = written.get("depends_on");
    let depends_on = depends_on.map_or(&[][..], |node| elements(node));
    let depends_on = depends_on.iter().filter_map(|node| Text::of(node));
    Some(Deployment {
        name: Text::of(name)?,
        depends_on: depends_on.collect(),
        has_template: written.get("template_path").is_some(),
    })
}

fn elements(node: &Node) -> &[Rc<Node>] {
    match &node.kind {
        Kind::Sequence(elements) => elements,
        Kind::Scalar { .. } | Kind::Mapping(_) => &[],
    }
}
