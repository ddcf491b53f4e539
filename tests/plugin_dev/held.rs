//! A build script that goes on when it is let go.

use std::path::Path;
use std::time::Duration;
use std::{env, fs, thread};

fn main() {
    println!("cargo::rerun-if-changed=src");
    let Ok(marks) = env::var("MARKS") else { return };
    let hold = Path::new(&marks).join("hold");
    while hold.exists() {
        fs::write(Path::new(&marks).join("held"), "").unwrap();
        thread::sleep(Duration::from_millis(20));
    }
}
