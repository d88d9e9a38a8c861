//! Where things lie: the root of the repository, its files, what stands beside it.
//!
//! The tools may be called from any folder, so every path starts here.

use std::path::{Path, PathBuf};

use crate::failure::{Outcome, While};
use crate::program::Program;

/// The root of the repository: the folder above this crate.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Every file that belongs to the repository or is about to, relative to `root`, in order.
///
/// Git is asked first, since it knows what is ignored; a copy without git is walked.
pub(crate) fn files(root: &Path) -> Outcome<Vec<PathBuf>> {
    let listed = Program::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .within(root)
        .read();
    let mut files = match listed {
        Ok(names) => names.split('\0').filter(|n| !n.is_empty()).map(PathBuf::from).collect(),
        Err(_) => walk(root)?,
    };
    // Git still lists what was removed by hand.
    files.retain(|file| root.join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

fn walk(root: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).doing(format!("reading {}", folder.display()))? {
            let path = entry.doing(format!("reading {}", folder.display()))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let built = name.starts_with("target") || name == ".git" || name == "muster-data";
            if path.is_dir() && !built {
                waiting.push(path);
            } else if path.is_file() {
                found.push(path.strip_prefix(root).unwrap_or(&path).to_path_buf());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_without_git_is_walked_without_what_was_built() {
        let files = walk(&root()).unwrap();
        assert!(files.contains(&PathBuf::from("xtask/src/workspace.rs")));
        assert!(!files.iter().any(|file| file.starts_with("target")));
    }
}
