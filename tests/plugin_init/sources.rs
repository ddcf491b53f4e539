//! What it writes into the build script and the sources.

use std::fs;

use super::{init, read, ready};

#[test]
fn a_build_script_gets_the_call_and_keeps_the_rest() {
    let rows = [
        (
            "fn main() {}\n",
            "fn main() {\n    service_connect_codegen::generate().unwrap();\n}\n",
        ),
        (
            "#!/usr/bin/env run\n//! Ümläute.\nuse std::io;\n\nfn main() -> io::Result<()> {\n\t// The protos.\n\n\tprotos()\n}\n",
            "#!/usr/bin/env run\n//! Ümläute.\nuse std::io;\n\nfn main() -> io::Result<()> {\n\t\
             service_connect_codegen::generate().unwrap();\n\t// The protos.\n\n\tprotos()\n}\n",
        ),
        (
            "\u{feff}fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> { // all\n  Ok(())\n}",
            "\u{feff}fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> { // all\n  \
             service_connect_codegen::generate()?;\n  Ok(())\n}",
        ),
        (
            "pub fn main() -> anyhow::Result<()> { println!(\"cargo::rerun-if-changed=x\"); Ok(()) }",
            "pub fn main() -> anyhow::Result<()> { service_connect_codegen::generate()?; \
             println!(\"cargo::rerun-if-changed=x\"); Ok(()) }",
        ),
        (
            "fn main()\r\n{\r\n    #![allow(unused)]\r\n    x();\r\n}\r\n",
            "fn main()\r\n{\r\n    #![allow(unused)]\r\n    service_connect_codegen::generate().unwrap();\r\n    x();\r\n}\r\n",
        ),
        // It does so already, whatever it is called there.
        (
            "use service_connect_codegen as codegen;\nfn main() { codegen::generate().unwrap() }",
            "use service_connect_codegen as codegen;\nfn main() { codegen::generate().unwrap() }",
        ),
        // Said in a comment is not done.
        (
            "// service_connect_codegen\nfn main() {\n}",
            "// service_connect_codegen\nfn main() {\n    service_connect_codegen::generate().unwrap();\n}",
        ),
    ];
    for (before, after) in rows {
        let app = ready().file("crates/web/build.rs", before);
        let done = init(&app);
        assert_eq!(done.code, Some(0), "{done:#?}");
        assert_eq!(read(&app, "crates/web/build.rs"), after);
        syn::parse_file(after).unwrap();
        // Cargo watches no longer what it did.
        let is_said = done.stderr.contains("names no file that cargo is to watch");
        assert_eq!(
            is_said,
            before.contains("protos()") || before.contains("x()") || before.contains("all"),
            "{before}"
        );
    }

    let app = ready()
        .file(
            "crates/web/Cargo.toml",
            read(&ready(), "crates/web/Cargo.toml").replace(
                "[dependencies]",
                "build = \"tools/make.rs\"\n\n[dependencies]",
            ),
        )
        .file("crates/web/tools/make.rs", "fn main() {}\n");
    fs::remove_file(app.path().join("crates/web/build.rs")).unwrap();
    assert_eq!(init(&app).code, Some(0));
    assert!(read(&app, "crates/web/tools/make.rs").contains("generate()"));
    assert!(!app.path().join("crates/web/build.rs").exists());
}

#[test]
fn clients_stand_below_what_a_file_begins_with() {
    let rows = [
        ("", "service_connect::clients!();\n"),
        (
            "fn main() {}\n",
            "service_connect::clients!();\n\nfn main() {}\n",
        ),
        (
            "//! About it.\n\n#![forbid(unsafe_code)]\n\nuse std::env; // words\nmod own;\n\n/// Begins.\nfn main() {}\n",
            "//! About it.\n\n#![forbid(unsafe_code)]\n\nuse std::env; // words\nmod own;\n\nservice_connect::clients!();\n\n\
             /// Begins.\nfn main() {}\n",
        ),
        (
            "// Copyright.\n\n// What it\n// begins with.\n#[inline]\nfn main() {}\nuse std::env;\n",
            "// Copyright.\n\nservice_connect::clients!();\n\n// What it\n// begins with.\n#[inline]\nfn main() {}\nuse std::env;\n",
        ),
        (
            "#![allow(dead_code)]\nfn main() {}\n",
            "#![allow(dead_code)]\n\nservice_connect::clients!();\n\nfn main() {}\n",
        ),
        (
            "//! Only words.\n",
            "//! Only words.\n\nservice_connect::clients!();\n",
        ),
        (
            "use a::b; fn main() {}\n",
            "use a::b;\n\nservice_connect::clients!();\n\n fn main() {}\n",
        ),
        (
            "use a::b;\nfn main() {}\n",
            "use a::b;\n\nservice_connect::clients!();\n\nfn main() {}\n",
        ),
        ("use a::b;", "use a::b;\n\nservice_connect::clients!();\n"),
        (
            "\u{feff}use ä::b;\r\n\r\nfn main() {}\r\n",
            "\u{feff}use ä::b;\r\n\r\nservice_connect::clients!();\r\n\r\nfn main() {}\r\n",
        ),
        // A string or a comment is none.
        (
            "fn main() { let _ = \"clients!()\"; } // clients!()\n",
            "service_connect::clients!();\n\nfn main() { let _ = \"clients!()\"; } // clients!()\n",
        ),
    ];
    for (before, after) in rows {
        let app = ready().file("crates/web/src/main.rs", before);
        assert_eq!(init(&app).code, Some(0), "{before}");
        assert_eq!(read(&app, "crates/web/src/main.rs"), after);
        syn::parse_file(after).unwrap();
    }

    // In a module of its own will do, and where there is a library, all of the crate sees that.
    let app = ready()
        .file("crates/web/src/main.rs", "mod services;\nfn main() {}\n")
        .file(
            "crates/web/src/services.rs",
            "service_connect::clients!();\n",
        );
    assert!(
        init(&app)
            .stderr
            .ends_with("nothing to do: `web` has all that it needs\n")
    );
    let app = ready()
        .file("crates/web/src/main.rs", "fn main() {}\n")
        .file("crates/web/src/lib.rs", "");
    assert_eq!(init(&app).code, Some(0));
    assert_eq!(read(&app, "crates/web/src/main.rs"), "fn main() {}\n");
    assert_eq!(
        read(&app, "crates/web/src/lib.rs"),
        "service_connect::clients!();\n"
    );
}

#[test]
fn only_a_call_that_the_crate_sees_counts_as_one() {
    // Another file, and whether the root gets the call.
    let table = [
        ("src/a.rs", "fn f(clients: u8) { if clients != 0 {} }", true),
        (
            "src/a.rs",
            "fn f(clients: bool) { g(clients != (0 == 1)) }",
            true,
        ),
        (
            "src/bin/a.rs",
            "service_connect::clients!(); fn main() {}",
            true,
        ),
        ("src/bin/a/b.rs", "service_connect::clients!();", true),
        ("src/a.rs", "service_connect::clients! {}", false),
        ("src/b/c.rs", "service_connect::clients!();", false),
    ];
    for (file, text, is_added) in table {
        let main = "fn main() {}\n";
        let app = ready()
            .file("crates/web/src/main.rs", main)
            .file(&format!("crates/web/{file}"), text);
        let done = init(&app);
        assert_eq!(done.code, Some(0), "{done:#?}");
        let is_changed = read(&app, "crates/web/src/main.rs") != main;
        assert_eq!(is_changed, is_added, "{file}: {text}");
    }
}
