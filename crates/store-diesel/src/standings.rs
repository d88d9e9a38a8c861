//! How issuer, client and user stand, on both engines.

use diesel::prelude::*;
use muster_domain::{ClientId, ClientKey, IssuerKey, Standing, UserId, UserKey};
use muster_store::{FoundStanding, StandingsReading, StoreError};

use crate::administers::Standings;
use crate::error::store_error;
use crate::rows::{party_status, small, user_status};
use crate::schema::{clients, issuers, users};
use crate::session::Session;

macro_rules! standings {
    ($connection:ty) => {
        impl StandingsReading for Session<'_, $connection> {
            fn find_standing(
                &mut self,
                issuer: IssuerKey,
                client: ClientKey,
                user: Option<UserKey>,
            ) -> Result<Option<FoundStanding>, StoreError> {
                let found: Option<(i16, i16, String)> = clients::table
                    .inner_join(issuers::table.on(issuers::seq.eq(clients::issuer_seq)))
                    .filter(clients::seq.eq(small(client.number())?))
                    .filter(issuers::seq.eq(small(issuer.number())?))
                    .select((issuers::status, clients::status, clients::id))
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let Some((issuer, status, id)) = found else { return Ok(None) };
                let (user, user_id) = match user {
                    None => (None, None),
                    Some(user) => {
                        let found: Option<(i16, String)> = users::table
                            .find((user.shard.number(), user.number))
                            .select((users::status, users::uid))
                            .first(&mut *self.connection)
                            .optional()
                            .map_err(store_error)?;
                        let Some((status, uid)) = found else { return Ok(None) };
                        let id =
                            UserId::new(uid).map_err(|e| StoreError::corrupt(e.to_string()))?;
                        (Some(user_status(status)?), Some(id))
                    }
                };
                let client = self.client_standing(client, party_status(status)?)?;
                Ok(Some(FoundStanding {
                    standing: Standing { issuer: party_status(issuer)?, client, user },
                    client_id: ClientId::new(id).map_err(|e| StoreError::corrupt(e.to_string()))?,
                    user_id,
                }))
            }
        }
    };
}

standings!(diesel::PgConnection);
standings!(diesel::SqliteConnection);
