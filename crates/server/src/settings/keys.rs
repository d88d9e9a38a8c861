//! Where the key-encryption key is; never what it is.

use std::path::PathBuf;

use super::definition::section;

section! {
    /// The key that everything at rest is sealed under.
    "keys" RawKeys {
        /// The file of the key-encryption key, mode 0600. Absent: beside the embedded
        /// database, made at its first start. With PostgreSQL it must be named.
        kek_file: Option<String> = None;
    }
}

/// The keys, resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keys {
    /// The file of the key-encryption key, if one is named.
    pub kek_file: Option<PathBuf>,
}

impl RawKeys {
    pub(super) fn resolve(&self) -> Keys {
        Keys { kek_file: self.kek_file.as_ref().map(PathBuf::from) }
    }
}
