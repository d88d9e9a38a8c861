//! Accounts of an issuer's own: the password of a user, where there is one.

use muster_domain::{StoredSecret, Timestamp, UserKey};

use crate::StoreError;

/// Asking for accounts.
pub trait AccountsReading {
    /// The user's password as it is stored; `None`: they come in by another door.
    fn find_password(&mut self, user: UserKey) -> Result<Option<StoredSecret>, StoreError>;
}

/// Changing accounts.
pub trait AccountsWriting {
    /// Sets or replaces the password of a user that is there; one that was removed meanwhile
    /// has none.
    fn set_password(
        &mut self,
        user: UserKey,
        password: &StoredSecret,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Takes the password away; whether there was one.
    fn remove_password(&mut self, user: UserKey) -> Result<bool, StoreError>;
}
