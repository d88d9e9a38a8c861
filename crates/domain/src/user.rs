//! The person a token speaks for.

use crate::{IssuerKey, Timestamp, UserId, UserKey, UserStatus};

/// A user as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// Its key; a deleted and recreated user has another one (invariant I12).
    pub key: UserKey,
    /// The issuer it belongs to.
    pub issuer: IssuerKey,
    /// Its name within the issuer.
    pub id: UserId,
    /// How it stands.
    pub status: UserStatus,
    /// When it was first seen.
    pub created_at: Timestamp,
}
