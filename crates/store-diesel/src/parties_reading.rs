//! Finding clients and admin clients, on both engines.

use diesel::prelude::*;
use muster_domain::{
    AdminClient, AdminId, Client, ClientId, ClientStanding, IssuerKey, PartyStatus,
};
use muster_store::{PartiesReading, Party, PartyPage, StoreError};

use crate::administers::Standings;
use crate::error::store_error;
use crate::rows::{AdminRow, ClientRow, party_status_number, small};
use crate::schema::{admins, clients, issuers};
use crate::session::Session;
use crate::surroundings::{Keeping, is_deserted, keeping};

/// An admin, a client, and how the admins of the client stand.
type CallerRow = (Option<AdminRow>, Option<ClientRow>, Keeping);

fn caller((admin, client, keeping): CallerRow) -> Result<Option<Party>, StoreError> {
    match (admin, client) {
        (Some(admin), _) => Ok(Some(Party::Admin(Box::new(admin.into_domain()?)))),
        (None, Some(client)) => {
            let client = client.into_domain()?;
            let deserted = is_deserted(keeping);
            let standing = ClientStanding { client: client.status, deserted };
            Ok(Some(Party::Client(Box::new(client), standing)))
        }
        (None, None) => Ok(None),
    }
}

/// Longer ids are nobody's; PostgreSQL refuses a NUL.
fn can_be_an_id(id: &str) -> bool {
    id.len() <= ClientId::LIMIT && !id.contains('\0')
}

macro_rules! parties_reading {
    ($connection:ty) => {
        impl PartiesReading for Session<'_, $connection> {
            fn find_party(
                &mut self,
                issuer: IssuerKey,
                id: &str,
            ) -> Result<Option<Party>, StoreError> {
                if !can_be_an_id(id) {
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

            fn find_caller(
                &mut self,
                issuer: IssuerKey,
                id: &str,
            ) -> Result<Option<Party>, StoreError> {
                if !can_be_an_id(id) {
                    return Ok(None);
                }
                let issuer = small(issuer.number())?;
                let approved = party_status_number(PartyStatus::Approved);
                // Owned, for a join's condition outlives its making.
                let admin_here =
                    admins::issuer_seq.eq(issuers::seq).and(admins::id.eq(id.to_owned()));
                let client_here =
                    clients::issuer_seq.eq(issuers::seq).and(clients::id.eq(id.to_owned()));
                let row: Option<CallerRow> = issuers::table
                    .left_join(admins::table.on(admin_here))
                    .left_join(clients::table.on(client_here))
                    .filter(issuers::seq.eq(issuer))
                    .filter(issuers::status.eq(approved))
                    .select((
                        Option::<AdminRow>::as_select(),
                        Option::<ClientRow>::as_select(),
                        keeping!(),
                    ))
                    .first(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                row.map_or(Ok(None), caller)
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
