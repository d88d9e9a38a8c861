//! A folder of the demo's own, gone when it ends.

use std::path::{Path, PathBuf};

use muster_domain::{Randomness, RandomnessFailed};

pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A name among the temporary files that nobody has guessed; the store makes the folder.
    pub(crate) fn new(randomness: &dyn Randomness) -> Result<Self, RandomnessFailed> {
        let mut bytes = [0; 8];
        randomness.fill(&mut bytes)?;
        let name = format!("muster-demo-{:016x}", u64::from_be_bytes(bytes));
        Ok(Self(std::env::temp_dir().join(name)))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "the demo's folder was left behind");
        }
    }
}
