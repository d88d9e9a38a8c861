//! The house as the rules see it: texts of files, and crates with what they depend on.
//!
//! Read once from the working copy, or made of a few lines in a rule's own tests, so that
//! every rule can be shown to fail.

use std::path::Path;

use serde_json::Value;

use super::source::Source;
use crate::failure::{Failure, Outcome, While};
use crate::program::Program;
use crate::workspace;

/// Texts longer than this are data, such as a dump in a test's folder.
const TEXT_LENGTH_MAX: u64 = 512 * 1024;

/// The endings of files that people write.
const WRITTEN: [&str; 14] = [
    "rs", "md", "toml", "sql", "sh", "yml", "yaml", "service", "conf", "json", "html", "css",
    "env", "run",
];

/// The files and crates of a working copy.
#[derive(Debug, Default)]
pub(crate) struct House {
    /// Every path, relative to the root, with `/`.
    pub(crate) paths: Vec<String>,
    /// The files people write, with their text.
    pub(crate) texts: Vec<Text>,
    /// The crates of the workspace.
    pub(crate) crates: Vec<Crate>,
}

/// One written file.
#[derive(Debug)]
pub(crate) struct Text {
    /// Its path, relative to the root.
    pub(crate) path: String,
    /// What stands in it.
    pub(crate) text: String,
}

/// One crate of the workspace.
#[derive(Debug, Default)]
pub(crate) struct Crate {
    /// The package's name.
    pub(crate) name: String,
    /// The path of its manifest.
    pub(crate) manifest: String,
    /// The packages it depends on, with the manifest's word for the kind:
    /// `dependencies`, `dev-dependencies`, `build-dependencies`.
    pub(crate) dependencies: Vec<(String, &'static str)>,
}

impl Text {
    /// Whether the file's name has this ending.
    pub(crate) fn ends_in(&self, ending: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, own)| own == ending)
    }
}

impl House {
    /// Reads the working copy at `root`.
    pub(crate) fn read(root: &Path) -> Outcome<Self> {
        let mut house = Self { crates: crates(root)?, ..Self::default() };
        for file in workspace::files(root)? {
            let path = file.to_string_lossy().replace('\\', "/");
            if is_written(&path) && length(&root.join(&file)) <= TEXT_LENGTH_MAX {
                let text = std::fs::read(root.join(&file)).doing(format!("reading {path}"))?;
                let text = String::from_utf8_lossy(&text).into_owned();
                house.texts.push(Text { path: path.clone(), text });
            }
            house.paths.push(path);
        }
        Ok(house)
    }

    /// The Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = Rust<'_>> {
        let rust = self.texts.iter().filter(|text| text.ends_in("rs"));
        rust.map(|text| Rust {
            path: &text.path,
            text: &text.text,
            source: Source::read(&text.text),
        })
    }

    /// Whether there is such a file, or a folder with files.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.paths.iter().any(|file| file == path || file.starts_with(&folder))
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.iter().find(|text| text.path == path).map(|text| text.text.as_str())
    }
}

/// A Rust file with what the lexer knows about it.
pub(crate) struct Rust<'a> {
    /// Its path, relative to the root.
    pub(crate) path: &'a str,
    /// What stands in it.
    pub(crate) text: &'a str,
    /// The same without comments and texts.
    pub(crate) source: Source,
}

impl Rust<'_> {
    /// Whether the whole file is a test (or an example, which nobody ships).
    pub(crate) fn is_test(&self) -> bool {
        ["/tests/", "/examples/", "/benches/"].iter().any(|folder| self.path.contains(folder))
            || self.path.ends_with("/tests.rs")
    }
}

fn is_written(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit('.').next().unwrap_or(name);
    WRITTEN.contains(&ending) || ["run", "Containerfile"].contains(&name)
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |about| about.len())
}

fn crates(root: &Path) -> Outcome<Vec<Crate>> {
    let described = Program::cargo()
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .within(root)
        .read()?;
    let described: Value = serde_json::from_str(&described).doing("reading `cargo metadata`")?;
    let packages = described.get("packages").and_then(Value::as_array);
    let packages = packages.ok_or_else(|| Failure::new("`cargo metadata` lists no packages"))?;
    Ok(packages.iter().map(|package| described_crate(root, package)).collect())
}

fn described_crate(root: &Path, package: &Value) -> Crate {
    let manifest = word(package, "manifest_path");
    let relative = Path::new(&manifest)
        .strip_prefix(root)
        .map_or(manifest.clone(), |path| path.to_string_lossy().replace('\\', "/"));
    let dependencies = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    let kinds = |dependency: &Value| match dependency.get("kind").and_then(Value::as_str) {
        Some("dev") => "dev-dependencies",
        Some("build") => "build-dependencies",
        _ => "dependencies",
    };
    Crate {
        name: word(package, "name"),
        manifest: relative,
        dependencies: dependencies.map(|one| (word(one, "name"), kinds(one))).collect(),
    }
}

fn word(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}
