//! Applications as `copilot svc init` and a few years of work leave them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::write;

const ENVIRONMENTS: [&str; 3] = ["prod", "staging", "test"];

/// An application of so many services and three environments.
pub fn application(services: usize) -> TempDir {
    let directory = TempDir::new().expect("a directory for temporary files is writable");
    let root = directory.path();
    write(root, "copilot/.workspace", "application: kudos\n");
    for environment in ENVIRONMENTS {
        let path = format!("copilot/environments/{environment}/manifest.yml");
        write(
            root,
            &path,
            &format!("name: {environment}\ntype: Environment\n"),
        );
    }
    for index in 0..services {
        let path = format!("copilot/{}/manifest.yml", name(index));
        write(root, &path, &manifest(index, services));
    }
    directory
}

/// Every manifest that reading such an application parses.
pub fn files(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root.join("copilot")).expect("it was just written");
    let manifests = entries
        .flatten()
        .map(|entry| entry.path().join("manifest.yml"));
    let manifests = manifests.filter(|manifest| manifest.is_file());
    manifests.chain([root.join("copilot/.workspace")]).collect()
}

fn name(index: usize) -> String {
    format!("service-{index:04}")
}

/// How others call a service: one of those that can be called near the one of that index.
fn url(index: usize) -> String {
    let index = if matches!(index % 6, 3 | 4) {
        index - 2
    } else {
        index
    };
    match index % 6 {
        _ if index == 1 => format!("http://kudos-front:{}", 8001),
        // Behind a sidecar.
        0 | 2 => format!("http://{}:80", name(index)),
        _ => format!("http://{}:{}", name(index), 8000 + index % 100),
    }
}

/// The manifest of one service: six kinds in turn, and every third without a section for an environment.
fn manifest(index: usize, services: usize) -> String {
    let name = name(index);
    let kind = match index % 6 {
        0 | 5 => "Load Balanced Web Service",
        3 => "Worker Service",
        4 => "Scheduled Job",
        _ => "Backend Service",
    };
    let mut text = format!("{}name: {name}\ntype: {kind}\n\n", head(&name, kind));
    text += match index % 6 {
        0 => HTTP,
        5 => NLB,
        2 => PRIVATE_HTTP,
        3 => TOPICS,
        4 => SCHEDULE,
        _ => "",
    };
    text += IMAGE;
    if !matches!(index % 6, 3 | 4) {
        text += "  # Port exposed through your container to route traffic to it.\n";
        let _ = writeln!(text, "  port: {}", 8000 + index % 100);
    }
    text += SIZE;
    match index % 6 {
        4 => {}
        _ if index == 1 => text += ALIAS,
        _ => text += CONNECT,
    }
    text += VARIABLES;
    for step in 1..=3 {
        let url = url((index + step * 7) % services);
        let _ = writeln!(text, "  URL_{step}: {url}/v1");
    }
    text += "  ZONE: ${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local\n";
    text += SECRETS;
    if matches!(index % 6, 0 | 2) {
        text += SIDECARS;
    }
    text += if index.is_multiple_of(3) {
        NO_SECTIONS
    } else {
        SECTIONS
    };
    text
}

fn head(name: &str, kind: &str) -> String {
    let page = kind.to_lowercase().replace(' ', "-");
    format!(
        "# The manifest for the \"{name}\" service.\n\
         # Read the full specification for the \"{kind}\" type at:\n\
         #  https://aws.github.io/copilot-cli/docs/manifest/{page}/\n\n\
         # Your service name will be used in naming your resources like log groups, ECS services, etc.\n"
    )
}

const HTTP: &str = "# Distribute traffic to your service.
http:
  # Requests to this path will be forwarded to your service.
  # To match all requests you can use the \"/\" path.
  path: '/'
  healthcheck:
    path: /healthz
    healthy_threshold: 2
    interval: 15s
    timeout: 10s
  alias: [kudos.example.com, www.kudos.example.com]
  target_container: nginx

";
const NLB: &str = "http:
  path: admin
  # You can specify a custom health check path. The default is \"/\".
  # healthcheck: '/'
nlb:
  port: 8443/tls
  alias: kudos.example.com

";
const PRIVATE_HTTP: &str = "http:
  path: internal
  target_container: nginx
  allowed_source_ips: [10.0.0.0/8]

";
const TOPICS: &str = "subscribe:
  topics:
    - name: payments
      service: service-0001
    - name: users
      service: service-0002
  queue:
    timeout: 60s
    dead_letter:
      tries: 5

";
const SCHEDULE: &str = "# Trigger for your task.
on:
  # The scheduled trigger for your job. You can specify a Unix cron schedule or keyword (@weekly) or a rate (@every 1h30m)
  schedule: \"@every 1h30m\"
retries: 3
timeout: 1h

";
const IMAGE: &str = "# Configuration for your containers and service.
image:
  # Docker build arguments. For additional overrides: https://aws.github.io/copilot-cli/docs/manifest/
  build:
    dockerfile: ./Dockerfile
    context: .
    args:
      PROFILE: release
";
const SIZE: &str = "
cpu: 256       # Number of CPU units for the task.
memory: 512    # Amount of memory in MiB used by the task.
platform: linux/x86_64  # See https://aws.github.io/copilot-cli/docs/manifest/
count: 1       # Number of tasks that should be running in your service.
exec: true     # Enable running commands in your container.
";
const CONNECT: &str = "network:
  connect: true # Enable Service Connect for intra-environment traffic between services.
";
const ALIAS: &str = "network:
  connect:
    # Other services reach it by this name.
    alias: ${COPILOT_APPLICATION_NAME}-front
";
const VARIABLES: &str = "
# storage:
  # readonly_fs: true       # Limit to read-only access to mounted root filesystems.

variables:                    # Pass environment variables as key value pairs.
  LOG_LEVEL: info
";
const SECRETS: &str = "
secrets:                      # Pass secrets from AWS Systems Manager (SSM) Parameter Store.
  GITHUB_TOKEN: GITHUB_TOKEN  # The key is the name of the environment variable.
  DB: {secretsmanager: 'kudos/db:password::'}
";
const SIDECARS: &str = "
sidecars:
  nginx:
    port: 80
    image: public.ecr.aws/nginx/nginx:stable
    variables:
      NGINX_PORT: 80
    depends_on: {fluent: start}
  fluent:
    image: 123456789012.dkr.ecr.us-west-2.amazonaws.com/fluent:latest
    essential: false
";
const NO_SECTIONS: &str = "
# You can override any of the values defined above by environment.
#environments:
#  test:
#    count: 2               # Number of tasks to run for the \"test\" environment.
#    deployment:            # The deployment strategy for the \"test\" environment.
#       rolling: 'recreate' # Stops existing tasks before new ones are started for faster deployments.
";
const SECTIONS: &str = "
# You can override any of the values defined above by environment.
environments:
  test:
    count: 2               # Number of tasks to run for the \"test\" environment.
    deployment:            # The deployment strategy for the \"test\" environment.
       rolling: 'recreate' # Stops existing tasks before new ones are started for faster deployments.
  prod:
    cpu: 1024
    memory: 2048
    count:
      range: 2-10
      cpu_percentage: 70
    variables:
      LOG_LEVEL: warn
";
