//! From which files the image of a service is built: what the plugin tells a crate and its service by.

use std::path::{Path, PathBuf};

use crate::application::Service;
use crate::yaml;

use super::Workspace;

/// Where an image is built, as paths below the root of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The Dockerfile.
    pub dockerfile: PathBuf,
    /// The directory that is sent to Docker.
    pub context: PathBuf,
}

impl Workspace {
    /// What the base manifest says in `image.build`; `None` where the image is not built from the workspace. The defaults
    /// are those of Copilot's `BuildConfig` (`internal/pkg/manifest/workload.go`, v1.33).
    #[must_use]
    pub fn image(&self, service: &Service) -> Option<Image> {
        let file = format!("copilot/{}/manifest.yml", service.directory);
        // What is wrong with the manifest has been said where it was read.
        let text = self.read(&file).ok().flatten()?;
        let root = yaml::parse(&file.into(), &text).ok().flatten()?;
        let build = root.get("image")?.get("build")?;
        let field = |name: &str| build.get(name).and_then(|value| value.text());
        let dockerfile = build.text().or_else(|| field("dockerfile"));
        let (dockerfile, context) = match (dockerfile, field("context")) {
            (Some(dockerfile), Some(context)) => (dockerfile.into(), context.into()),
            (Some(dockerfile), None) => {
                let dockerfile = PathBuf::from(dockerfile);
                let context = dockerfile.parent().unwrap_or(Path::new("")).to_owned();
                (dockerfile, context)
            }
            (None, context) => {
                let context = PathBuf::from(context.unwrap_or_default());
                (context.join("Dockerfile"), context)
            }
        };
        Some(Image {
            dockerfile,
            context,
        })
    }
}
