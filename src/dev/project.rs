//! What `dev` runs, read and built as often as it changes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use tokio::task::spawn_blocking;

use crate::calls;
use crate::cargo;
use crate::context::Context;
use crate::options::Selection;
use crate::scan::Sources;

use super::Arguments;
use super::addresses;
use super::build::{Input, build};
use super::eyes::Eyes;
use super::launch::Launch;
use super::members::Members;
use super::request::Request;
use super::stand_in;
use super::task::Task;

/// Where it is, and what was asked for.
#[derive(Clone)]
pub struct Project {
    pub selection: Selection,
    pub arguments: Arguments,
}

/// What there is already when something is built.
#[derive(Clone, Default)]
pub struct Before {
    /// The ports of tasks, also of those that are gone, and may come back to callers that know them.
    pub ports: HashMap<Task, u16>,
    /// The `host:port`s on which tasks that run listen.
    pub held: HashSet<String>,
    /// Variables of manifests of which it was said that no task gets them.
    pub left_out: BTreeSet<(String, String)>,
    /// What runs elsewhere, and where: it was said if nothing listens there.
    pub elsewhere: HashSet<(String, String)>,
}

/// What a build gave.
pub struct Built {
    pub members: Members,
    pub launches: Vec<Launch>,
}

impl Project {
    /// Reads the application and the cargo workspace.
    pub fn members(&self) -> Result<Members> {
        let Arguments {
            request,
            logs,
            replicas,
            services,
            ..
        } = &self.arguments;
        // cargo takes its time, so it is asked before anything else.
        let asked = cargo::Asked::about(&self.selection.directory);
        let context = Context::open(&self.selection)?;
        let stand_ins = stand_in::all(services, context.stand_ins())?;
        if let Some(Request { service, .. }) = request
            && !stand_ins.iter().any(|(name, _)| name == service)
        {
            context.service(service)?;
        }
        // What keeps the sources from being read keeps the programs from being found, too.
        let metadata = asked.answer();
        let environments = &self.selection.environments;
        let sources = metadata.as_ref().ok();
        let sources = sources.map(|metadata| Sources::of(metadata, &context, environments));
        let calls = calls::all(&context, sources.as_ref());
        let mut members = Members::find(&context, metadata, stand_ins, &calls)?;
        context.note_unnamed();
        members.is_all_seen = sources.is_some_and(|sources| sources.unseen.is_empty());
        if let Some(request) = request {
            members.listening(&request.service)?;
        }
        let replicated = replicas.iter().map(|one| &one.service);
        members.check_names(logs.iter().chain(replicated))?;
        members.replicate(replicas)?;
        Ok(members)
    }

    /// Builds what was read, and looks at the addresses that it is to have. Tasks keep the ports that they have.
    pub async fn build(
        &self,
        mut members: Members,
        before: &Before,
        input: Input,
    ) -> Result<Built> {
        let directory: &Path = &self.selection.directory;
        build(directory, &mut members, input).await?;
        addresses::are_free(&members, &before.held).await?;
        members.take_ports(&before.ports)?;
        let launches = members.launches()?;
        Ok(Built { members, launches })
    }

    /// Reads and builds all anew. What it is built from is looked at before that, so that what keeps it from being built
    /// can be mended.
    pub async fn rebuild(self, before: Before, eyes: Eyes) -> Result<Built> {
        let project = self.clone();
        let ahead = eyes.clone();
        let members = spawn_blocking(move || {
            let members = project.members();
            let members = members.inspect_err(|_| ahead.look_for_packages())?;
            ahead.look_ahead(members.inputs());
            anyhow::Ok(members)
        });
        let members = members
            .await
            .context("the application could not be read again")??;
        let built = self.build(members, &before, Input::None).await?;
        let built = spawn_blocking(move || {
            eyes.look_at(built.members.inputs());
            built
        });
        built.await.context("what was built could not be looked at")
    }
}
