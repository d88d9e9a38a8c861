//! Where the key-encryption key is, never what it is; and how often signing keys change.

use std::path::PathBuf;

use muster_domain::Lifetime;

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// The key that everything at rest is sealed under, and the keys that sign.
    "keys" RawKeys {
        /// The file of the key-encryption key, mode 0600. Absent: beside the embedded
        /// database, made at its first start. With PostgreSQL it must be named.
        kek_file: Option<String> = None;
        /// Days after which the next signing key takes over by itself; 0: only when the
        /// keeper says so (`muster keys rotate`).
        rotate_days: u64 = 90;
        /// Seconds after which a running service looks whether another key signs by now.
        signers_seconds: u64 = 1;
    }
}

/// The keys, resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keys {
    /// The file of the key-encryption key, if one is named.
    pub kek_file: Option<PathBuf>,
    /// How long a signing key signs before the next one takes over; `None`: until the keeper
    /// says so.
    pub rotate_every: Option<Lifetime>,
    /// How long a signer is used before the keys are read again.
    pub signers_fresh_for: Lifetime,
}

impl RawKeys {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Keys {
        // Ten years: whoever wants more wants 0.
        let days: u32 = resolving.within("rotate_days", self.rotate_days, 0..=3_660);
        // A retired key stays published for ten minutes beyond what it signed: five for a
        // verifier's copy of the set, and these (`muster_admin`).
        let seconds: u32 = resolving.within("signers_seconds", self.signers_seconds, 1..=60);
        Keys {
            kek_file: self.kek_file.as_ref().map(PathBuf::from),
            signers_fresh_for: Lifetime::from_seconds(seconds.into()),
            rotate_every: (days > 0).then(|| Lifetime::from_days(days.into())),
        }
    }
}
