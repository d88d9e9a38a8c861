//! What a person has allowed a client, remembered so that they are not asked again.

use crate::{ClientKey, ScopeSet, Timestamp, UserKey};

/// A remembered consent of one user to one client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consent {
    /// Who gave it.
    pub user: UserKey,
    /// To whom.
    pub client: ClientKey,
    /// The scopes that were allowed, over all times that they were asked.
    pub scopes: ScopeSet,
    /// When it was last given.
    pub given_at: Timestamp,
}
