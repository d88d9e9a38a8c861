//! Finding clients and admin clients, on both engines.

use diesel::prelude::*;
use muster_domain::{AdminClient, AdminId, Client, ClientId, IssuerKey};
use muster_store::{PartiesReading, Party, PartyPage, StoreError};

use crate::administers::Standings;
use crate::error::store_error;
use crate::rows::{AdminRow, ClientRow, small};
use crate::schema::{admins, clients};
use crate::session::Session;

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
