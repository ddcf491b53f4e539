//! What `check` writes in each format.

use serde_json::Value;

use crate::plugin_support::{App, Run, run};

/// Every format.
pub const FORMATS: &[&str] = &["human", "json", "sarif", "github"];

/// A run of `check` that writes that format.
pub fn check(app: &App, format: &str) -> Run {
    run(&app.path(), &["check", "--format", format])
}

/// The SARIF log.
pub fn sarif(app: &App) -> Value {
    serde_json::from_str(&check(app, "sarif").stdout).unwrap()
}

/// The findings in a log.
pub fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().unwrap()
}

/// The file and the region that a finding in a log is about.
pub fn location(result: &Value) -> &Value {
    &result["locations"][0]["physicalLocation"]
}
