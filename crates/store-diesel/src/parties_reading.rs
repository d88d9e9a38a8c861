//! Finding clients and admin clients, on both engines.

use diesel::dsl::exists;
use diesel::prelude::*;
use muster_domain::{
    AdminClient, AdminId, Client, ClientId, ClientStanding, IssuerKey, PartyStatus,
};
use muster_store::{PartiesReading, Party, PartyPage, StoreError};

use crate::administers::Standings;
use crate::error::store_error;
use crate::rows::{AdminRow, ClientRow, party_status_number, small};
use crate::schema::{administers, admins, clients, issuers};
use crate::session::Session;

diesel::alias! {
    // The admins of a client, beside the admins that are looked for.
    const keepers: Alias<Keepers> = admins as keepers;
}

/// So many ids are looked for by one statement, whose text is always the same: SQLite keeps
/// it prepared.
const IDS_AT_ONCE: usize = 4;

/// An admin, a client, whether the client has admins, and whether one of them is approved.
type CallerRow = (Option<AdminRow>, Option<ClientRow>, bool, bool);

/// The ids that can be somebody's, by fours; the last four are filled up with the last one.
fn padded<'a>(ids: &[&'a str]) -> Vec<[&'a str; IDS_AT_ONCE]> {
    // Longer ids are nobody's; PostgreSQL refuses a NUL.
    let possible = |id: &&&str| id.len() <= ClientId::LIMIT && !id.contains('\0');
    let ids: Vec<&str> = ids.iter().filter(possible).copied().collect();
    let fours = ids.chunks(IDS_AT_ONCE).filter_map(|some| {
        let last = some.last()?;
        Some(std::array::from_fn(|place| *some.get(place).unwrap_or(last)))
    });
    fours.collect()
}

/// Each of several admins stands beside each of several clients; here each counts once.
fn add_callers(rows: Vec<CallerRow>, found: &mut Vec<Party>) -> Result<(), StoreError> {
    for (admin, client, has_admins, has_an_approved_one) in rows {
        if let Some(admin) = admin {
            let admin = Party::Admin(Box::new(admin.into_domain()?));
            if !found.contains(&admin) {
                found.push(admin);
            }
        }
        if let Some(client) = client {
            let client = client.into_domain()?;
            let deserted = has_admins && !has_an_approved_one;
            let standing = ClientStanding { client: client.status, deserted };
            let client = Party::Client(Box::new(client), standing);
            if !found.contains(&client) {
                found.push(client);
            }
        }
    }
    Ok(())
}

/// Not `IN`: its statements are prepared anew each time, since their length may vary. Owned,
/// for a join's condition outlives its making.
macro_rules! is_one_of {
    ($column:expr, $ids:expr) => {{
        let [first, second, third, fourth] = $ids.map(ToOwned::to_owned);
        $column.eq(first).or($column.eq(second)).or($column.eq(third)).or($column.eq(fourth))
    }};
}

macro_rules! parties_reading {
    ($connection:ty) => {
        impl PartiesReading for Session<'_, $connection> {
            fn find_party(
                &mut self,
                issuer: IssuerKey,
                id: &str,
            ) -> Result<Option<Party>, StoreError> {
                // Longer ids are nobody's; PostgreSQL refuses a NUL.
                if id.len() > ClientId::LIMIT || id.contains('\0') {
                    return Ok(None);
                }
                let admin = admins::table
                    .filter(admins::issuer_seq.eq(small(issuer.number())?))
                    .filter(admins::id.eq(id))
                    .select(AdminRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                if let Some(admin) = admin {
                    return Ok(Some(Party::Admin(Box::new(admin.into_domain()?))));
                }
                let client = clients::table
                    .filter(clients::issuer_seq.eq(small(issuer.number())?))
                    .filter(clients::id.eq(id))
                    .select(ClientRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let Some(client) = client else { return Ok(None) };
                let client = client.into_domain()?;
                let standing = self.client_standing(client.key, client.status)?;
                Ok(Some(Party::Client(Box::new(client), standing)))
            }

            fn find_callers(
                &mut self,
                issuer: IssuerKey,
                ids: &[&str],
            ) -> Result<Vec<Party>, StoreError> {
                let issuer = small(issuer.number())?;
                let approved = party_status_number(PartyStatus::Approved);
                let mut found = Vec::new();
                for ids in padded(ids) {
                    let admins_here =
                        admins::issuer_seq.eq(issuers::seq).and(is_one_of!(admins::id, ids));
                    let clients_here =
                        clients::issuer_seq.eq(issuers::seq).and(is_one_of!(clients::id, ids));
                    let admins_of = || {
                        administers::table
                            .inner_join(
                                keepers.on(keepers.field(admins::seq).eq(administers::admin_seq)),
                            )
                            .filter(administers::client_seq.nullable().eq(clients::seq.nullable()))
                    };
                    let rows: Vec<CallerRow> = issuers::table
                        .left_join(admins::table.on(admins_here))
                        .left_join(clients::table.on(clients_here))
                        .filter(issuers::seq.eq(issuer))
                        .filter(issuers::status.eq(approved))
                        .select((
                            Option::<AdminRow>::as_select(),
                            Option::<ClientRow>::as_select(),
                            exists(admins_of()),
                            exists(admins_of().filter(keepers.field(admins::status).eq(approved))),
                        ))
                        .load(&mut *self.connection)
                        .map_err(store_error)?;
                    add_callers(rows, &mut found)?;
                }
                Ok(found)
            }

            fn find_client(
                &mut self,
                issuer: IssuerKey,
                id: &ClientId,
            ) -> Result<Option<Client>, StoreError> {
                clients::table
                    .filter(clients::issuer_seq.eq(small(issuer.number())?))
                    .filter(clients::id.eq(id.as_str()))
                    .select(ClientRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(ClientRow::into_domain)
                    .transpose()
            }

            fn find_admin(
                &mut self,
                issuer: IssuerKey,
                id: &AdminId,
            ) -> Result<Option<AdminClient>, StoreError> {
                admins::table
                    .filter(admins::issuer_seq.eq(small(issuer.number())?))
                    .filter(admins::id.eq(id.as_str()))
                    .select(AdminRow::as_select())
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?
                    .map(AdminRow::into_domain)
                    .transpose()
            }

            fn list_clients(
                &mut self,
                issuer: IssuerKey,
                page: &PartyPage<'_>,
            ) -> Result<Vec<Client>, StoreError> {
                clients::table
                    .filter(clients::issuer_seq.eq(small(issuer.number())?))
                    .filter(clients::id.gt(page.after.unwrap_or_default()))
                    .order(clients::id)
                    .limit(page.limit)
                    .select(ClientRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(ClientRow::into_domain)
                    .collect()
            }

            fn list_admins(
                &mut self,
                issuer: IssuerKey,
                page: &PartyPage<'_>,
            ) -> Result<Vec<AdminClient>, StoreError> {
                admins::table
                    .filter(admins::issuer_seq.eq(small(issuer.number())?))
                    .filter(admins::id.gt(page.after.unwrap_or_default()))
                    .order(admins::id)
                    .limit(page.limit)
                    .select(AdminRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(AdminRow::into_domain)
                    .collect()
            }
        }
    };
}

parties_reading!(diesel::PgConnection);
parties_reading!(diesel::SqliteConnection);
