//! What stands above a token, a code or a new token: issuer, client, its admins, user.
//!
//! One statement asks for all of it along with a transaction, since introspection is asked
//! thousands of times a second. The macro is the one place where a standing is read.

use diesel::prelude::*;
use muster_domain::{ClientId, ClientKey, ClientStanding, IssuerKey, Standing, UserId, UserKey};
use muster_store::{FoundStanding, StandingsReading, StoreError};

use crate::error::store_error;
use crate::rows::{party_status, small, user_status};
use crate::schema::{admins, clients, issuers, served_names, users};
use crate::session::Session;

diesel::alias! {
    // The admins of a client, beside the admins that are looked for.
    pub(crate) const keepers: Alias<Keepers> = admins as keepers;
}

/// How the admins of the joined client stand: null, there are none; 1, one of them is
/// approved; 0, none of them is. One question, since each one costs PostgreSQL more to set
/// up than to answer.
macro_rules! keeping {
    () => {
        crate::schema::administers::table
            .inner_join(
                crate::surroundings::keepers.on(crate::surroundings::keepers
                    .field(crate::schema::admins::seq)
                    .eq(crate::schema::administers::admin_seq)),
            )
            .filter(
                crate::schema::administers::client_seq
                    .nullable()
                    .eq(crate::schema::clients::seq.nullable()),
            )
            .select(diesel::dsl::max(
                diesel::dsl::case_when(
                    crate::surroundings::keepers
                        .field(crate::schema::admins::status)
                        .eq(crate::rows::party_status_number(muster_domain::PartyStatus::Approved)),
                    diesel::IntoSql::into_sql::<diesel::sql_types::SmallInt>(1_i16),
                )
                .otherwise(diesel::IntoSql::into_sql::<diesel::sql_types::SmallInt>(0_i16)),
            ))
            .single_value()
    };
}
pub(crate) use keeping;

/// What [`keeping`] says of a client.
pub(crate) type Keeping = Option<i16>;

/// Whether a client has admins and none of them is approved.
pub(crate) fn is_deserted(keeping: Keeping) -> bool {
    keeping == Some(0)
}

/// The columns of [`AboveRow`], where `issuers` and `clients` are joined.
macro_rules! above {
    () => {
        (
            crate::schema::issuers::status,
            crate::schema::clients::status,
            crate::schema::clients::id,
            crate::surroundings::keeping!(),
        )
    };
}
pub(crate) use above;

/// Issuer, client, its name, and how its admins stand.
pub(crate) type AboveRow = (i16, i16, String, Keeping);

/// A user's status and name.
pub(crate) type UserAboveRow = (i16, String);

/// What the rows say.
pub(crate) fn found_standing(
    (issuer, client, client_id, keeping): AboveRow,
    user: Option<UserAboveRow>,
) -> Result<FoundStanding, StoreError> {
    let (user, user_id) = match user {
        None => (None, None),
        Some((status, uid)) => {
            let id = UserId::new(uid).map_err(|e| StoreError::corrupt(e.to_string()))?;
            (Some(user_status(status)?), Some(id))
        }
    };
    let client = ClientStanding { client: party_status(client)?, deserted: is_deserted(keeping) };
    Ok(FoundStanding {
        standing: Standing { issuer: party_status(issuer)?, client, user },
        client_id: ClientId::new(client_id).map_err(|e| StoreError::corrupt(e.to_string()))?,
        user_id,
    })
}

macro_rules! standings {
    ($connection:ty) => {
        impl StandingsReading for Session<'_, $connection> {
            fn find_standing(
                &mut self,
                issuer: IssuerKey,
                client: ClientKey,
                user: Option<UserKey>,
            ) -> Result<Option<FoundStanding>, StoreError> {
                let issuer = small(issuer.number())?;
                let above: Option<AboveRow> = clients::table
                    .inner_join(issuers::table.on(issuers::seq.eq(clients::issuer_seq)))
                    .filter(clients::seq.eq(small(client.number())?))
                    .filter(clients::issuer_seq.eq(issuer))
                    .select(above!())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let Some(above) = above else { return Ok(None) };
                let Some(user) = user else { return found_standing(above, None).map(Some) };
                let user: Option<UserAboveRow> = users::table
                    .find((user.shard.number(), user.number))
                    .filter(users::issuer_seq.eq(issuer))
                    .select((users::status, users::uid))
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                match user {
                    None => Ok(None),
                    Some(user) => found_standing(above, Some(user)).map(Some),
                }
            }

            fn standings_of_audience(
                &mut self,
                issuer: IssuerKey,
                name: &str,
            ) -> Result<Vec<Standing>, StoreError> {
                // PostgreSQL refuses a NUL.
                if name.contains('\0') {
                    return Ok(Vec::new());
                }
                let issuer = small(issuer.number())?;
                let called: Vec<AboveRow> = clients::table
                    .inner_join(issuers::table.on(issuers::seq.eq(clients::issuer_seq)))
                    .filter(clients::issuer_seq.eq(issuer))
                    .filter(clients::id.eq(name))
                    .select(above!())
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                let serving: Vec<AboveRow> = served_names::table
                    .inner_join(clients::table.on(clients::seq.eq(served_names::client_seq)))
                    .inner_join(issuers::table.on(issuers::seq.eq(served_names::issuer_seq)))
                    .filter(served_names::issuer_seq.eq(issuer))
                    .filter(served_names::name.eq(name))
                    .select(above!())
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                let rows = called.into_iter().chain(serving);
                rows.map(|row| Ok(found_standing(row, None)?.standing)).collect()
            }
        }
    };
}

standings!(diesel::PgConnection);
standings!(diesel::SqliteConnection);
