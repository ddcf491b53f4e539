//! Applications that are nearly right: several services, whose fields name each other.
#![no_main]

use std::fmt::Write as _;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use service_connect_fuzz::{check, directory, write};

#[derive(Arbitrary, Debug)]
struct Application<'a> {
    workspace: Option<Text<'a>>,
    environments: [bool; 3],
    legacy: bool,
    services: Vec<Service<'a>>,
}

#[derive(Arbitrary, Debug)]
struct Service<'a> {
    directory: Name,
    name: Text<'a>,
    kind: Kind,
    fields: Vec<Field<'a>>,
    sections: Vec<(Environment, Vec<Field<'a>>)>,
    patch: Option<Text<'a>>,
    code: bool,
    raw: Option<&'a str>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Name {
    Api,
    Web,
    Worker,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Environment {
    Test,
    Prod,
    Pord,
}

#[derive(Arbitrary, Debug)]
enum Kind {
    Public,
    Backend,
    Worker,
    Job,
    RequestDriven,
    Site,
}

#[derive(Arbitrary, Debug)]
enum Text<'a> {
    Name(Name),
    Named(Name, &'a str),
    Port(u16),
    Url(Name, u16),
    Discovery(Name, Environment),
    Variable(bool),
    Any(&'a str),
}

#[derive(Arbitrary, Debug)]
enum Field<'a> {
    Image(Text<'a>),
    Connect(bool),
    Alias(Text<'a>),
    Http(Text<'a>),
    HttpRule(Text<'a>, Text<'a>),
    Nlb(Text<'a>),
    Sidecar(Name, Text<'a>),
    Variable(&'a str, Text<'a>),
    Override(Text<'a>),
    Merge,
    Other(&'a str, &'a str),
}

impl Name {
    fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Web => "web",
            Self::Worker => "worker",
        }
    }
}

impl Environment {
    fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Prod => "prod",
            Self::Pord => "pord",
        }
    }
}

impl Kind {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Public => "Load Balanced Web Service",
            Self::Backend => "Backend Service",
            Self::Worker => "Worker Service",
            Self::Job => "Scheduled Job",
            Self::RequestDriven => "Request-Driven Web Service",
            Self::Site => "Static Site",
        }
    }
}

impl Text<'_> {
    /// As a string in double quotes, or a number.
    fn yaml(&self) -> String {
        let text = match self {
            Self::Name(name) => name.as_str().to_owned(),
            Self::Named(name, more) => format!("{}{more}", name.as_str()),
            Self::Port(port) => return port.to_string(),
            Self::Url(name, port) => format!("http://{}:{port}/", name.as_str()),
            Self::Discovery(name, environment) => {
                format!("{}.{}.kudos.local", name.as_str(), environment.as_str())
            }
            Self::Variable(true) => "${COPILOT_ENVIRONMENT_NAME}.${TAG}".to_owned(),
            Self::Variable(false) => "${COPILOT_SERVICE_NAME}-${UNSET}".to_owned(),
            Self::Any(text) => (*text).to_owned(),
        };
        format!("{text:?}")
    }
}

impl Field<'_> {
    fn yaml(&self) -> String {
        match self {
            Self::Image(port) => format!("image: {{location: x, port: {}}}", port.yaml()),
            Self::Connect(on) => format!("network: {{connect: {on}}}"),
            Self::Alias(alias) => format!("network: {{connect: {{alias: {}}}}}", alias.yaml()),
            Self::Http(target) => format!("http: {{path: /, target_port: {}}}", target.yaml()),
            Self::HttpRule(container, path) => format!(
                "http: {{path: /, target_container: {}, additional_rules: [{{path: {}}}]}}",
                container.yaml(),
                path.yaml()
            ),
            Self::Nlb(port) => format!("nlb: {{port: {}}}", port.yaml()),
            Self::Sidecar(name, port) => {
                format!(
                    "sidecars: {{{}: {{image: x, port: {}}}}}",
                    name.as_str(),
                    port.yaml()
                )
            }
            Self::Variable(name, value) => format!("variables: {{{name:?}: {}}}", value.yaml()),
            Self::Override(path) => format!("taskdef_overrides: [{{path: {}}}]", path.yaml()),
            Self::Merge => "<<: *base".to_owned(),
            Self::Other(key, value) => format!("{key}: {value}"),
        }
    }
}

impl Service<'_> {
    fn manifest(&self) -> String {
        let mut text =
            "base: &base {image: {location: x, port: 80}, network: {connect: true}}\n".to_owned();
        let _ = writeln!(
            text,
            "name: {}\ntype: {}",
            self.name.yaml(),
            self.kind.as_str()
        );
        for field in &self.fields {
            let _ = writeln!(text, "{}", field.yaml());
        }
        if !self.sections.is_empty() {
            text += "environments:\n";
        }
        for (environment, fields) in &self.sections {
            let _ = writeln!(text, "  {}:", environment.as_str());
            for field in fields {
                let _ = writeln!(text, "    {}", field.yaml());
            }
        }
        text + self.raw.unwrap_or_default()
    }
}

fuzz_target!(|application: Application<'_>| {
    let directory = directory();
    let root = directory.path();
    std::fs::create_dir_all(root.join("copilot")).expect("it can be written");
    if let Some(workspace) = &application.workspace {
        let text = format!("application: {}\n", workspace.yaml());
        write(root, "copilot/.workspace", text.as_bytes());
    }
    let environments = [Environment::Test, Environment::Prod, Environment::Pord];
    for (environment, _) in environments
        .iter()
        .zip(application.environments)
        .filter(|(_, is_there)| *is_there)
    {
        let path = format!("copilot/environments/{}/manifest.yml", environment.as_str());
        write(root, &path, b"type: Environment\n");
    }
    for (index, service) in application.services.iter().take(4).enumerate() {
        let parent = format!(
            "copilot/{}{}",
            service.directory.as_str(),
            if index > 1 { "-2" } else { "" }
        );
        write(
            root,
            &format!("{parent}/manifest.yml"),
            service.manifest().as_bytes(),
        );
        if let Some(patch) = &service.patch {
            let text = format!("- {{op: add, path: {}}}\n", patch.yaml());
            write(
                root,
                &format!("{parent}/overrides/cfn.patches.yml"),
                text.as_bytes(),
            );
        }
        if service.code {
            write(root, &format!("{parent}/overrides/cdk.json"), b"{}");
        }
    }
    let legacy = if application.legacy {
        vec!["test".to_owned()]
    } else {
        Vec::new()
    };
    check(root, &legacy);
});
