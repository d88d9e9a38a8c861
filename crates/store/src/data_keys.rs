//! Data keys: wrapped by a key that never lies in the database.

use muster_domain::{DataKeyId, Timestamp};

use crate::StoreError;

/// A data key as it rests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredDataKey {
    /// Its number.
    pub id: DataKeyId,
    /// What it is for: a stable number of `muster-crypto`.
    pub purpose: i16,
    /// The fingerprint of the key that wraps it.
    pub kek_id: String,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Asking for data keys.
pub trait DataKeysReading {
    /// All of them, by number.
    fn list_data_keys(&mut self) -> Result<Vec<StoredDataKey>, StoreError>;
}

/// Changing data keys.
pub trait DataKeysWriting {
    /// Adds one; `Conflict` when the number is taken.
    fn add_data_key(&mut self, key: &StoredDataKey) -> Result<(), StoreError>;

    /// Replaces the wrapping of one (rotation of the wrapping key); whether it was there.
    fn rewrap_data_key(
        &mut self,
        id: DataKeyId,
        kek_id: &str,
        wrapped: &[u8],
    ) -> Result<bool, StoreError>;
}
