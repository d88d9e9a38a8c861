//! The texts speak of the project alone: no machine's paths, no notes to oneself.
//!
//! A path of somebody's machine works for nobody else, a hidden to-do is a promise without
//! an owner, and a document that speaks of how it was written does not help its reader.

use super::finding::Finding;
use super::house::{House, Text};

/// This file, which must name the words in order to forbid them.
const ITSELF: &str = "xtask/src/tidy/words.rs";

/// Words and the remedy. Those with letters only are looked for as whole words.
const NOWHERE: [(&str, &str); 15] = [
    ("/work/", "write paths relative to the repository"),
    ("/root/", "write paths relative to the repository"),
    ("/home/", "write paths relative to the repository"),
    ("index.crates.io", "leave registries to the tools' settings"),
    ("static.crates.io", "leave registries to the tools' settings"),
    ("deb.debian.org", "leave registries to the tools' settings"),
    ("TODO", "do it, or open an issue"),
    ("FIXME", "mend it, or open an issue"),
    ("XXX", "say it in a sentence"),
    ("chatbot", "speak of the project"),
    ("language model", "speak of the project"),
    ("LLM", "speak of the project"),
    ("AI assistant", "speak of the project"),
    ("Claude", "speak of the project"),
    ("Anthropic", "speak of the project"),
];

/// Words that have no place in documents, though code may need them.
const NOT_IN_DOCUMENTS: [(&str, &str); 2] = [
    ("/tmp/", "write `$DIR` or a path a keeper would use"),
    ("../shared", "carry the fact over; a reader has no such folder"),
];

/// The one file that may look beside the repository, for an archive that tests can use.
const LOOKS_BESIDE: &str = "xtask/src/databases/citus.rs";

/// No text holds a word that speaks of something else than the project.
pub(crate) fn texts_speak_of_the_project(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Data of the tests is what it is: it came out of other programs.
    let ours = house.texts.iter().filter(|text| text.path != ITSELF && !is_data(text));
    for text in ours {
        let is_document = text.ends_in("md");
        for (index, line) in text.text.lines().enumerate() {
            let further = NOT_IN_DOCUMENTS.iter().filter(|_| is_document);
            for (word, remedy) in
                NOWHERE.iter().chain(further).filter(|(word, _)| holds(line, word))
            {
                findings.push(Finding::at(&text.path, index + 1, format!("`{word}`"), remedy));
            }
            if line.contains("../shared") && !is_document && text.path != LOOKS_BESIDE {
                let remedy = "copy what is needed into the repository";
                findings.push(Finding::at(&text.path, index + 1, "`../shared`", remedy));
            }
        }
    }
    findings
}

fn is_data(text: &Text) -> bool {
    let folders = ["/fixtures/", "/golden/"];
    text.ends_in("json") || folders.iter().any(|folder| text.path.contains(folder))
}

fn holds(line: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let whole = word.chars().all(|c| c.is_alphabetic() || c == ' ');
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        // A longer path may well have such a folder in its middle.
        let begins_path = !word.starts_with('/') || !letter(before) && before != Some('}');
        begins_path && !(whole && (letter(before) || letter(after)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        let texts = vec![Text { path: path.to_owned(), text: text.to_owned() }];
        texts_speak_of_the_project(&House { texts, ..House::default() }).len()
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        assert_eq!(findings("docs/a.md", "see /home/alice/x"), 1);
        assert_eq!(findings("docs/a.md", "see https://example.org/home/x and src/work/y"), 0);
        assert_eq!(findings("docs/a.md", "cd /tmp/x"), 1);
        assert_eq!(findings("crates/a/src/b.rs", "\"/tmp/x\""), 0);
    }

    #[test]
    fn a_note_to_oneself_is_found() {
        assert_eq!(findings("crates/a/src/b.rs", "// TODO: later"), 1);
        assert_eq!(findings("crates/a/src/b.rs", "const TODOS: u8 = 1;"), 0);
    }

    #[test]
    fn the_folder_beside_the_repository_is_found() {
        assert_eq!(findings("crates/a/tests/b.rs", "open(\"../shared/x\")"), 1);
        assert_eq!(findings(LOOKS_BESIDE, "open(\"../shared/x\")"), 0);
    }
}
