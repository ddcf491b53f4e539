//! What is optional is left out unless it is asked for.

use std::process::Command;

/// The names of what the crate depends on, with these features.
fn dependencies(features: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "none"])
        .args(["--package", "service-connect", "--features", features])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problem}");
    let names = text.lines().filter_map(|line| line.split(' ').next());
    let mut names: Vec<_> = names.map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn what_is_for_a_feature_comes_with_it_and_not_before() {
    let without = dependencies("");
    for (feature, brings) in [
        ("metrics", &["metrics"][..]),
        ("opentelemetry", &["opentelemetry"]),
        ("tls", &["rustls-native-certs", "tokio-rustls"]),
    ] {
        let with = dependencies(feature);
        for name in brings {
            assert!(with.iter().any(|found| found == name), "{feature}: {name}");
            assert!(!without.iter().any(|found| found == name), "{name}");
        }
        // What the exporter is, and how spans are kept, is up to the user.
        for name in ["opentelemetry_sdk", "tracing-subscriber", "metrics-util"] {
            assert!(!with.iter().any(|found| found == name), "{feature}: {name}");
        }
    }
}
