//! Names that tell nothing attract everything; they are not given.
//!
//! Applies to files, folders and functions of the house and of its tools.

use super::finding::Finding;
use super::functions::functions;
use super::house::House;

/// Names of files and folders that say nothing about what is in them.
const EMPTY_NAMES: [&str; 10] =
    ["util", "utils", "utility", "helper", "helpers", "common", "misc", "manager", "stuff", "lib2"];

/// Beginnings of function names that say less than the rest of the name.
const EMPTY_VERBS: [&str; 4] = ["get_", "handle_", "process_", "do_"];

/// Files and folders are called after what is in them.
pub(crate) fn files_say_what_is_in_them(house: &House) -> Vec<Finding> {
    let of_ours = |path: &&String| {
        ["crates/", "xtask/", "migrations/", "docs/", "deploy/"]
            .iter()
            .any(|top| path.starts_with(top))
    };
    let mut findings = Vec::new();
    for path in house.paths.iter().filter(of_ours) {
        for part in path.split('/') {
            let stem = part.split('.').next().unwrap_or(part);
            if EMPTY_NAMES.contains(&stem) {
                let what = format!("`{part}` says nothing about what is in it");
                findings.push(Finding::of(path, what, "use a word of the domain"));
            }
        }
    }
    findings
}

/// Functions are called after what they give or do.
pub(crate) fn functions_use_words_of_the_domain(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in house.rust().filter(|file| !file.is_test()) {
        for function in functions(&file.source) {
            let empty = EMPTY_VERBS.iter().any(|verb| function.name.starts_with(verb));
            if empty && !function.is_test {
                let what = format!("`fn {}`", function.name);
                let remedy = "say what it gives or does: `find`, `list`, `add`, `revoke`";
                findings.push(Finding::at(file.path, function.first, what, remedy));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::house::Text;
    use super::*;

    #[test]
    fn a_file_or_folder_of_odds_and_ends_is_found() {
        let paths = [
            "crates/a/src/utils.rs",
            "crates/a/tests/common/mod.rs",
            "crates/a/src/utilisation.rs",
        ];
        let house = House { paths: paths.map(str::to_owned).to_vec(), ..House::default() };
        assert_eq!(files_say_what_is_in_them(&house).len(), 2);
    }

    #[test]
    fn an_empty_verb_is_found() {
        let text = "fn get_token() {}\nfn token() {}\nfn doing() {}\n".to_owned();
        let texts = vec![Text { path: "crates/a/src/b.rs".to_owned(), text }];
        let house = House { texts, ..House::default() };
        assert_eq!(functions_use_words_of_the_domain(&house).len(), 1);
    }
}
