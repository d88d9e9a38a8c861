//! Users, per issuer.

use muster_domain::{ClientKey, IssuerKey, Timestamp, User, UserId, UserKey, UserStatus};

use crate::StoreError;

/// Asking for users.
pub trait UsersReading {
    /// The user with this id; byte for byte.
    fn find_user(&mut self, issuer: IssuerKey, id: &UserId) -> Result<Option<User>, StoreError>;

    /// The user with this key.
    fn find_user_by_key(&mut self, user: UserKey) -> Result<Option<User>, StoreError>;
}

/// Changing users.
pub trait UsersWriting {
    /// The users with these ids, in the same order; those that are missing are added, active.
    fn ensure_users(
        &mut self,
        issuer: IssuerKey,
        ids: &[UserId],
        at: Timestamp,
    ) -> Result<Vec<User>, StoreError>;

    /// Changes how a user stands; whether there was such a user.
    fn set_user_status(&mut self, user: UserKey, status: UserStatus) -> Result<bool, StoreError>;

    /// Ends every open transaction of a user, at one client or at all, with everything that
    /// was exchanged out of it; how many were open. Devices that the user approved there and
    /// that have not come for their tokens get none.
    fn end_user_transactions(
        &mut self,
        user: UserKey,
        client: Option<ClientKey>,
        at: Timestamp,
    ) -> Result<usize, StoreError>;

    /// Deletes a user with everything it holds; whether there was such a user. A user that
    /// comes back under the same id has none of it (invariant I12).
    fn remove_user(&mut self, user: UserKey) -> Result<bool, StoreError>;
}
