//! The plugin as a process, and directories to run it in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The plugin as cargo calls it, without what could change its output.
pub fn plugin(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-service-connect"));
    command.arg("service-connect").current_dir(directory);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CARGO_TARGET_DIR"] {
        command.env_remove(variable);
    }
    command
}

/// Runs `cargo service-connect` with these arguments.
pub fn run(directory: &Path, arguments: &[&str]) -> Run {
    plugin(directory)
        .args(arguments)
        .output()
        .expect("the plugin starts")
        .into()
}

/// The names in the list of commands that `--help` has.
#[allow(dead_code)] // Not every test is about all commands.
pub fn commands(help: &str) -> Vec<&str> {
    let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let list = list.split("\n\n").next().unwrap_or_default();
    let names = list.lines().filter_map(|line| {
        // Further lines of a description stand farther to the right.
        let line = line.strip_prefix("  ")?;
        line.split(' ').next().filter(|name| !name.is_empty())
    });
    names.filter(|name| *name != "help").collect()
}

/// What a run of the plugin gave.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the plugin writes UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Run {
    /// Asserts that it could not run, and that stderr says so in one sentence.
    #[track_caller]
    pub fn refused(&self, sentence: &str) {
        assert_eq!(self.code, Some(2), "{self:#?}");
        assert_eq!(self.stdout, "");
        assert!(
            self.stderr.starts_with("error: ") && self.stderr.contains(sentence),
            "{}",
            self.stderr
        );
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }
}

/// An application in a directory of its own.
pub struct App {
    directory: TempDir,
}

impl App {
    /// An empty directory.
    pub fn empty() -> Self {
        Self {
            directory: TempDir::new().expect("a temporary directory"),
        }
    }

    /// The application `shop` with the environment `test`.
    pub fn new() -> Self {
        Self::empty()
            .file("copilot/.workspace", "application: shop\n")
            .file(
                "copilot/environments/test/manifest.yml",
                "name: test\ntype: Environment\n",
            )
    }

    /// The application with `api`, and `web`, which has Service Connect off in `prod`.
    pub fn shop() -> Self {
        Self::new()
            .file("copilot/environments/prod/manifest.yml", "name: prod\ntype: Environment\n")
            .backend("api")
            .file(
                "copilot/web/manifest.yml",
                "name: web\ntype: Load Balanced Web Service\nhttp: {path: /}\nimage: {build: Dockerfile, port: 80}\n\
                 network:\n  connect: true\nenvironments:\n  prod:\n    network:\n      connect: false\n",
            )
    }

    /// With a Backend Service on port 8080 that has Service Connect on.
    pub fn backend(self, name: &str) -> Self {
        let manifest = format!(
            "name: {name}\ntype: Backend Service\nimage:\n  build: Dockerfile\n  port: 8080\nnetwork:\n  connect: true\n"
        );
        self.file(&format!("copilot/{name}/manifest.yml"), &manifest)
    }

    /// With a file.
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories can be made");
        fs::write(path, content).expect("files can be written");
        self
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        // As the plugin shows it.
        self.directory.path().canonicalize().expect("it exists")
    }
}
