//! Numbers between the domain's 64 bits and the columns' fewer.

use muster_domain::Shard;
use muster_store::StoreError;
use sha2::{Digest, Sha256};

/// A surrogate number for an `integer` column.
pub(crate) fn small(number: i64) -> Result<i32, StoreError> {
    i32::try_from(number)
        .map_err(|_| StoreError::corrupt(format!("number {number} is past what the column takes")))
}

/// The shard in a row.
pub(crate) fn shard(number: i16) -> Result<Shard, StoreError> {
    Shard::from_number(number)
        .ok_or_else(|| StoreError::corrupt(format!("shard {number} is not between 0 and 4095")))
}

/// A number that stands for a word, read from a row.
pub(crate) fn from_number<T>(what: &str, number: i16, known: Option<T>) -> Result<T, StoreError> {
    known.ok_or_else(|| StoreError::corrupt(format!("{number} is no {what}")))
}

/// A hash column.
pub(crate) fn hash_bytes(what: &str, bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes
        .try_into()
        .map_err(|_| StoreError::corrupt(format!("{what} has {} bytes instead of 32", bytes.len())))
}

/// SHA-256 over texts of any length, for unique indexes that cannot hold them whole.
pub(crate) fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hash.update(length.to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
