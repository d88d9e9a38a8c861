//! A person's own things by their numbers: whoever names somebody else's finds nothing.

use muster_domain::{Token, Transaction, UserKey};

use crate::StoreError;

/// Asking for what is one person's.
pub trait OwnReading {
    /// The transaction with this number, if it is this user's.
    fn find_own_transaction(
        &mut self,
        user: UserKey,
        number: i64,
    ) -> Result<Option<Transaction>, StoreError>;

    /// The token with this number, if it is this user's.
    fn find_own_token(&mut self, user: UserKey, number: i64) -> Result<Option<Token>, StoreError>;
}
