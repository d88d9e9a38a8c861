//! Small rooms: how long a file and a test may be.
//!
//! Functions are clippy's (`too_many_lines`); files and tests are not, so they are here.

use super::finding::Finding;
use super::functions::functions;
use super::house::House;

/// Lines of code a file may have, without blank lines, comments and unit tests.
const FILE_LINES_MAX: usize = 400;

/// Lines of code a test may have: one story, told on a screen.
const TEST_LINES_MAX: usize = 60;

/// The pipeline is the one file that must be taken in at a glance.
const PIPELINE: (&str, usize) = ("crates/server/src/pipeline.rs", 100);

/// No file is longer than a thought.
pub(crate) fn files_are_short(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in house.rust() {
        let limit = if file.path == PIPELINE.0 { PIPELINE.1 } else { FILE_LINES_MAX };
        let lines = file.source.shipped_lines().filter(|(_, line)| !line.trim().is_empty()).count();
        if lines > limit {
            let what = format!("{lines} lines of code, {limit} at most");
            findings.push(Finding::of(file.path, what, "split it by thought"));
        }
    }
    findings
}

/// No test is longer than a screen.
pub(crate) fn tests_are_short(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in house.rust() {
        for function in functions(&file.source) {
            let lines = function.code_lines(&file.source);
            if (function.is_test || file.path.contains("/tests/")) && lines > TEST_LINES_MAX {
                let what =
                    format!("`{}` has {lines} lines, {TEST_LINES_MAX} at most", function.name);
                findings.push(Finding::at(
                    file.path,
                    function.first,
                    what,
                    "let it tell one story",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::house::Text;
    use super::*;

    fn house(path: &str, text: String) -> House {
        House { texts: vec![Text { path: path.to_owned(), text }], ..House::default() }
    }

    #[test]
    fn a_long_file_is_found_but_comments_and_unit_tests_do_not_count() {
        let padding = "// a comment\n\n".repeat(500);
        let lawful = format!(
            "{padding}{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            "x;\n".repeat(400),
            "y;\n".repeat(99)
        );
        assert_eq!(files_are_short(&house("crates/a/src/b.rs", lawful)), []);
        assert_eq!(files_are_short(&house("crates/a/src/b.rs", "x;\n".repeat(401))).len(), 1);
        assert_eq!(files_are_short(&house(PIPELINE.0, "x;\n".repeat(101))).len(), 1);
    }

    #[test]
    fn a_long_test_is_found_wherever_it_stands() {
        let story = |lines: usize| format!("#[test]\nfn a() {{\n{}}}\n", "x();\n".repeat(lines));
        assert_eq!(tests_are_short(&house("crates/a/src/b.rs", story(58))), []);
        assert_eq!(tests_are_short(&house("crates/a/src/b.rs", story(59))).len(), 1);
        let unmarked = story(59).replace("#[test]\n", "");
        assert_eq!(tests_are_short(&house("crates/a/src/b.rs", unmarked.clone())), []);
        assert_eq!(tests_are_short(&house("crates/a/tests/b.rs", unmarked)).len(), 1);
    }
}
