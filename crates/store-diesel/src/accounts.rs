//! Passwords of users on both engines.

use diesel::prelude::*;
use muster_domain::{StoredSecret, Timestamp, UserKey};
use muster_store::{AccountsReading, AccountsWriting, StoreError};

use crate::backend::RowLocks;
use crate::error::store_error;
use crate::schema::accounts;
use crate::session::Session;

macro_rules! accounts {
    ($connection:ty) => {
        impl AccountsReading for Session<'_, $connection> {
            fn find_password(&mut self, user: UserKey) -> Result<Option<StoredSecret>, StoreError> {
                let password: Option<String> = accounts::table
                    .find((user.shard.number(), user.number))
                    .select(accounts::password)
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                Ok(password.map(StoredSecret::new))
            }
        }

        impl AccountsWriting for Session<'_, $connection> {
            fn set_password(
                &mut self,
                user: UserKey,
                password: &StoredSecret,
                at: Timestamp,
            ) -> Result<(), StoreError> {
                let key = (user.shard.number(), user.number);
                if self.connection.hold_user(key).map_err(store_error)?.is_none() {
                    return Ok(());
                }
                let kept = (
                    accounts::password.eq(password.as_str()),
                    accounts::changed_at.eq(at.millis()),
                );
                diesel::insert_into(accounts::table)
                    .values((accounts::shard.eq(key.0), accounts::user_seq.eq(key.1), kept))
                    .on_conflict((accounts::shard, accounts::user_seq))
                    .do_update()
                    .set(kept)
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn remove_password(&mut self, user: UserKey) -> Result<bool, StoreError> {
                diesel::delete(accounts::table.find((user.shard.number(), user.number)))
                    .execute(&mut *self.connection)
                    .map(|removed| removed > 0)
                    .map_err(store_error)
            }
        }
    };
}

accounts!(diesel::PgConnection);
accounts!(diesel::SqliteConnection);
