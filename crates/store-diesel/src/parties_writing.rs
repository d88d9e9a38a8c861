//! Changing clients and admin clients, on both engines. Every change counts up the row's
//! version, which ends what was remembered of it.

use diesel::prelude::*;
use muster_domain::{
    AdminClient, AdminKey, AdminRights, Client, ClientKey, CredentialVersion, Credentials,
    NewAdmin, NewClient, PartyStatus, Registration, StoredSecret, Timestamp,
};
use muster_store::{
    NumbersWriting, PartiesReading, PartiesWriting, PartyKey, Sequence, StoreError,
};

use crate::backend::NameSpace;
use crate::error::store_error;
use crate::purge::Purge;
use crate::rows::{AdminRow, ClientRow, party_status_number, registration_text, small};
use crate::schema::{admins, clients};
use crate::served_names::ServedNames;
use crate::session::Session;

/// Updates the same columns of the same name in the table of clients or of admins.
macro_rules! update_party {
    ($session:expr, $party:expr, |$table:ident| $change:expr) => {
        match $party {
            PartyKey::Client(key) => {
                use clients as $table;
                diesel::update(clients::table.find(small(key.number())?))
                    .set(($change, clients::version.eq(clients::version + 1)))
                    .execute(&mut *$session.connection)
            }
            PartyKey::Admin(key) => {
                use admins as $table;
                diesel::update(admins::table.find(small(key.number())?))
                    .set(($change, admins::version.eq(admins::version + 1)))
                    .execute(&mut *$session.connection)
            }
        }
        .map(|changed| changed > 0)
        .map_err(store_error)
    };
}

macro_rules! parties_writing {
    ($connection:ty) => {
        impl PartiesWriting for Session<'_, $connection> {
            fn add_client(&mut self, new: &NewClient) -> Result<Client, StoreError> {
                self.connection.lock_issuer(small(new.issuer.number())?).map_err(store_error)?;
                if self.find_party(new.issuer, new.id.as_str())?.is_some() {
                    return Err(StoreError::Conflict { what: "a client or admin with this id" });
                }
                let seq = self.take_numbers(Sequence::Clients, 1)?.start;
                diesel::insert_into(clients::table)
                    .values(ClientRow::of(seq, new)?)
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                let issuer = small(new.issuer.number())?;
                self.set_served_names(issuer, small(seq)?, &new.registration)?;
                ClientRow::of(seq, new)?.into_domain()
            }

            fn add_admin(&mut self, new: &NewAdmin) -> Result<AdminClient, StoreError> {
                self.connection.lock_issuer(small(new.issuer.number())?).map_err(store_error)?;
                if self.find_party(new.issuer, new.id.as_str())?.is_some() {
                    return Err(StoreError::Conflict { what: "a client or admin with this id" });
                }
                let seq = self.take_numbers(Sequence::Admins, 1)?.start;
                diesel::insert_into(admins::table)
                    .values(AdminRow::of(seq, new)?)
                    .execute(&mut *self.connection)
                    .map_err(store_error)?;
                AdminRow::of(seq, new)?.into_domain()
            }

            fn set_party_status(
                &mut self,
                party: PartyKey,
                status: PartyStatus,
            ) -> Result<bool, StoreError> {
                update_party!(self, party, |table| table::status.eq(party_status_number(status)))
            }

            fn set_admin_rights(
                &mut self,
                admin: AdminKey,
                rights: AdminRights,
            ) -> Result<bool, StoreError> {
                diesel::update(admins::table.find(small(admin.number())?))
                    .set((
                        admins::list_users.eq(rights.list_users),
                        admins::list_users_other_clients.eq(rights.list_users_other_clients),
                        admins::version.eq(admins::version + 1),
                    ))
                    .execute(&mut *self.connection)
                    .map(|changed| changed > 0)
                    .map_err(store_error)
            }

            fn set_registration(
                &mut self,
                client: ClientKey,
                registration: &Registration,
            ) -> Result<bool, StoreError> {
                let client = small(client.number())?;
                let issuer: Option<i32> = diesel::update(clients::table.find(client))
                    .set((
                        clients::registration.eq(registration_text(registration)?),
                        clients::version.eq(clients::version + 1),
                    ))
                    .returning(clients::issuer_seq)
                    .get_result(&mut *self.connection)
                    .optional()
                    .map_err(store_error)?;
                let Some(issuer) = issuer else { return Ok(false) };
                self.set_served_names(issuer, client, registration)?;
                Ok(true)
            }

            fn set_credentials(
                &mut self,
                party: PartyKey,
                credentials: &Credentials,
            ) -> Result<bool, StoreError> {
                let secret = credentials.secret.as_ref().map(StoredSecret::as_str);
                update_party!(self, party, |table| (
                    table::methods.eq(credentials.methods.bits()),
                    table::secret.eq(secret),
                    table::jwks.eq(credentials.jwks.as_deref()),
                ))
            }

            fn upgrade_secret(
                &mut self,
                party: PartyKey,
                version: CredentialVersion,
                secret: &StoredSecret,
            ) -> Result<bool, StoreError> {
                match party {
                    PartyKey::Client(key) => diesel::update(
                        clients::table
                            .find(small(key.number())?)
                            .filter(clients::version.eq(version.0)),
                    )
                    .set((
                        clients::secret.eq(secret.as_str()),
                        clients::version.eq(clients::version + 1),
                    ))
                    .execute(&mut *self.connection),
                    PartyKey::Admin(key) => diesel::update(
                        admins::table
                            .find(small(key.number())?)
                            .filter(admins::version.eq(version.0)),
                    )
                    .set((
                        admins::secret.eq(secret.as_str()),
                        admins::version.eq(admins::version + 1),
                    ))
                    .execute(&mut *self.connection),
                }
                .map(|changed| changed > 0)
                .map_err(store_error)
            }

            fn revoke_client(
                &mut self,
                client: ClientKey,
                _at: Timestamp,
            ) -> Result<bool, StoreError> {
                self.set_party_status(PartyKey::Client(client), PartyStatus::Revoked)
            }

            fn purge_client(&mut self, client: ClientKey, users: i64) -> Result<bool, StoreError> {
                self.purge_client_holdings(client, users)
            }
        }
    };
}

parties_writing!(diesel::PgConnection);
parties_writing!(diesel::SqliteConnection);
