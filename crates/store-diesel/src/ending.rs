//! Ending all that a user holds, on both engines, generation by generation: what was exchanged
//! out of a transaction (RFC 8693) ends with it.

use diesel::prelude::*;
use muster_domain::{ClientKey, Descent, DeviceState, Timestamp, UserKey};
use muster_store::StoreError;

use crate::error::store_error;
use crate::rows::{APPROVED, device_state_number, small};
use crate::schema::{device_flows, transactions};
use crate::session::Session;

/// Numbers in one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
const AT_ONCE: usize = 1_000;

/// Ending many transactions.
pub(crate) trait EndingMany {
    /// See [`muster_store::UsersWriting::end_user_transactions`].
    fn end_all_of_user(
        &mut self,
        user: UserKey,
        client: Option<ClientKey>,
        at: Timestamp,
    ) -> Result<usize, StoreError>;
}

macro_rules! ending {
    ($connection:ty) => {
        impl EndingMany for Session<'_, $connection> {
            fn end_all_of_user(
                &mut self,
                user: UserKey,
                client: Option<ClientKey>,
                at: Timestamp,
            ) -> Result<usize, StoreError> {
                let shard = user.shard.number();
                let client = client.map(|client| small(client.number())).transpose()?;
                self.refuse_devices(user, client)?;
                let mut of_user = transactions::table
                    .filter(transactions::shard.eq(shard))
                    .filter(transactions::user_seq.eq(user.number))
                    .filter(transactions::ended_at.is_null())
                    .select(transactions::seq)
                    .into_boxed();
                if let Some(client) = client {
                    of_user = of_user.filter(transactions::client_seq.eq(client));
                }
                let mut generation: Vec<i64> =
                    of_user.load(&mut *self.connection).map_err(store_error)?;
                let mut ended = 0_usize;
                for _ in 0..=Descent::DEEPEST {
                    let mut children = Vec::new();
                    for some in generation.chunks(AT_ONCE) {
                        ended = ended.saturating_add(self.end_some(shard, some, at)?);
                        // Asked for after the parents have ended: an exchange that was under
                        // way held its parent until then.
                        children.extend(self.children(shard, some)?);
                    }
                    if children.is_empty() {
                        break;
                    }
                    generation = children;
                }
                Ok(ended)
            }
        }

        impl Session<'_, $connection> {
            fn end_some(
                &mut self,
                shard: i16,
                numbers: &[i64],
                at: Timestamp,
            ) -> Result<usize, StoreError> {
                diesel::update(
                    transactions::table
                        .filter(transactions::shard.eq(shard))
                        .filter(transactions::seq.eq_any(numbers))
                        .filter(transactions::ended_at.is_null()),
                )
                .set(transactions::ended_at.eq(at.millis()))
                .execute(&mut *self.connection)
                .map_err(store_error)
            }

            fn refuse_devices(
                &mut self,
                user: UserKey,
                client: Option<i32>,
            ) -> Result<(), StoreError> {
                let approved = device_flows::table
                    .filter(device_flows::user_shard.eq(user.shard.number()))
                    .filter(device_flows::user_seq.eq(user.number))
                    .filter(device_flows::state.eq(APPROVED));
                let denied = device_flows::state.eq(device_state_number(DeviceState::Denied));
                match client {
                    None => diesel::update(approved).set(denied).execute(&mut *self.connection),
                    Some(client) => {
                        diesel::update(approved.filter(device_flows::client_seq.eq(client)))
                            .set(denied)
                            .execute(&mut *self.connection)
                    }
                }
                .map(drop)
                .map_err(store_error)
            }
        }
    };
}

ending!(diesel::PgConnection);
ending!(diesel::SqliteConnection);
