//! The only reader of the environment among the tools.
//!
//! Everything else takes values, so that a test can choose them.

use std::path::PathBuf;

/// The value of an environment variable, when it is set and is not empty.
#[expect(clippy::disallowed_methods, reason = "the one place where the tools read the environment")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The folders in which programs are looked for.
pub(crate) fn search_path() -> Vec<PathBuf> {
    // Servers lie in sbin, which is not on an ordinary user's path on Debian.
    let extra = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    let path = variable("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(extra).collect()
}

/// The full path of a program on the search path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    search_path().into_iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Whether a machine of continuous integration runs this (`CI=true`).
pub(crate) fn is_ci() -> bool {
    variable("CI").is_some_and(|value| value != "false" && value != "0")
}
