//! Issuers, clients, admins and who administers whom: small tables, read whole.

use std::collections::{BTreeMap, BTreeSet};

use muster_domain::{
    AdminId, AdminKey, AuthMethod, AuthMethods, ClientId, ClientKey, ClientKind, Credentials,
    Issuer, IssuerKey, IssuerUrl, NewAdmin, NewClient, NewIssuer, PartyStatus, Timestamp,
};
use muster_store::{PartyKey, Store, StoreError, Unit};

use crate::report::Report;
use crate::sealing::Sealing;
use crate::source::{OldRow, Source, Table, columns_of};
use crate::tables::admin::{disagrees, rights_of, status_of};
use crate::tables::client::registration_of;
use crate::tables::is_no_data;
use crate::{ImportError, ImportOptions};

/// Rows of a small table read at once.
const PAGE: usize = 500;

/// The small tables of the old database.
#[derive(Debug, Default)]
pub(crate) struct OldParties {
    clients: Vec<OldRow>,
    admins: Vec<OldRow>,
    approvals: BTreeMap<String, OldRow>,
    permissions: Vec<OldRow>,
    organizations: Vec<OldRow>,
}

/// Who is who in the new store.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Each client's issuer and key; keys are 0 in a dry run.
    pub(crate) clients: BTreeMap<String, (Issuer, ClientKey)>,
    /// The issuers, the service's own first.
    pub(crate) issuers: Vec<Issuer>,
    /// Issuers by the id of their virtual organisation.
    pub(crate) by_organization: BTreeMap<String, Issuer>,
}

/// Reads a table to its end.
pub(crate) fn read_whole(
    source: &mut dyn Source,
    table: Table,
    report: &mut Report,
) -> Result<Vec<OldRow>, ImportError> {
    let Some(columns) = columns_of(source, table)? else {
        report.note("table is absent in the source", table.name());
        return Ok(Vec::new());
    };
    let mut rows: Vec<OldRow> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = source.page(&columns, after.as_deref(), PAGE)?;
        let whole = page.len() < PAGE;
        after = page.last().and_then(|row| row.text(table.key())).map(ToOwned::to_owned);
        for row in page {
            let lines = report.table(table.name());
            lines.read = lines.read.saturating_add(1);
            match row.text(table.key()) {
                Some(key) if is_no_data(key) => lines.skip("no data of a user", key),
                Some(_) => rows.push(row),
                None => lines.skip("its key is NULL", "-"),
            }
        }
        if whole {
            return Ok(rows);
        }
    }
}

impl OldParties {
    pub(crate) fn read(source: &mut dyn Source, report: &mut Report) -> Result<Self, ImportError> {
        let approvals = read_whole(source, Table::Approvals, report)?;
        let by_id = |row: OldRow| Some((row.text("client_id")?.to_owned(), row));
        Ok(Self {
            clients: read_whole(source, Table::Clients, report)?,
            admins: read_whole(source, Table::Admins, report)?,
            approvals: approvals.into_iter().filter_map(by_id).collect(),
            permissions: read_whole(source, Table::Permissions, report)?,
            organizations: read_whole(source, Table::Organizations, report)?,
        })
    }

    pub(crate) fn organizations(&self) -> &[OldRow] {
        &self.organizations
    }

    /// The pairs of admin and client whose two ends exist, once.
    fn links(&self, report: &mut Report) -> BTreeSet<(String, String)> {
        let ids = |rows: &[OldRow], key| -> BTreeSet<String> {
            rows.iter().filter_map(|row| row.text(key)).map(ToOwned::to_owned).collect()
        };
        let (admins, clients) = (ids(&self.admins, "admin_id"), ids(&self.clients, "client_id"));
        let mut links = BTreeSet::new();
        for row in &self.permissions {
            let name = row.text("permission_id").unwrap_or("-");
            let lines = report.table(Table::Permissions.name());
            match (row.text("admin_id"), row.text("client_id")) {
                (Some(admin), Some(client))
                    if admins.contains(admin) && clients.contains(client) =>
                {
                    if !links.insert((admin.to_owned(), client.to_owned())) {
                        lines.skip("the same pair again", name);
                    }
                }
                (Some(_), Some(_)) => lines.skip("its admin or client does not exist", name),
                (None, _) | (_, None) => lines.skip("it names no admin or no client", name),
            }
        }
        links
    }

