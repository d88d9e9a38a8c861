//! Answers compared with files that people can read in a review.

use std::path::Path;

/// Compares `answer` with the file; with `MUSTER_GOLDEN=write` it writes the file anew.
///
/// # Panics
/// If they differ, naming the first line that does, or if the file cannot be read.
pub fn golden(file: &Path, answer: &str) {
    let rewriting =
        std::env::vars().any(|(name, value)| name == "MUSTER_GOLDEN" && value == "write");
    if rewriting {
        std::fs::write(file, answer).expect("the golden file can be written");
        return;
    }
    let expected = std::fs::read_to_string(file).unwrap_or_default();
    if expected == answer {
        return;
    }
    let differing = expected.lines().zip(answer.lines()).position(|(old, new)| old != new);
    let line = differing.unwrap_or_else(|| expected.lines().count().min(answer.lines().count()));
    let (old, new) = (expected.lines().nth(line), answer.lines().nth(line));
    panic!(
        "{} differs at line {}:\n  file: {old:?}\nanswer: {new:?}\nIf the answer is right, run the test with MUSTER_GOLDEN=write.",
        file.display(),
        line + 1
    );
}
