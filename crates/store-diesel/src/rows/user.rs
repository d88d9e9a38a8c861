//! Rows of users.

use diesel::prelude::*;
use muster_domain::{IssuerKey, Timestamp, User, UserId, UserKey, UserStatus};
use muster_store::StoreError;

use super::{from_number, shard};
use crate::schema::users;

/// A row of `users`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(crate) struct UserRow {
    pub(crate) seq: i64,
    pub(crate) created_at: i64,
    pub(crate) issuer_seq: i32,
    pub(crate) shard: i16,
    pub(crate) status: i16,
    pub(crate) uid_digest: Vec<u8>,
    pub(crate) uid: String,
}

impl UserRow {
    pub(crate) fn into_domain(self) -> Result<User, StoreError> {
        Ok(User {
            key: UserKey::new(shard(self.shard)?, self.seq),
            issuer: IssuerKey::new(self.issuer_seq.into()),
            id: UserId::new(self.uid).map_err(|e| StoreError::corrupt(e.to_string()))?,
            status: user_status(self.status)?,
            created_at: Timestamp::from_millis(self.created_at),
        })
    }
}

/// The number of a status.
pub(crate) const fn user_status_number(status: UserStatus) -> i16 {
    match status {
        UserStatus::Active => 1,
        UserStatus::Disabled => 2,
    }
}

/// The status with this number.
pub(crate) fn user_status(number: i16) -> Result<UserStatus, StoreError> {
    let known = UserStatus::ALL.into_iter().find(|s| user_status_number(*s) == number);
    from_number("status of a user", number, known)
}
