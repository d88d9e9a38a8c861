//! Sessions of people on both engines.

use diesel::dsl::exists;
use diesel::prelude::*;
use muster_domain::{IssuerKey, LookupTag, SessionKey, Shard, Timestamp, UserKey, UserStatus};
use muster_store::{FoundSession, SessionsReading, SessionsWriting, StoreError};

use crate::backend::RowLocks;
use crate::error::store_error;
use crate::kept::{Keep as _, found_its_row};
use crate::rows::{NewSessionRow, SessionRow, UserRow, small, user_status_number};
use crate::schema::{sessions, users};
use crate::session::Session;

macro_rules! sessions {
    ($connection:ty) => {
        impl SessionsReading for Session<'_, $connection> {
            fn find_session(
                &mut self,
                issuer: IssuerKey,
                tag: LookupTag,
                shard: Shard,
            ) -> Result<Option<FoundSession>, StoreError> {
                // Its person is joined: who is gone has no session.
                let found: Option<(SessionRow, UserRow)> = sessions::table
                    .inner_join(users::table.on(
                        users::shard.eq(sessions::shard).and(users::seq.eq(sessions::user_seq)),
                    ))
                    .filter(sessions::lookup.eq(tag.bytes().as_slice()))
                    .filter(sessions::shard.eq(shard.number()))
                    .filter(sessions::issuer_seq.eq(small(issuer.number())?))
                    .select((SessionRow::as_select(), UserRow::as_select()))
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                found
                    .map(|(session, user)| {
                        let (session, user) = (session.into_domain()?, user.into_domain()?);
                        Ok(FoundSession { session, user })
                    })
                    .transpose()
            }

            fn list_sessions(
                &mut self,
                user: UserKey,
            ) -> Result<Vec<muster_domain::Session>, StoreError> {
                let rows: Vec<SessionRow> = sessions::table
                    .filter(sessions::shard.eq(user.shard.number()))
                    .filter(sessions::user_seq.eq(user.number))
                    .select(SessionRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                let sessions = rows.into_iter().map(SessionRow::into_domain);
                let mut sessions = sessions.collect::<Result<Vec<_>, _>>()?;
                // They are few, and no index has them in this order.
                sessions.sort_unstable_by_key(|one| (one.authenticated_at, one.key.number));
                Ok(sessions)
            }
        }

        impl SessionsWriting for Session<'_, $connection> {
            fn add_session(
                &mut self,
                session: &muster_domain::Session,
                tag: LookupTag,
            ) -> Result<(), StoreError> {
                let user = (session.user.shard.number(), session.user.number);
                let status = self.connection.hold_user(user).map_err(store_error)?;
                if status != Some(user_status_number(UserStatus::Active)) {
                    return Ok(());
                }
                diesel::insert_into(sessions::table)
                    .values(NewSessionRow::of(session, tag)?)
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn touch_session(
                &mut self,
                session: SessionKey,
                at: Timestamp,
            ) -> Result<bool, StoreError> {
                let row = sessions::table.find((session.shard.number(), session.number));
                let touched = found_its_row(
                    diesel::update(row.filter(sessions::used_at.lt(at.millis())))
                        .set(sessions::used_at.eq(at.millis()))
                        .returning(sessions::seq)
                        .kept()
                        .get_result::<i64>(&mut *self.connection),
                )?;
                if touched {
                    return Ok(true);
                }
                // It is gone, or was used later than that.
                diesel::select(exists(row)).get_result(&mut *self.connection).map_err(store_error)
            }

            fn end_session(&mut self, session: SessionKey) -> Result<bool, StoreError> {
                diesel::delete(sessions::table.find((session.shard.number(), session.number)))
                    .execute(&mut *self.connection)
                    .map(|ended| ended > 0)
                    .map_err(store_error)
            }

            fn end_sessions_of_user(&mut self, user: UserKey) -> Result<usize, StoreError> {
                diesel::delete(
                    sessions::table
                        .filter(sessions::shard.eq(user.shard.number()))
                        .filter(sessions::user_seq.eq(user.number)),
                )
                .execute(&mut *self.connection)
                .map_err(store_error)
            }
        }
    };
}

sessions!(diesel::PgConnection);
sessions!(diesel::SqliteConnection);
