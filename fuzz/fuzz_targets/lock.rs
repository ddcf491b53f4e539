//! Any text as a lock, which comes from other repositories and from merges.
#![no_main]

use libfuzzer_sys::fuzz_target;
use service_connect_fuzz::check_lock;

fuzz_target!(|text: &str| check_lock(text));
