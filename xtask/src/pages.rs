//! Pages that are made out of the code: written, or compared with what is committed.
//!
//! One way for all of them, so that none can be stale without failing the checks.

use std::path::Path;

use crate::failure::{Failure, Outcome, While};
use crate::terminal::say;

/// A page and what it should say.
pub(crate) struct Page {
    /// Where it stands, below the root.
    pub(crate) path: &'static str,
    /// Its text.
    pub(crate) text: String,
}

/// Writes the pages, or with `check` fails where one differs and says what to run.
pub(crate) fn write_or_check(root: &Path, pages: &[Page], check: Option<&str>) -> Outcome {
    let mut stale = Vec::new();
    for page in pages {
        let path = root.join(page.path);
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        if committed == page.text {
            continue;
        }
        if check.is_some() {
            stale.push(page.path);
            continue;
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).doing(format!("making {}", folder.display()))?;
        }
        std::fs::write(&path, &page.text).doing(format!("writing {}", path.display()))?;
        say(format!("written: {}", page.path));
    }
    match check {
        Some(remedy) if !stale.is_empty() => {
            Err(Failure::new(format!("out of date: {}; run: {remedy}", stale.join(", "))))
        }
        Some(_) | None => Ok(()),
    }
}
