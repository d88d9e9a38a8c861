//! Packages of Node.js programs, in the exact versions of their lock file, below `target`.

use std::path::Path;

use crate::failure::{Outcome, While};
use crate::program::Program;

/// Brings them. Packages are looked for beside the file that imports them, so the files of
/// `sources` are taken along.
pub(crate) fn bring(sources: &Path, made: &Path) -> Outcome {
    let reading = || format!("reading {}", sources.display());
    std::fs::create_dir_all(made).doing("making a folder for packages")?;
    for entry in std::fs::read_dir(sources).doing(reading())? {
        let file = entry.doing(reading())?.path();
        let copy = made.join(file.file_name().unwrap_or_default());
        std::fs::copy(&file, &copy).doing(format!("copying {}", file.display()))?;
    }
    Program::new("npm").args(["ci", "--silent", "--no-audit", "--no-fund"]).within(made).run()
}
