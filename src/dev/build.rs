//! Builds the programs of all services in one go.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{env, io};

use anstream::ColorChoice;
use anyhow::{Context as _, Result, bail};
use cargo_metadata::Message;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout, Command};

use crate::output;

use super::member::{Member, Source};
use super::members::Members;
use super::process::Process;
use super::programs::Program;

/// Executables by package and name.
type Executables = HashMap<(String, String), PathBuf>;

/// What cargo may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// What is typed, where that is a terminal: it may ask for a password, which only what is in the foreground can, and
    /// has the terminal to itself.
    Terminal,
    /// Nothing: it goes on beside the services, and its messages come between theirs.
    None,
}

/// Runs `cargo build` and notes the executables. cargo's own messages go to stderr. Dropping it ends cargo.
pub async fn build(directory: &Path, members: &mut Members, input: Input) -> Result<()> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--message-format=json-render-diagnostics"]);
    match ColorChoice::global() {
        _ if input == Input::None => {}
        ColorChoice::Always | ColorChoice::AlwaysAnsi => drop(command.arg("--color=always")),
        ColorChoice::Never => drop(command.arg("--color=never")),
        ColorChoice::Auto => {}
    }
    let programs: Vec<&Program> = members.here.iter().filter_map(Member::program).collect();
    if programs.is_empty() {
        return Ok(());
    }
    for program in programs {
        command.args(["--package", &program.id, "--bin", &program.binary]);
    }
    command.current_dir(directory).stdout(Stdio::piped());
    let started = match input {
        Input::Terminal if io::stdin().is_terminal() => Process::start_in_foreground(command),
        Input::Terminal => Process::start(no_input(command)),
        Input::None => {
            // cargo takes a pipe for no terminal.
            let colors = anstream::AutoStream::choice(&io::stderr()) != ColorChoice::Never;
            command.arg(if colors {
                "--color=always"
            } else {
                "--color=never"
            });
            command.stderr(Stdio::piped());
            Process::start(no_input(command))
        }
    };
    let mut cargo = started.context("`cargo build` cannot be started")?;
    let (stdout, stderr) = cargo.output();
    // It ends with cargo, or is of no interest any more.
    let messages = tokio::spawn(pass_on(stderr));

    let executables = executables(stdout).await?;
    let status = cargo.wait().await.context("`cargo build` was lost")?;
    let _ = messages.await;
    if !status.success() {
        bail!("`cargo build` failed ({status}): its messages are above");
    }
    for member in &mut members.here {
        let Source::Crate {
            program,
            executable,
        } = &mut member.source
        else {
            continue;
        };
        let built = executables.get(&(program.id.clone(), program.binary.clone()));
        let built = built.with_context(|| {
            format!(
                "`cargo build` made no executable `{}` of the package `{}`",
                program.binary, program.package
            )
        })?;
        executable.clone_from(built);
    }
    distinct(members)
}

/// cargo writes binaries of one name, of whatever package, to one file.
fn distinct(members: &Members) -> Result<()> {
    let mut known: Vec<(&Program, &Path)> = Vec::new();
    for member in &members.here {
        let Source::Crate {
            program,
            executable,
        } = &member.source
        else {
            continue;
        };
        let is_other =
            |(other, file): &&(&Program, &Path)| *file == executable && other.id != program.id;
        if let Some((other, _)) = known.iter().find(is_other) {
            bail!(
                "the packages `{}` and `{}` both build `{}`: rename the binary of one",
                other.package,
                program.package,
                executable.display()
            );
        }
        known.push((program, executable));
    }
    Ok(())
}

fn no_input(mut command: Command) -> Command {
    command.stdin(Stdio::null());
    command
}

/// Shows what cargo says, between the logs.
async fn pass_on(stderr: Option<ChildStderr>) {
    let Some(stderr) = stderr else { return };
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        output::styled(&line);
    }
}

async fn executables(stdout: Option<ChildStdout>) -> Result<Executables> {
    let mut executables = Executables::new();
    let Some(stdout) = stdout else {
        return Ok(executables);
    };
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines
        .next_line()
        .await
        .context("the messages of `cargo build` cannot be read")?
    {
        // What a newer cargo says beyond this is of no interest.
        if let Ok(Message::CompilerArtifact(artifact)) = serde_json::from_str(&line)
            && let Some(executable) = artifact.executable
        {
            let key = (artifact.package_id.repr, artifact.target.name);
            executables.insert(key, executable.into());
        }
    }
    Ok(executables)
}
