//! A checkpoint: number and hash of a record, to be kept where the trail's keeper cannot
//! reach it.
//!
//! A chain shows what was changed inside it, but not that its end was cut off. The service
//! writes a checkpoint to its log from time to time and at its end; a trail that no longer
//! holds it was cut or rewritten. The hash is keyed, so the checkpoint needs no signature
//! of its own.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use muster_store::AuditLink;

/// A place in the trail; as text `NUMBER-HASH`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// The number of a record.
    pub number: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// A text that is no checkpoint.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a checkpoint is a number, a `-` and 64 hexadecimal digits, as the log has it")]
pub struct InvalidCheckpoint;

impl Checkpoint {
    pub(crate) const fn of(end: &AuditLink) -> Self {
        Self { number: end.next.saturating_sub(1), hash: end.last_hash }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.number, HEXLOWER.encode(&self.hash))
    }
}

impl FromStr for Checkpoint {
    type Err = InvalidCheckpoint;

    fn from_str(text: &str) -> Result<Self, InvalidCheckpoint> {
        let (number, hash) = text.split_once('-').ok_or(InvalidCheckpoint)?;
        let number = number.parse().map_err(|_| InvalidCheckpoint)?;
        let hash = HEXLOWER.decode(hash.as_bytes()).map_err(|_| InvalidCheckpoint)?;
        let hash = hash.try_into().map_err(|_| InvalidCheckpoint)?;
        Ok(Self { number, hash })
    }
}
