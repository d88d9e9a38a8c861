//! Who administers whom, and what that means for a client's standing, on both engines.

use diesel::dsl::count_star;
use diesel::prelude::*;
use muster_domain::{AdminClient, AdminKey, Client, ClientKey, ClientStanding, PartyStatus};
use muster_store::{AdministersReading, AdministersWriting, Linked, PartyPage, StoreError};

use crate::error::store_error;
use crate::rows::{AdminRow, ClientRow, party_status, small};
use crate::schema::{administers, admins, clients};
use crate::session::Session;

/// How clients stand, their admins included.
pub(crate) trait Standings {
    /// One client whose own status is known.
    fn client_standing(
        &mut self,
        client: ClientKey,
        status: PartyStatus,
    ) -> Result<ClientStanding, StoreError> {
        let mut standings = self.client_standings(&[(client, status)])?;
        standings.pop().ok_or_else(|| StoreError::corrupt("a client without a standing"))
    }

    /// Several clients, in the same order.
    fn client_standings(
        &mut self,
        clients: &[(ClientKey, PartyStatus)],
    ) -> Result<Vec<ClientStanding>, StoreError>;
}

/// A client is deserted when it has admins and none of them is approved.
fn standings(
    clients: &[(ClientKey, PartyStatus)],
    admins: &[(i32, i16)],
) -> Result<Vec<ClientStanding>, StoreError> {
    let mut found = Vec::with_capacity(clients.len());
    for (key, status) in clients {
        let number = small(key.number())?;
        let (mut any, mut approved) = (false, false);
        for (_, admin_status) in admins.iter().filter(|(client, _)| *client == number) {
            any = true;
            approved = approved || party_status(*admin_status)? == PartyStatus::Approved;
        }
        found.push(ClientStanding { client: *status, deserted: any && !approved });
    }
    Ok(found)
}

macro_rules! administers {
    ($connection:ty) => {
        impl Standings for Session<'_, $connection> {
            fn client_standings(
                &mut self,
                clients: &[(ClientKey, PartyStatus)],
            ) -> Result<Vec<ClientStanding>, StoreError> {
                let numbers = clients
                    .iter()
                    .map(|(key, _)| small(key.number()))
                    .collect::<Result<Vec<_>, _>>()?;
                let admins_of: Vec<(i32, i16)> = administers::table
                    .inner_join(admins::table.on(admins::seq.eq(administers::admin_seq)))
                    .filter(administers::client_seq.eq_any(numbers))
                    .select((administers::client_seq, admins::status))
                    .load(&mut *self.connection)
                    .map_err(store_error)?;
                standings(clients, &admins_of)
            }
        }

        impl AdministersReading for Session<'_, $connection> {
            fn list_clients_of(
                &mut self,
                admin: AdminKey,
                page: &PartyPage<'_>,
            ) -> Result<Vec<Client>, StoreError> {
                administers::table
                    .inner_join(clients::table.on(clients::seq.eq(administers::client_seq)))
                    .filter(administers::admin_seq.eq(small(admin.number())?))
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

            fn list_admins_of(
                &mut self,
                client: ClientKey,
            ) -> Result<Vec<AdminClient>, StoreError> {
                administers::table
                    .inner_join(admins::table.on(admins::seq.eq(administers::admin_seq)))
                    .filter(administers::client_seq.eq(small(client.number())?))
                    .order(admins::id)
                    .select(AdminRow::as_select())
                    .load(&mut *self.connection)
                    .map_err(store_error)?
                    .into_iter()
                    .map(AdminRow::into_domain)
                    .collect()
            }
        }

        impl AdministersWriting for Session<'_, $connection> {
            fn link(&mut self, admin: AdminKey, client: ClientKey) -> Result<Linked, StoreError> {
                let (admin, client) = (small(admin.number())?, small(client.number())?);
                // Touching the admin's row first makes links of one admin wait for each other,
                // so that two of them cannot both take the last free place.
                let most: Option<i32> = diesel::update(admins::table.find(admin))
                    .set(admins::version.eq(admins::version))
                    .returning(admins::max_clients)
                    .get_result(&mut *self.connection)
                    .map_err(store_error)?;
                let there: i64 = administers::table
                    .filter(administers::admin_seq.eq(admin))
                    .filter(administers::client_seq.eq(client))
                    .select(count_star())
                    .first(&mut *self.connection)
                    .map_err(store_error)?;
                if there > 0 {
                    return Ok(Linked::Already);
                }
                let count: i64 = administers::table
                    .filter(administers::admin_seq.eq(admin))
                    .select(count_star())
                    .first(&mut *self.connection)
                    .map_err(store_error)?;
                if most.is_some_and(|most| count >= i64::from(most)) {
                    return Ok(Linked::Full);
                }
                diesel::insert_into(administers::table)
                    .values((administers::admin_seq.eq(admin), administers::client_seq.eq(client)))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(Linked::Now)
            }

            fn unlink(&mut self, admin: AdminKey, client: ClientKey) -> Result<bool, StoreError> {
                let key = (small(admin.number())?, small(client.number())?);
                let removed = diesel::delete(administers::table.find(key))
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                Ok(removed > 0)
            }
        }
    };
}

administers!(diesel::PgConnection);
administers!(diesel::SqliteConnection);
