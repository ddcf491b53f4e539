//! What the benchmarks share.

use std::fs;
use std::path::Path;

/// The one over the other, turn by turn: what disturbs the machine for longer disturbs both.
pub fn ratios(ones: &[f64], others: &[f64]) -> Vec<f64> {
    let turns = ones.iter().zip(others);
    turns.map(|(one, other)| one / other).collect()
}

pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Writes a file of a directory for temporary files.
pub fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    let parent = path.parent().expect("it is below the root");
    fs::create_dir_all(parent).expect("the directory is ours");
    fs::write(path, text).expect("the directory is ours");
}
