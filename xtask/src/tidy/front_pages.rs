//! Front pages: every file says what it is for, every crate has a README.
//!
//! A reader who opens any file should know where he is from its first line.

use super::finding::Finding;
use super::functions::functions;
use super::house::House;

/// Every Rust file begins by saying what it is for.
pub(crate) fn files_begin_with_a_sentence(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in house.rust() {
        let first = file.text.lines().next().unwrap_or_default();
        let front_page =
            file.path.ends_with("/src/lib.rs") && first.starts_with("#![doc = include_str!");
        // A case of a compile-fail test is data: its lines are quoted in the expected answer.
        let is_case = file.path.contains("/compile_fail/") || file.path.contains("/ui/");
        if !first.starts_with("//! ") && !front_page && !is_case {
            let remedy = "begin with `//!`: what it does, which RFC, why it stands alone";
            findings.push(Finding::of(file.path, "the first line says nothing", remedy));
        }
    }
    findings
}

/// Every crate has a README that is its documentation and says what it must not know.
pub(crate) fn crates_have_front_pages(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in &house.crates {
        let folder = room.manifest.trim_end_matches("Cargo.toml");
        let path = format!("{folder}README.md");
        let Some(page) = house.text(&path) else {
            let remedy = "write what it does and what it must not know";
            findings.push(Finding::of(&path, "the crate has no front page", remedy));
            continue;
        };
        if !page.to_lowercase().contains("must not know") {
            let remedy = "say what this room must not know";
            findings.push(Finding::of(&path, "an invariant of absence is missing", remedy));
        }
        let library = format!("{folder}src/lib.rs");
        if house.text(&library).is_some_and(|text| !text.contains("include_str!(\"../README.md\")"))
        {
            let remedy = "add `#![doc = include_str!(\"../README.md\")]`";
            findings.push(Finding::of(&library, "the front page is not its documentation", remedy));
        }
    }
    findings
}

/// A `mod.rs` is a hallway: modules and what they show, no logic.
pub(crate) fn hallways_are_empty(house: &House) -> Vec<Finding> {
    let hallways = house.rust().filter(|file| file.path.ends_with("/mod.rs") && !file.is_test());
    let mut findings = Vec::new();
    for file in hallways {
        let shipped = functions(&file.source);
        for function in shipped.iter().filter(|function| !file.source.is_test_line(function.first))
        {
            let what = format!("`fn {}` stands in a hallway", function.name);
            let remedy = "move it to a file of its own";
            findings.push(Finding::at(file.path, function.first, what, remedy));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::house::{Crate, Text};
    use super::*;

    fn house(files: &[(&str, &str)]) -> House {
        let text =
            |&(path, text): &(&str, &str)| Text { path: path.to_owned(), text: text.to_owned() };
        let manifest = "crates/a/Cargo.toml".to_owned();
        let crates = vec![Crate { name: "muster-a".to_owned(), manifest, ..Crate::default() }];
        House { texts: files.iter().map(text).collect(), crates, ..House::default() }
    }

    #[test]
    fn a_file_without_a_first_sentence_is_found() {
        let house =
            house(&[("crates/a/src/b.rs", "use x;\n"), ("crates/a/src/c.rs", "//! Yes.\n")]);
        assert_eq!(files_begin_with_a_sentence(&house).len(), 1);
    }

    #[test]
    fn a_crate_without_a_front_page_is_found() {
        assert_eq!(crates_have_front_pages(&house(&[])).len(), 1);
        let hidden =
            [("crates/a/README.md", "It must not know: x."), ("crates/a/src/lib.rs", "//! A.\n")];
        assert_eq!(crates_have_front_pages(&house(&hidden)).len(), 1);
        assert_eq!(crates_have_front_pages(&house(&[("crates/a/README.md", "nothing")])).len(), 1);
    }

    #[test]
    fn logic_in_a_hallway_is_found() {
        let text = "//! A.\nmod b;\nfn c() {}\n#[cfg(test)]\nmod tests {\nfn d() {}\n}\n";
        assert_eq!(hallways_are_empty(&house(&[("crates/a/src/b/mod.rs", text)])).len(), 1);
    }
}
