//! `init`: makes a crate one that calls the services of the application, in one command.

mod build_script;
mod cargo_toml;
mod crate_root;
mod example;
mod library;
mod package;
mod program;
mod rust;
mod services;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use cargo_metadata::{DependencyKind, Metadata};
use clap::Args;
use serde::Serialize;
use service_connect_codegen::text_file;

use crate::context::Context;
use crate::files::{self, Edit, Old};
use crate::options::{Format, Selection};
use crate::output::{self, printable};
use crate::scan::Sources;
use crate::{Outcome, calls, cargo, diff};

use cargo_toml::{Manifests, Needs};
use example::{Example, ExampleKind};
use library::Library;
use package::Crate;
use program::Program;
use services::Services;

/// What `--help` says below the options.
pub const AFTER_HELP: &str = "\
It adds the dependencies, the build script and `clients!()`, each only where it is missing, and keeps all else that \
is there. Either all of it is written or nothing.";

/// The byte order mark.
const MARK: char = '\u{feff}';

/// The arguments of `init`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The crate, by its name, where `-C` does not name its directory
    #[arg(short, long, value_name = "NAME")]
    package: Option<String>,

    /// A service that the crate runs as, where neither its name nor a manifest's `image.build` tells; can be repeated
    #[arg(long = "service", value_name = "SERVICE")]
    services: Vec<String>,

    /// Take the library from this directory, which holds its source, as it is taken from where this plugin was
    /// installed if that was a directory
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,

    /// Take the library from crates.io, wherever this plugin was installed from
    #[arg(long, conflicts_with = "path")]
    registry: bool,

    /// Show the changes as a diff, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// How to write what was done
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Report {
    package: String,
    /// The services that it runs as.
    services: Vec<String>,
    dry_run: bool,
    /// In the order in which one reads a crate; none where there is nothing to do.
    changes: Vec<Change>,
    /// What else there is to do, or to know.
    notes: Vec<String>,
    /// A call that compiles from here on.
    example: Option<String>,
}

/// What becomes of a file.
#[derive(Serialize)]
struct Change {
    /// From the root of the cargo workspace.
    file: String,
    added: Vec<String>,
    diff: String,
    #[serde(skip)]
    edit: Edit,
}

/// Changes the crate, or shows how it would be changed.
pub fn run(selection: &Selection, arguments: &Arguments) -> Result<Outcome> {
    // A crate is one for all environments.
    let everywhere = selection.everywhere();
    let asked = cargo::Asked::about(&selection.directory);
    let context = Context::open(&everywhere)?;
    let metadata = asked.answer()?;
    let directory = selection.directory.canonicalize()?;
    let name = arguments.package.as_deref();
    let found = Crate::find(&metadata, &context.workspace, name, &directory)?;
    let services = Services::of(&context, &metadata, &found, &arguments.services)?;
    let root = found.root(&services.names)?;
    let old = read(&root)?.ok_or_else(|| anyhow!("there is no file `{}`", root.display()))?;
    let sources = root.parent().unwrap_or(found.directory);
    let end = program::End::of(context.application(), &services.names);
    let is_written = program::is_to_be_written(&old)
        && found.takes_tokio(end.tokio())
        && crate_root::with_clients(sources, &found.other_binaries(&root)).is_none();
    let program = is_written.then(|| {
        let sources = Sources::of(&metadata, &context, &[]);
        let calls = calls::all(&context, Some(&sources));
        Program {
            end,
            example: Example::without_circle(&context, &services.names, &calls),
        }
    });
    let in_program = program.as_ref().and_then(|program| program.example.clone());
    let example = in_program.or_else(|| Example::find(&context, &services.names));
    let mut report = Report {
        package: found.package.name.to_string(),
        services: services.names.clone(),
        dry_run: arguments.dry_run,
        changes: Vec::new(),
        notes: [
            found.notes(),
            services::note_others(&context, &metadata, &found, &services.names),
        ]
        .concat(),
        example: example.as_ref().map(|example| example.call.clone()),
    };
    let library = match &arguments.path {
        Some(path) => Library::at(&selection.directory.join(path))?,
        None if arguments.registry => Library::Registry,
        None => Library::known(&metadata),
    };
    report.plan_manifests(&metadata, &found, &services, &library, program.as_ref())?;
    report.plan_sources(&metadata, &found, (&root, old), program.as_ref())?;
    let has_port = program::has_port(context.application(), &services.names);
    if has_port && !is_written && found.has_binary() && !program::listens(sources) {
        report.notes.push(program::NOTE.to_owned());
    }
    if !arguments.dry_run {
        let edits = report.changes.iter().map(|change| change.edit.clone());
        files::write(&edits.collect::<Vec<_>>())?;
    }
    match arguments.format {
        Format::Human => report.print(&context, example.as_ref())?,
        Format::Json => output::json(&report)?,
    }
    Ok(Outcome::Clean)
}

impl Report {
    /// What is to be done to the sources; nothing is written yet, so that whatever fails leaves the crate as it was.
    fn plan_sources(
        &mut self,
        metadata: &Metadata,
        found: &Crate<'_>,
        (path, old): (&Path, String),
        program: Option<&Program>,
    ) -> Result<()> {
        let root = metadata.workspace_root.as_std_path();
        let name = |path: &Path| {
            let path = path.strip_prefix(root).unwrap_or(path);
            path.display().to_string()
        };
        let script_path = found.build_script();
        let old_script = read(&script_path)?;
        let name_of_script = name(&script_path);
        let script = build_script::edit(&name_of_script, old_script.as_deref())?;
        self.notes.extend(script.note);
        if let Some(text) = script.text {
            let added = vec![script.what.to_owned()];
            let old = old_script.as_deref();
            self.change(name_of_script, added, script_path, old, text);
        }

        let directory = path.parent().unwrap_or(found.directory);
        if crate_root::with_clients(directory, &found.other_binaries(path)).is_none() {
            let new = crate_root::edit(&name(path), &old, program)?;
            let mut added = vec!["`clients!()`".to_owned()];
            if let Some(program) = program {
                added.extend(program.what().map(str::to_owned));
            }
            self.change(name(path), added, path.to_owned(), Some(&old), new);
        }
        Ok(())
    }

