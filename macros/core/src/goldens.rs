//! What `#[service_client]` makes of an item, as a program that compiles: `tests/ui/kudos/pass/expanded.rs`.
//!
//! After a change that is meant, `BLESS=1 cargo test -p service-connect-macros-core` writes it anew.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::{env, fs};

use proc_macro2::TokenStream;
use service_connect_codegen::{CATALOG_FILE, Catalog, generate_into};

use crate::catalog::Loaded;
use crate::client::expand;
use crate::diagnostic::Errors;

const HEAD: &str = "\
//! What the attribute makes of a unit struct and of a trait. Written by macros/core/src/goldens.rs.
#![deny(warnings)]
#![allow(dead_code)]
use service_connect::Result;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Kudo {
    id: u64,
}

";

const ITEMS: [(&str, &str); 2] = [
    (
        r#""billing", environments = ["test"]"#,
        "/// Bills.\n#[derive(Debug)]\npub struct Bills;",
    ),
    (
        r#""api""#,
        r#"/// Kudos.
        pub trait Kudos: Sync {
            /// One of them.
            #[get("/kudos/{id}")]
            async fn kudo(&self, id: u64, #[query] lang: Option<&str>) -> Result<Kudo>;

            #[cfg(unix)]
            #[post("/kudos")]
            async fn send(&self, #[header("x-request-id")] trace: &str, #[json] kudo: &Kudo) -> Result<()>;

            fn limit(&self) -> usize {
                100
            }
        }"#,
    ),
];

#[test]
fn the_expansion_is_the_one_that_is_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let out = tempfile::tempdir().unwrap();
    generate_into(&root.join("tests/ui/kudos"), out.path()).unwrap();
    let catalog = fs::read_to_string(out.path().join(CATALOG_FILE)).unwrap();
    let loaded = Arc::new(Loaded::from(Catalog::read(&catalog).unwrap()));
    let mut program = HEAD.to_owned();
    for (arguments, item) in ITEMS {
        let load = |_| (Some(loaded.clone()), Errors::default());
        let tokens = |text: &str| text.parse::<TokenStream>().unwrap();
        let code = expand(tokens(arguments), tokens(item), false, load);
        program.extend([&*code.to_string(), "\n\n"]);
    }
    program += "fn main() {}\n";
    let program = formatted(&program);

    let golden = root.join("tests/ui/kudos/pass/expanded.rs");
    if env::var_os("BLESS").is_some() {
        fs::write(&golden, &program).unwrap();
    }
    let known = fs::read_to_string(&golden).unwrap_or_default();
    assert!(
        known == program,
        "{} is not this; `BLESS=1` writes it:\n{program}",
        golden.display()
    );
}

fn formatted(program: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is installed");
    let input = rustfmt.stdin.as_mut().unwrap();
    input.write_all(program.as_bytes()).unwrap();
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success(), "it is no Rust: {program}");
    String::from_utf8(output.stdout).unwrap()
}
