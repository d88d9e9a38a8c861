//! What people have allowed clients, on both engines.

use diesel::prelude::*;
use diesel::upsert::excluded;
use muster_domain::{ClientKey, Consent, UserKey};
use muster_store::{ConsentsReading, ConsentsWriting, StoreError};

use crate::backend::RowLocks;
use crate::error::store_error;
use crate::rows::{ConsentRow, small};
use crate::schema::{clients, consents};
use crate::session::Session;

macro_rules! consents {
    ($connection:ty) => {
        impl ConsentsReading for Session<'_, $connection> {
            fn find_consent(
                &mut self,
                user: UserKey,
                client: ClientKey,
            ) -> Result<Option<Consent>, StoreError> {
                let key = (user.shard.number(), user.number, small(client.number())?);
                consents::table
                    .find(key)
                    .select(ConsentRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(ConsentRow::into_domain)
                    .transpose()
            }

            fn list_consents(&mut self, user: UserKey) -> Result<Vec<Consent>, StoreError> {
                // One that was given while its client was removed is nobody's.
                let rows: Vec<ConsentRow> = consents::table
                    .inner_join(clients::table.on(clients::seq.eq(consents::client_seq)))
                    .filter(consents::shard.eq(user.shard.number()))
                    .filter(consents::user_seq.eq(user.number))
                    .select(ConsentRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                let consents = rows.into_iter().map(ConsentRow::into_domain);
                let mut consents = consents.collect::<Result<Vec<_>, _>>()?;
                consents.sort_unstable_by_key(|consent| consent.client.number());
                Ok(consents)
            }
        }

        impl ConsentsWriting for Session<'_, $connection> {
            fn remember_consent(&mut self, consent: &Consent) -> Result<(), StoreError> {
                let user = (consent.user.shard.number(), consent.user.number);
                if self.connection.hold_user(user).map_err(store_error)?.is_none() {
                    return Ok(());
                }
                diesel::insert_into(consents::table)
                    .values(ConsentRow::of(consent)?)
                    .on_conflict((consents::shard, consents::user_seq, consents::client_seq))
                    .do_update()
                    .set((
                        consents::scopes.eq(excluded(consents::scopes)),
                        consents::given_at.eq(excluded(consents::given_at)),
                    ))
                    .execute(&mut *self.connection)
                    .map(drop)
                    .map_err(store_error)
            }

            fn forget_consents(
                &mut self,
                user: UserKey,
                client: Option<ClientKey>,
            ) -> Result<usize, StoreError> {
                let of_user = consents::table
                    .filter(consents::shard.eq(user.shard.number()))
                    .filter(consents::user_seq.eq(user.number));
                match client {
                    None => diesel::delete(of_user).execute(&mut *self.connection),
                    Some(client) => {
                        let client = small(client.number())?;
                        diesel::delete(of_user.filter(consents::client_seq.eq(client)))
                            .execute(&mut *self.connection)
                    }
                }
                .map_err(store_error)
            }
        }
    };
}

consents!(diesel::PgConnection);
consents!(diesel::SqliteConnection);
