//! What `--format json` has on stdout: one object a line.

use serde::Serialize;
use service_connect_codegen::Via;

use crate::output;

use super::task::Task;
use super::ways::Way;

/// What happens to a task.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event<'a> {
    /// Its process runs.
    Started { url: Option<&'a str> },
    /// It runs again, after a change.
    Restarted { url: Option<&'a str> },
    /// It accepts connections, if it is one to call.
    Ready,
    /// Its process is no more.
    Ended { status: &'a str },
}

/// The line of an event.
pub fn happened(task: &Task, event: &Event<'_>) -> String {
    #[derive(Serialize)]
    struct Happened<'a> {
        service: &'a str,
        task: u16,
        #[serde(flatten)]
        event: &'a Event<'a>,
    }
    line(&Happened {
        service: &task.service,
        task: task.number,
        event,
    })
}

/// The line of a line that a service wrote.
pub fn written(task: &Task, stream: &str, text: &str) -> String {
    #[derive(Serialize)]
    struct Written<'a> {
        service: &'a str,
        task: u16,
        stream: &'a str,
        line: &'a str,
    }
    line(&Written {
        service: &task.service,
        task: task.number,
        stream,
        line: text,
    })
}

/// The line of the answer to `--request`.
pub fn answered(service: &str, status: u16, body: &str) -> String {
    #[derive(Serialize)]
    struct Answered<'a> {
        service: &'a str,
        event: &'a str,
        status: u16,
        body: &'a str,
    }
    line(&Answered {
        service,
        event: "answered",
        status,
        body,
    })
}

/// The line of a call.
pub fn way(way: &Way) -> String {
    #[derive(Serialize)]
    struct Called<'a> {
        event: &'a str,
        caller: &'a str,
        callee: &'a str,
        via: Option<&'a str>,
        url: Option<&'a str>,
        reason: Option<String>,
    }
    line(&Called {
        event: "way",
        caller: &way.caller,
        callee: &way.callee,
        via: way.via.map(Via::as_str),
        url: way.url.as_deref(),
        reason: way.trouble.as_ref().map(output::one_line),
    })
}

fn line(value: &impl Serialize) -> String {
    // Texts and numbers can always be written.
    let line = serde_json::to_string(value).unwrap_or_default();
    let mut line = output::printable_json(&line);
    line.push('\n');
    line
}
