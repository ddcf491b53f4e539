//! What `explain` prints.

#[allow(dead_code)]
mod plugin_support;

use std::collections::HashSet;

use plugin_support::{App, Run, run};
use serde_json::{Value, json};
use service_connect_codegen::Code;

fn explain(arguments: &[&str]) -> Run {
    // It needs no application.
    run(&App::empty().path(), &[&["explain"], arguments].concat())
}

#[test]
fn every_code_has_words_of_its_own() {
    let mut known = HashSet::new();
    for code in Code::ALL {
        let explanation = code.explanation();
        let title = explanation.title;
        assert!(
            !title.ends_with('.') && title.lines().count() == 1,
            "{title}"
        );
        let lines = explanation.meaning.lines().count();
        assert!((2..=8).contains(&lines), "{code} has {lines} lines");
        let texts = [
            title,
            explanation.meaning,
            explanation.wrong,
            explanation.right,
            explanation.source,
        ];
        for text in texts {
            assert!(!text.is_empty() && text.trim() == text, "{code}: {text:?}");
            // So that it fits where it is read.
            assert!(
                text.lines().all(|line| line.chars().count() <= 100),
                "{code}: {text}"
            );
        }
        assert_ne!(explanation.wrong, explanation.right, "{code}");
        assert!(known.insert(title), "{title}");
        assert!(known.insert(explanation.meaning), "{code}");
    }
}

#[test]
fn every_code_is_explained_and_listed() {
    let list = explain(&["--list"]);
    assert_eq!((list.code, list.stderr.as_str()), (Some(0), ""));
    let listed: Vec<_> = list
        .stdout
        .lines()
        .map(|line| line.split_once("  ").unwrap())
        .collect();
    assert_eq!(listed.len(), Code::ALL.len());
    for (code, (name, title)) in Code::ALL.iter().zip(listed) {
        assert_eq!((name, title.trim_start()), (code.as_str(), code.title()));
        let run = explain(&[name]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        assert!(
            run.stdout
                .starts_with(&format!("{code}: {}\n\n", code.title())),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn an_explanation_has_the_mistake_the_fix_and_the_source() {
    let expected = "\
unknown-type: the type is not one of Copilot's

The types are Load Balanced Web Service, Backend Service, Worker Service, Request-Driven Web
Service, Scheduled Job and Static Site, in this very spelling. The type decides whether a service
can be called at all, so nothing more is known of one without it, and Copilot does not deploy it.

Wrong:
    type: backend-service
Right:
    type: Backend Service

The rule is from Copilot's manifest code.
";
    assert_eq!(explain(&["unknown-type"]).stdout, expected);
    let other = explain(&["connect-off"]).stdout;
    assert_eq!(
        explain(&["unknown-type", "connect-off"]).stdout,
        format!("{expected}\n\n{other}")
    );
}

#[test]
fn json_has_the_same_in_fields() {
    let json = |arguments: &[&str]| -> Value {
        let run = explain(&[arguments, &["--format", "json"]].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        serde_json::from_str(&run.stdout).unwrap()
    };
    let all = json(&["--list"]);
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), Code::ALL.len());
    for (code, found) in Code::ALL.iter().zip(all) {
        let explanation = code.explanation();
        let expected = json!({
            "code": code.as_str(),
            "title": explanation.title,
            "meaning": explanation.meaning,
            "wrong": explanation.wrong,
            "right": explanation.right,
            "source": explanation.source,
        });
        assert_eq!(*found, expected);
    }
    assert_eq!(json(&["connect-off"])["code"], "connect-off");
    let several = json(&["unknown-type", "connect-off"]);
    assert_eq!(several[0]["code"], "unknown-type");
    assert_eq!(several[1]["code"], "connect-off");
    explain(&["conect-off", "--format", "json"]).refused("did you mean `connect-off`?");
}

#[test]
fn an_unknown_code_is_refused_with_the_one_that_was_meant() {
    explain(&["conect-off"]).refused("there is no code `conect-off`; did you mean `connect-off`?");
    explain(&["Connect_Off"]).refused("did you mean `connect-off`?");
    explain(&["E0308"]).refused("`cargo service-connect explain --list` shows all of them");
    explain(&["\u{1b}[31m"]).refused("there is no code `\\u{1b}[31m`");
    explain(&["connect-off", "conect-off"]).refused("did you mean `connect-off`?");
    let wrong = explain(&["E0308", "connect-off", "conect-off"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(2), ""));
    let lines: Vec<_> = wrong.stderr.lines().collect();
    assert!(
        lines[0].starts_with("error: there is no code `E0308`"),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("error: there is no code `conect-off`"),
        "{lines:?}"
    );
    explain(&[]).refused("`cargo service-connect explain --list` shows all of them");
    let both = explain(&["connect-off", "--list"]);
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""));
}
