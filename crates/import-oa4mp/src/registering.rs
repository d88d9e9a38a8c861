//! Clients and admins: what becomes of their rows, and what is worth knowing about them.

use std::collections::BTreeMap;

use muster_domain::{
    AdminClient, AdminId, AdminKey, AdminRights, AuthMethod, AuthMethods, ClientId, ClientKey,
    ClientKind, Credentials, Issuer, NewAdmin, NewClient, PartyStatus, Timestamp,
};
use muster_store::{PartyKey, Store};

use crate::links::Links;
use crate::parties::{Known, OldParties};
use crate::report::{Outcome, Report};
use crate::sealing::Sealing;
use crate::source::{OldRow, Table};
use crate::tables::admin::{disagrees, rights_of, status_of};
use crate::tables::client::{is_key_set, registration_of};
use crate::{ImportError, ImportOptions};

/// Registers parties, row by row.
pub(crate) struct Registering<'a> {
    pub(crate) parties: &'a OldParties,
    pub(crate) store: &'a dyn Store,
    pub(crate) sealing: &'a dyn Sealing,
    pub(crate) options: &'a ImportOptions,
    pub(crate) report: &'a mut Report,
    pub(crate) organizations: BTreeMap<String, String>,
    pub(crate) known: Known,
}

impl Registering<'_> {
    fn issuer_of(&mut self, id: &str) -> Option<Issuer> {
        if let Some(organization) = self.organizations.get(id) {
            if let Some(issuer) = self.known.by_organization.get(organization) {
                return Some(issuer.clone());
            }
            self.report.note("virtual organisation unknown: it belongs to this service's own", id);
        }
        self.known.issuers.first().cloned()
    }

    /// Registers a client.
    pub(crate) fn client(&mut self, row: &OldRow) -> Result<(), ImportError> {
        let text = row.text("client_id").unwrap_or_default();
        let table = Table::Clients.name();
        let (Ok(id), Some(issuer)) = (ClientId::new(text), self.issuer_of(text)) else {
            self.leave(table, text, "its id cannot be kept");
            return Ok(());
        };
        let approval = self.parties.approvals.get(text);
        self.notes(text, approval);
        let (registration, unread) = registration_of(row);
        for what in unread {
            self.report.note(what, text);
        }
        let public = row.flag("public_client");
        let new = NewClient {
            issuer: issuer.key,
            id: id.clone(),
            name: name_of(row, text),
            kind: if public { ClientKind::Public } else { ClientKind::Confidential },
            status: status_of(approval),
            credentials: self.credentials(row, (text, "public_key"), public),
            registration,
            created_at: Timestamp::default(),
        };
        let found = match issuer.key.number() {
            0 => None,
            _ => self.store.read(|reading| reading.find_client(issuer.key, &id))?,
        };
        let key = if let Some(client) = found {
            let status = (client.status, new.status);
            let outcome = self.follow(PartyKey::Client(client.key), status)?;
            self.count(table, text, outcome);
            client.key
        } else {
            self.count(table, text, Outcome::Taken);
            if self.options.dry_run {
                ClientKey::new(0)
            } else {
                self.store.change(|unit| unit.add_client(&new))?.key
            }
        };
        self.known.clients.insert(text.to_owned(), (issuer, key));
        Ok(())
    }

    /// Registers an admin; its issuer and key, which is 0 when nothing was written.
    pub(crate) fn admin(
        &mut self,
        row: &OldRow,
        links: &Links,
    ) -> Result<Option<(Issuer, AdminKey)>, ImportError> {
        let text = row.text("admin_id").unwrap_or_default();
        let table = Table::Admins.name();
        let (Ok(id), Some(issuer)) = (AdminId::new(text), self.issuer_of(text)) else {
            self.leave(table, text, "its id cannot be kept");
            return Ok(None);
        };
        if self.known.clients.get(text).is_some_and(|(other, _)| other.key == issuer.key) {
            self.report.table(table).skip("a client has the same id", text);
            return Ok(None);
        }
        let new = self.new_admin(row, (issuer.clone(), id), links);
        let found = match issuer.key.number() {
            0 => None,
            _ => self.store.read(|reading| reading.find_admin(issuer.key, &new.id))?,
        };
        let key = if let Some(admin) = found {
            let outcome = self.follow_admin(&admin, &new)?;
            self.count(table, text, outcome);
            admin.key
        } else {
            self.count(table, text, Outcome::Taken);
            if self.options.dry_run {
                AdminKey::new(0)
            } else {
                self.store.change(|unit| unit.add_admin(&new))?.key
            }
        };
        Ok(Some((issuer, key)))
    }

    fn new_admin(
        &mut self,
        row: &OldRow,
        (issuer, id): (Issuer, AdminId),
        links: &Links,
    ) -> NewAdmin {
        let text = id.as_str();
        let approval = self.parties.approvals.get(text);
        self.notes(text, approval);
        let rights = rights_of(row);
        if !rights.list_users {
            self.report.note("admin without the right list_users", text);
        }
        if links.clients_of(text).next().is_none() {
            self.report.note("admin without clients", text);
        }
        NewAdmin {
            issuer: issuer.key,
            name: name_of(row, text),
            email: row.text("email").map(without_nul),
            status: status_of(approval),
            rights,
            max_clients: max_clients(row, links, text),
            credentials: self.credentials(row, (text, "secret"), false),
            created_at: Timestamp::default(),
            id,
        }
    }

    /// Counts a party, and its approval with it.
    fn count(&mut self, table: &'static str, id: &str, outcome: Outcome) {
        self.report.table(table).count(outcome, 1);
        if self.parties.approvals.contains_key(id) {
            self.report.table(Table::Approvals.name()).count(outcome, 1);
        }
    }

    fn leave(&mut self, table: &'static str, id: &str, reason: &str) {
        let name = self.sealing.row_name(id);
        self.report.table(table).skip(reason, &name);
        if self.parties.approvals.contains_key(id) {
            let lines = self.report.table(Table::Approvals.name());
            lines.skip("its client or admin was not taken", &name);
        }
    }

    /// A status follows only towards less: what the keeper has stopped here stays stopped.
    fn follow(
        &self,
        party: PartyKey,
        (here, there): (PartyStatus, PartyStatus),
    ) -> Result<Outcome, ImportError> {
        if here != PartyStatus::Approved || there == PartyStatus::Approved {
            return Ok(Outcome::Unchanged);
        }
        if !self.options.dry_run {
            self.store.change(|unit| unit.set_party_status(party, there))?;
        }
        Ok(Outcome::Updated)
    }

    /// So do rights: one that was withdrawn there is withdrawn here.
    fn follow_admin(&self, admin: &AdminClient, new: &NewAdmin) -> Result<Outcome, ImportError> {
        let status = (admin.status, new.status);
        let outcome = self.follow(PartyKey::Admin(admin.key), status)?;
        let (here, there) = (admin.rights, new.rights);
        let rights = AdminRights {
            list_users: here.list_users && there.list_users,
            list_users_other_clients: here.list_users_other_clients
                && there.list_users_other_clients,
        };
        if rights == here {
            return Ok(outcome);
        }
        if !self.options.dry_run {
            self.store.change(|unit| unit.set_admin_rights(admin.key, rights))?;
        }
        Ok(Outcome::Updated)
    }

    /// The SHA-1 of the secret inside a keyed hash, the key set, or nothing.
    fn credentials(
        &mut self,
        row: &OldRow,
        (id, column): (&str, &str),
        public: bool,
    ) -> Credentials {
        let is_sha1 = |hex: &String| hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        let text = row.text(column).filter(|_| !public).map(str::to_ascii_lowercase);
        let hex = text.clone().filter(is_sha1);
        if text.is_some() && hex.is_none() {
            self.report.note("the hash of its secret is no SHA-1: it needs a new secret", id);
        }
        let jwks = row.text("jwks").filter(|jwks| is_key_set(jwks)).map(ToOwned::to_owned);
        if row.text("jwks").is_some() && jwks.is_none() {
            self.report.note("its keys are no JWK set: it needs new ones", id);
        }
        let mut methods = Vec::new();
        if hex.is_some() {
            methods.extend([AuthMethod::SecretBasic, AuthMethod::SecretPost]);
        }
        if jwks.is_some() {
            methods.push(AuthMethod::PrivateKeyJwt);
        }
        if public {
            methods.push(AuthMethod::None);
        }
        let secret = hex.map(|hex| self.sealing.secret_of_sha1(&hex));
        Credentials { methods: AuthMethods::of(&methods), secret, jwks }
    }

    fn notes(&mut self, id: &str, approval: Option<&OldRow>) {
        match approval {
            None => self.report.note("no approval in the source: pending here", id),
            Some(row) if disagrees(row) => {
                self.report.note("approval boolean and status disagree; the status counts", id);
            }
            Some(_) => {}
        }
    }
}

fn name_of(row: &OldRow, id: &str) -> String {
    without_nul(row.text("name").unwrap_or(id))
}

/// MariaDB's texts may hold a NUL, PostgreSQL's may not.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// The limit, unless the admin is past it already: nothing is lost on the way.
fn max_clients(row: &OldRow, links: &Links, id: &str) -> Option<i32> {
    let limit = row.number_if_any("max_clients").filter(|limit| *limit > 0)?;
    let count = links.clients_of(id).count();
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    i32::try_from(limit.max(count)).ok()
}
