//! The chain of the audit trail: each record's hash covers the one before, keyed, so that
//! nobody without the key can forge a link.

use data_encoding::HEXLOWER;

use crate::key_ring::{KeyRing, mac};

impl KeyRing {
    /// The hash of a record that follows `previous`.
    pub fn audit_link(&self, previous: &[u8; 32], record: &[u8]) -> [u8; 32] {
        mac(&self.keys().audit, &[b"link", previous, record])
    }

    /// A name for somebody or something that must not stand in the trail itself: the same
    /// text has the same name, and the name leads nowhere without the key.
    pub fn pseudonym(&self, text: &str) -> String {
        let hash = mac(&self.keys().audit, &[b"name", text.as_bytes()]);
        hash.get(..16).map(|bytes| HEXLOWER.encode(bytes)).unwrap_or_default()
    }
}