    /// Each client's and admin's virtual organisation, through the admins.
    fn organization_of(&self, links: &BTreeSet<(String, String)>) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for row in &self.admins {
            let (Some(admin), Some(vo)) = (row.text("admin_id"), row.text("vo_uri")) else {
                continue;
            };
            found.insert(admin.to_owned(), vo.to_owned());
            for (_, client) in links.iter().filter(|(linked, _)| linked == admin) {
                found.insert(client.clone(), vo.to_owned());
            }
        }
        found
    }

    /// Writes issuers, clients, admins and links.
    pub(crate) fn write(
        &self,
        store: &dyn Store,
        sealing: &dyn Sealing,
        options: &ImportOptions,
        report: &mut Report,
    ) -> Result<Known, ImportError> {
        let mut known = Known::default();
        self.write_issuers(store, options, &mut known)?;
        let links = self.links(report);
        let organizations = self.organization_of(&links);
        let mut writer =
            Writer { parties: self, store, sealing, options, report, organizations, known };
        for row in &self.clients {
            writer.client(row)?;
        }
        let mut admins = BTreeMap::new();
        for row in &self.admins {
            if let Some((id, key)) = writer.admin(row, &links)? {
                admins.insert(id, key);
            }
        }
        writer.links(&links, &admins)?;
        Ok(writer.known)
    }

    fn write_issuers(
        &self,
        store: &dyn Store,
        options: &ImportOptions,
        known: &mut Known,
    ) -> Result<(), ImportError> {
        let own = ensure_issuer(store, &options.issuer, options)?;
        known.issuers.push(own);
        for row in &self.organizations {
            let (Some(id), Some(url)) = (row.text("vo_id"), row.text("issuer")) else { continue };
            let Ok(url) = IssuerUrl::new(url) else { continue };
            let issuer = ensure_issuer(store, &url, options)?;
            known.by_organization.insert(id.to_owned(), issuer.clone());
            known.issuers.push(issuer);
        }
        Ok(())
    }
}

fn ensure_issuer(
    store: &dyn Store,
    url: &IssuerUrl,
    options: &ImportOptions,
) -> Result<Issuer, StoreError> {
    if let Some(issuer) = store.read(|reading| reading.find_issuer(url))? {
        return Ok(issuer);
    }
    if options.dry_run {
        let (key, status) = (IssuerKey::new(0), PartyStatus::Approved);
        return Ok(Issuer { key, url: url.clone(), status });
    }
    let new = NewIssuer { url: url.clone(), created_at: options.now };
    store.change(|unit| match unit.find_issuer(url)? {
        Some(issuer) => Ok(issuer),
        None => unit.add_issuer(&new),
    })
}

struct Writer<'a> {
    parties: &'a OldParties,
    store: &'a dyn Store,
    sealing: &'a dyn Sealing,
    options: &'a ImportOptions,
    report: &'a mut Report,
    organizations: BTreeMap<String, String>,
    known: Known,
}

