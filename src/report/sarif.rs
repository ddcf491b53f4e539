//! Findings as a log in the Static Analysis Results Interchange Format (SARIF 2.1.0), for code scanning and editors.
//!
//! Sections of the standard are named as `§3.4`.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};
use service_connect_codegen::copilot::Workspace;
use service_connect_codegen::{Code, Explanation, Place};

use super::paths::{Location, Repository};
use super::source::{Sources, end, trimmed};
use super::{Located, message};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What stands for the root of the repository. Code scanning takes this name for it.
const ROOT: &str = "%SRCROOT%";

/// The findings as one log.
pub fn render(workspace: &Workspace, findings: &[Located]) -> Result<String> {
    let repository = Repository::around(workspace);
    let mut sources = Sources::new(workspace);
    let results: Vec<_> = findings
        .iter()
        .map(|located| result(located, &repository, &mut sources))
        .collect();
    let rules: Vec<_> = Code::ALL.iter().copied().map(rule).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            // Without its URI, the log is the same on every machine (§3.14.14).
            "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

/// A code as a rule. Its texts are not messages: no argument is ever put into them, so braces stand for themselves.
fn rule(code: Code) -> Value {
    let explanation = code.explanation();
    let meaning = explanation.meaning.replace('\n', " ");
    json!({
        "id": code.as_str(),
        "shortDescription": {"text": explanation.title},
        "fullDescription": {"text": meaning},
        // Plain text may not be indented (§3.11.3), which leaves the examples to the other one.
        "help": {
            "text": format!("{meaning}\nThe rule is from {}.", explanation.source),
            "markdown": markdown(explanation),
        },
    })
}

fn markdown(explanation: &Explanation) -> String {
    let Explanation {
        meaning,
        wrong,
        right,
        source,
        ..
    } = explanation;
    format!(
        "{meaning}\n\nWrong:\n\n```\n{wrong}\n```\n\nRight:\n\n```\n{right}\n```\n\nThe rule is from {source}."
    )
}

fn result(located: &Located, repository: &Repository<'_>, sources: &mut Sources<'_>) -> Value {
    let finding = &located.finding;
    let mut locate = |place: Option<&Place>| {
        let place = place.map(|place| location(place, repository, sources.text(place).as_deref()));
        place.into_iter().collect::<Vec<_>>()
    };
    let locations = locate(located.shown());
    let mut result = json!({
        "ruleId": finding.code.as_str(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == finding.code),
        // The severities have the names of SARIF's levels.
        "level": finding.severity.as_str(),
        "message": {"text": literal(&message(located, repository))},
        "locations": locations,
    });
    let mut related = locate(located.related());
    if let Some(place) = related.first_mut() {
        place["id"] = 0.into();
        place["message"] = json!({"text": "what is to be changed"});
    }
    let changed = related.first().or(locations.first());
    if let (Some(replacement), Some(location)) = (&finding.replacement, changed) {
        let place = &location["physicalLocation"];
        result["fixes"] = json!([{"artifactChanges": [{
            "artifactLocation": place["artifactLocation"],
            "replacements": [{"deletedRegion": place["region"], "insertedContent": {"text": replacement}}],
        }]}]);
    }
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    result
}

fn location(place: &Place, repository: &Repository<'_>, text: Option<&str>) -> Value {
    let artifact = match repository.locate(place) {
        Location::Inside(parts) => json!({"uri": uri(&parts), "uriBaseId": ROOT}),
        // An absolute URI may have no base (§3.4.4).
        Location::Outside(parts) => json!({"uri": format!("file:///{}", uri(&parts))}),
    };
    let mut location = json!({"artifactLocation": artifact});
    if place.line > 0 {
        location["region"] = region(place, text);
    }
    json!({"physicalLocation": location})
}

/// From the first character to before the last, in lines and in bytes, which have to be the same region (§3.30.1). Without
/// the text, from the first character to the end of the line.
fn region(place: &Place, text: Option<&str>) -> Value {
    let mut region = json!({"startLine": place.line, "startColumn": place.column});
    if let Some(text) = text {
        let span = trimmed(text, place);
        let (line, column) = end(text, place, span.clone());
        region["endLine"] = line.into();
        region["endColumn"] = column.into();
        region["byteOffset"] = span.start.into();
        region["byteLength"] = span.len().into();
    }
    region
}

/// A text of a message that stands for itself: braces are doubled (§3.11.5), and nothing is taken for a link (§3.11.6).
fn literal(text: &str) -> String {
    text.replace('{', "{{")
        .replace('}', "}}")
        .replace("](", "\\](")
}

/// A path as a URI reference, percent-encoded but for what is unreserved.
fn uri(parts: &[String]) -> String {
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push('/');
        }
        for byte in part.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                out.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
