//! Authorization codes: found by a keyed hash of their text, redeemed once.

use muster_domain::{
    AuthorizationCode, IssuerKey, LookupTag, Shard, Standing, Timestamp, Transaction,
    TransactionKey, UserId,
};

use crate::StoreError;

/// A presented code with everything that decides whether it is good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundCode {
    /// The code.
    pub code: AuthorizationCode,
    /// Its transaction: whose it is, and for which user.
    pub transaction: Transaction,
    /// What stands above it.
    pub standing: Standing,
    /// The user's name.
    pub user_id: Option<UserId>,
}

/// A code that a stranger has shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Strangers {
    /// How often that has happened.
    pub times: i16,
    /// Whether its own client has redeemed it by now.
    pub is_redeemed: bool,
}

/// Asking for codes.
pub trait CodesReading {
    /// The code with this hash, whichever client of the issuer it was handed out to.
    fn find_code(
        &mut self,
        issuer: IssuerKey,
        tag: LookupTag,
        shard: Shard,
    ) -> Result<Option<FoundCode>, StoreError>;
}

/// Changing codes.
pub trait CodesWriting {
    /// Adds the code of a transaction that is there; `Conflict` when it has one already.
    fn add_code(&mut self, code: &AuthorizationCode, tag: LookupTag) -> Result<(), StoreError>;

    /// Redeems a code, if it is `Issued`: of any number of simultaneous calls exactly one
    /// is told `true`. The mark stays for as long as the row does (past failure 6).
    fn redeem_code(
        &mut self,
        transaction: TransactionKey,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Counts that a stranger has shown the code; how that stands by now.
    fn count_stranger(&mut self, transaction: TransactionKey) -> Result<Strangers, StoreError>;
}