    /// The same of the manifests.
    fn plan_manifests(
        &mut self,
        metadata: &Metadata,
        found: &Crate<'_>,
        services: &Services,
        library: &Library,
        program: Option<&Program>,
    ) -> Result<()> {
        let root = metadata.workspace_root.as_std_path();
        let has = |name, kind| found.depends_on(name, kind);
        let needs = Needs {
            runtime: !has("service-connect", DependencyKind::Normal),
            codegen: !has("service-connect-codegen", DependencyKind::Build),
            tokio: (found.has_binary() && !has("tokio", DependencyKind::Normal)).then(|| {
                let features = program.map(|program| program.end.tokio());
                features.unwrap_or(cargo_toml::MAIN)
            }),
            services: Some(&services.names[..]).filter(|_| services.is_to_be_listed),
            library,
            directories: [found.directory, root],
        };
        let own = found.directory.join("Cargo.toml");
        let shared = root.join("Cargo.toml");
        let own_name = own.strip_prefix(root).unwrap_or(&own).display().to_string();
        let text =
            |path: &Path| read(path)?.with_context(|| format!("there is no `{}`", path.display()));
        let own_text = text(&own)?;
        let shared_text = if own == shared {
            None
        } else {
            Some(text(&shared)?)
        };
        let shared_part = shared_text.as_deref().map(|text| ("Cargo.toml", text));
        let mut manifests = Manifests::parse((&own_name, &own_text), shared_part)?;
        let [added, shared_added] = manifests.add(&needs)?;
        let (new, shared_new) = manifests.texts();
        if let Some((old, new)) = shared_text
            .zip(shared_new)
            .filter(|_| !shared_added.is_empty())
        {
            let added = format!("the versions of {}", shared_added.join(", "));
            self.change(
                "Cargo.toml".to_owned(),
                vec![added],
                shared,
                Some(&old),
                new,
            );
        }
        if !added.is_empty() {
            self.change(own_name, added, own, Some(&own_text), new);
        }
        Ok(())
    }

    fn change(
        &mut self,
        file: String,
        added: Vec<String>,
        path: PathBuf,
        old: Option<&str>,
        new: String,
    ) {
        // As what was there began, and as its lines ended.
        let before = old.unwrap_or_default();
        let new = if rust::ends_lines_with_crlf(before) {
            new.replace("\r\n", "\n").replace('\n', "\r\n")
        } else {
            new
        };
        let new = match before.strip_prefix(MARK) {
            Some(_) if !new.starts_with(MARK) => format!("{MARK}{new}"),
            _ => new,
        };
        let mut diff = diff::unified(&file, before, &new);
        if old == Some("") {
            // It is there, and git asks.
            diff = diff.replacen("/dev/null", &format!("a/{file}"), 1);
        }
        self.changes.push(Change {
            diff,
            file,
            added,
            edit: Edit {
                path,
                old: Old::Known(old.map(Into::into)),
                new: new.into(),
            },
        });
    }

    fn print(&self, context: &Context, example: Option<&Example>) -> Result<()> {
        for note in &self.notes {
            output::warning(note);
        }
        if self.changes.is_empty() {
            output::note(&format!(
                "nothing to do: `{}` has all that it needs",
                self.package
            ));
            return Ok(());
        }
        if self.dry_run {
            let diffs = self.changes.iter().map(|change| diff::styled(&change.diff));
            return output::result(&diffs.collect::<String>());
        }
        for change in &self.changes {
            output::note(&format!(
                "wrote {}: {}",
                change.file,
                change.added.join(", ")
            ));
        }
        output::result(&self.next(context, example))
    }

    /// What one can do now.
    fn next(&self, context: &Context, example: Option<&Example>) -> String {
        let package = &self.package;
        let who = match &self.services[..] {
            [] => format!("`{package}` is a library for services"),
            [only] if only == package => format!("`{package}` is a service"),
            all => format!("`{package}` runs as `{}`", printable(&all.join("`, `"))),
        };
        let mut others = context.application().services.iter();
        let what = match (example, &self.services[..]) {
            (
                Some(Example {
                    service,
                    kind,
                    call,
                    ..
                }),
                _,
            ) => {
                let service = printable(service);
                let (verb, name) = match kind {
                    ExampleKind::Request => ("call", "answer"),
                    ExampleKind::Authority => ("reach", "authority"),
                };
                format!(", and can {verb} `{service}`, for instance:\n\n    let {name} = {call};\n")
            }
            _ if others.all(|service| self.services.contains(&service.name)) => {
                ". There is no other service yet that it could call.\n".to_owned()
            }
            (None, [service, ..]) => format!(
                ". It can call none of the others in every environment: `cargo service-connect routes --from {}` says \
                 why.\n",
                printable(service)
            ),
            (None, []) => ". No service can be called in every environment: `cargo service-connect routes` shows \
                           them.\n"
                .to_owned(),
        };
        format!(
            "{who}{what}\nNext: `cargo service-connect lock`, for builds without `copilot/`; `cargo service-connect dev` \
             runs the application here.\n"
        )
    }
}

/// The text of a file; `None` if there is none.
fn read(path: &Path) -> Result<Option<String>> {
    let text = text_file::read(path, &path.display().to_string());
    text.map_err(|finding| anyhow!(output::one_line(&finding)))
}