impl Writer<'_> {
    fn issuer_of(&self, id: &str) -> Option<Issuer> {
        let organization = self.organizations.get(id);
        match organization.and_then(|vo| self.known.by_organization.get(vo)) {
            Some(issuer) => Some(issuer.clone()),
            None => self.known.issuers.first().cloned(),
        }
    }

    fn client(&mut self, row: &OldRow) -> Result<(), ImportError> {
        let text = row.text("client_id").unwrap_or_default();
        let table = Table::Clients.name();
        let (Ok(id), Some(issuer)) = (ClientId::new(text), self.issuer_of(text)) else {
            self.report.table(table).skip("its id cannot be kept", "a long id");
            return Ok(());
        };
        let approval = self.parties.approvals.get(text);
        self.notes(text, approval);
        let (registration, unread) = registration_of(row);
        if unread {
            self.report.note("configuration is not JSON; only its token type was read", text);
        }
        let public = row.flag("public_client");
        let new = NewClient {
            issuer: issuer.key,
            id: id.clone(),
            name: row.text("name").unwrap_or(text).to_owned(),
            kind: if public { ClientKind::Public } else { ClientKind::Confidential },
            status: status_of(approval),
            credentials: self.credentials(row, "public_key", public),
            registration,
            created_at: Timestamp::default(),
        };
        let found = match issuer.key.number() {
            0 => None,
            _ => self.store.read(|reading| reading.find_client(issuer.key, &id))?,
        };
        let key = if let Some(client) = found {
            self.follow(table, PartyKey::Client(client.key), (client.status, new.status))?;
            client.key
        } else {
            let lines = self.report.table(table);
            lines.taken = lines.taken.saturating_add(1);
            if self.options.dry_run {
                ClientKey::new(0)
            } else {
                self.store.change(|unit| unit.add_client(&new))?.key
            }
        };
        self.known.clients.insert(text.to_owned(), (issuer, key));
        Ok(())
    }

    fn admin(
        &mut self,
        row: &OldRow,
        links: &BTreeSet<(String, String)>,
    ) -> Result<Option<(String, AdminKey)>, ImportError> {
        let text = row.text("admin_id").unwrap_or_default();
        let table = Table::Admins.name();
        let (Ok(id), Some(issuer)) = (AdminId::new(text), self.issuer_of(text)) else {
            self.report.table(table).skip("its id cannot be kept", "a long id");
            return Ok(None);
        };
        let approval = self.parties.approvals.get(text);
        self.notes(text, approval);
        let rights = rights_of(row);
        if !rights.list_users {
            self.report.note("admin without the right list_users", text);
        }
        if !links.iter().any(|(admin, _)| admin == text) {
            self.report.note("admin without clients", text);
        }
        let new = NewAdmin {
            issuer: issuer.key,
            id: id.clone(),
            name: row.text("name").unwrap_or(text).to_owned(),
            email: row.text("email").map(ToOwned::to_owned),
            status: status_of(approval),
            rights,
            max_clients: max_clients(row, links, text),
            credentials: self.credentials(row, "secret", false),
            created_at: Timestamp::default(),
        };
        let found = match issuer.key.number() {
            0 => None,
            _ => self.store.read(|reading| reading.find_admin(issuer.key, &id))?,
        };
        if let Some(admin) = found {
            self.follow(table, PartyKey::Admin(admin.key), (admin.status, new.status))?;
            return Ok(Some((text.to_owned(), admin.key)));
        }
        let lines = self.report.table(table);
        lines.taken = lines.taken.saturating_add(1);
        if self.options.dry_run {
            return Ok(None);
        }
        let key = self.store.change(|unit| unit.add_admin(&new))?.key;
        Ok(Some((text.to_owned(), key)))
    }

    /// A status follows only towards less: what the keeper has stopped here stays stopped.
    fn follow(
        &mut self,
        table: &'static str,
        party: PartyKey,
        (here, there): (PartyStatus, PartyStatus),
    ) -> Result<(), ImportError> {
        let stop = here == PartyStatus::Approved && there != PartyStatus::Approved;
        let lines = self.report.table(table);
        if !stop {
            lines.unchanged = lines.unchanged.saturating_add(1);
            return Ok(());
        }
        lines.updated = lines.updated.saturating_add(1);
        if !self.options.dry_run {
            self.store.change(|unit| unit.set_party_status(party, there))?;
        }
        Ok(())
    }

    /// The SHA-1 of the secret inside a keyed hash, the key set, or nothing.
    fn credentials(&self, row: &OldRow, column: &str, public: bool) -> Credentials {
        let hex = row.text(column).map(str::to_ascii_lowercase);
        let hex = hex.filter(|hex| hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let jwks = row.text("jwks").map(ToOwned::to_owned);
        let mut methods = Vec::new();
        if hex.is_some() && !public {
            methods.extend([AuthMethod::SecretBasic, AuthMethod::SecretPost]);
        }
        if jwks.is_some() {
            methods.push(AuthMethod::PrivateKeyJwt);
        }
        if public {
            methods.push(AuthMethod::None);
        }
        let secret = hex.filter(|_| !public).map(|hex| self.sealing.secret_of_sha1(&hex));
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

    fn links(
        &mut self,
        links: &BTreeSet<(String, String)>,
        admins: &BTreeMap<String, AdminKey>,
    ) -> Result<(), ImportError> {
        let linked: BTreeSet<&str> = links.iter().map(|(_, client)| client.as_str()).collect();
        let alone: Vec<String> =
            self.known.clients.keys().filter(|id| !linked.contains(id.as_str())).cloned().collect();
        for id in &alone {
            self.report.note("client without an admin", id);
        }
        let pairs: Vec<(AdminKey, ClientKey)> = links
            .iter()
            .filter_map(|(admin, client)| {
                Some((*admins.get(admin)?, self.known.clients.get(client)?.1))
            })
            .collect();
        let made = if self.options.dry_run {
            links.len()
        } else {
            self.store.change(|unit| link_all(unit, &pairs))?
        };
        let lines = self.report.table(Table::Permissions.name());
        let made = u64::try_from(made).unwrap_or(u64::MAX);
        let all = u64::try_from(links.len()).unwrap_or(u64::MAX);
        lines.taken = lines.taken.saturating_add(made);
        lines.unchanged = lines.unchanged.saturating_add(all.saturating_sub(made));
        Ok(())
    }
}

fn link_all(unit: &mut dyn Unit, pairs: &[(AdminKey, ClientKey)]) -> Result<usize, StoreError> {
    let mut made: usize = 0;
    for (admin, client) in pairs {
        if unit.link(*admin, *client)? == muster_store::Linked::Now {
            made = made.saturating_add(1);
        }
    }
    Ok(made)
}

/// The limit, unless the admin is past it already: nothing is lost on the way.
fn max_clients(row: &OldRow, links: &BTreeSet<(String, String)>, id: &str) -> Option<i32> {
    let limit = row.number_if_any("max_clients").filter(|limit| *limit > 0)?;
    let count = links.iter().filter(|(admin, _)| admin == id).count();
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    i32::try_from(limit.max(count)).ok()
}
