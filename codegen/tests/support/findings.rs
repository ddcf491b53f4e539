//! Tables of applications and what is found in them.

use service_connect_codegen::Finding;
use service_connect_codegen::copilot::{Loaded, Options};

use super::{lay_out, load_from};

/// What a directory below `copilot/`, or a path with a `/`, holds. A manifest is written without its first line,
/// `name: <directory>`.
pub type File<'a> = (&'a str, &'a str);

/// `(rule, files, findings)`; each finding as `SEVERITY CODE FILE:LINE | PART | PART`, of which its message and help
/// together hold every part. `FILE` is the directory of a manifest, or a path.
pub type Row<'a> = (&'a str, &'a [File<'a>], &'a [&'a str]);

/// Lays out an application of these files and reads it.
pub fn load_files(files: &[File<'_>], options: Options<'_>) -> Loaded {
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| {
            if path.contains('/') {
                ((*path).to_owned(), (*text).to_owned())
            } else {
                let manifest = format!("name: {path}\n{text}");
                (format!("copilot/{path}/manifest.yml"), manifest)
            }
        })
        .collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (&**path, text)).collect();
    load_from(lay_out(&files).path(), options)
}

/// Checks each row and fails once, with every rule that is broken. To the files of each row come those of all.
pub fn check_findings(all: &[File<'_>], rows: &[Row<'_>]) {
    let broken: Vec<_> = rows
        .iter()
        .filter_map(|(rule, files, expected)| {
            let files: Vec<_> = all.iter().chain(*files).copied().collect();
            let loaded = load_files(&files, Options::default());
            differs(&loaded.findings, expected).map(|how| format!("{rule}:\n{how}"))
        })
        .collect();
    assert!(!rows.is_empty(), "the table has rows");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// How the findings differ from what was expected; `None` if they do not.
pub fn differs(findings: &[Finding], expected: &[&str]) -> Option<String> {
    let found: Vec<_> = findings.iter().map(described).collect();
    let is_expected = |(found, expected): (&String, &&str)| {
        let mut parts = expected.split(" | ");
        let head = parts.next().unwrap_or_default();
        found.split(" | ").next() == Some(head) && parts.all(|part| found.contains(part))
    };
    let is_right = found.len() == expected.len() && found.iter().zip(expected).all(is_expected);
    (!is_right).then(|| format!("  expected {expected:#?}\n  found {found:#?}"))
}

fn described(finding: &Finding) -> String {
    let severity = finding.severity.as_str();
    let place = finding.place.as_ref().map(ToString::to_string);
    let place = place.unwrap_or_default();
    let place = place.strip_prefix("copilot/").unwrap_or(&place);
    let place = place.replace("/manifest.yml", "");
    let help = finding.help.as_deref().unwrap_or_default();
    format!(
        "{severity} {} {place} | {} | {help}",
        finding.code, finding.message
    )
}
