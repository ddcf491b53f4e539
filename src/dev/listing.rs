//! The services and where they are, for people.

use service_connect::__private::override_name;
use service_connect_codegen::Kind;

use crate::output::{self, DIM, HEADER};
use crate::table::{Cell, Table};

use super::member::{Member, Source};
use super::members::Members;

impl Members {
    /// Services and URLs, with the application and the environment above.
    pub fn table(&self) -> String {
        let mut table = Table::new(["service", "type", "url", "from"]);
        for member in &self.here {
            let tasks = member.tasks().map(|(task, port)| (task.to_string(), port));
            let mut tasks: Vec<(String, u16)> = tasks.collect();
            if tasks.is_empty() {
                tasks.push((member.service.clone(), 0));
            }
            for (name, port) in tasks {
                let url = member.task_url(port);
                table.row([
                    name.as_str().into(),
                    optional(member.kind.map(Kind::as_str)),
                    optional(url.as_deref()),
                    from(member),
                ]);
            }
        }
        for (service, kind) in &self.elsewhere {
            let kind = Cell::new(kind.map_or("?", Kind::as_str), DIM);
            table.row([
                Cell::new(service, DIM),
                kind,
                Cell::new("not here: set", DIM),
                Cell::new(&override_name(service), DIM),
            ]);
        }
        let [application, environment] =
            [&self.application, &self.environment].map(|name| output::printable(name));
        format!(
            "{HEADER}{application}{HEADER:#} as in {HEADER}{environment}{HEADER:#}\n{}",
            table.render()
        )
    }
}

fn optional(text: Option<&str>) -> Cell {
    text.map_or_else(|| Cell::new("-", DIM), Cell::from)
}

fn from(member: &Member) -> Cell {
    match &member.source {
        Source::Crate { program, .. } => program.package.as_str().into(),
        Source::Command { place, .. } => Cell::new(&place.to_string(), DIM),
        Source::Address { by, .. } => Cell::new(by, DIM),
    }
}
