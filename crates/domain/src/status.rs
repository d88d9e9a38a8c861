//! How a client, an admin or a user stands, whatever tokens it holds.

use std::fmt;
use std::str::FromStr;

/// The standing of a client or an admin client. Only `Approved` may do anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PartyStatus {
    /// Registered, waiting for the keeper.
    Pending,
    /// In good standing.
    Approved,
    /// Refused by the keeper.
    Denied,
    /// Stopped for the time being; everything below it stops with it.
    Suspended,
    /// Ended for good.
    Revoked,
}

/// The standing of a user.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum UserStatus {
    /// In good standing.
    Active,
    /// Stopped: no token of theirs is valid, none is issued.
    Disabled,
}

/// A word that names no status.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no status")]
pub struct InvalidStatus(pub String);

impl PartyStatus {
    /// Every status, in the order of the enum.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Approved, Self::Denied, Self::Suspended, Self::Revoked];

    /// The word for it, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }
}

impl UserStatus {
    /// Every status, in the order of the enum.
    pub const ALL: [Self; 2] = [Self::Active, Self::Disabled];

    /// The word for it, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl FromStr for PartyStatus {
    type Err = InvalidStatus;

    fn from_str(word: &str) -> Result<Self, InvalidStatus> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == word)
            .ok_or_else(|| InvalidStatus(word.to_owned()))
    }
}

impl FromStr for UserStatus {
    type Err = InvalidStatus;

    fn from_str(word: &str) -> Result<Self, InvalidStatus> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == word)
            .ok_or_else(|| InvalidStatus(word.to_owned()))
    }
}

impl fmt::Display for PartyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for UserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_reads_back_from_its_word() {
        for status in PartyStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        for status in UserStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert!("Approved".parse::<PartyStatus>().is_err());
    }
}
