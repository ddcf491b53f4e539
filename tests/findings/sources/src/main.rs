include!(concat!(env!("OUT_DIR"), "/calls.rs"));

fn main() {}
