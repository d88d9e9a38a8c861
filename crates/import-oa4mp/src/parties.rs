//! Issuers, clients, admins and who administers whom: small tables, read whole.

use std::collections::{BTreeMap, BTreeSet};

use muster_domain::{ClientKey, Issuer, IssuerKey, IssuerUrl, NewIssuer, PartyStatus};
use muster_store::{Store, StoreError};

use crate::gone::tell_gone;
use crate::links::Links;
use crate::registering::Registering;
use crate::report::{Outcome, Report};
use crate::sealing::Sealing;
use crate::source::{OldRow, Source, Table, columns_of};
use crate::tables::is_no_data;
use crate::{ImportError, ImportOptions};

/// The small tables of the old database.
#[derive(Debug, Default)]
pub(crate) struct OldParties {
    pub(crate) clients: Vec<OldRow>,
    pub(crate) admins: Vec<OldRow>,
    pub(crate) approvals: BTreeMap<String, OldRow>,
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
    for row in source.whole(&columns)? {
        let lines = report.table(table.name());
        lines.read = lines.read.saturating_add(1);
        match row.text(table.key()) {
            Some(key) if is_no_data(key) => lines.skip("no data of a user", key),
            None if table.is_keyed() => lines.skip("its key is NULL", "-"),
            Some(_) | None => rows.push(row),
        }
    }
    Ok(rows)
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
    fn links(&self, report: &mut Report) -> Links {
        let ids = |rows: &[OldRow], key| -> BTreeSet<String> {
            rows.iter().filter_map(|row| row.text(key)).map(ToOwned::to_owned).collect()
        };
        let (admins, clients) = (ids(&self.admins, "admin_id"), ids(&self.clients, "client_id"));
        let mut links = Links::default();
        for row in &self.permissions {
            let name = row.text("permission_id").unwrap_or("-");
            let lines = report.table(Table::Permissions.name());
            match (row.text("admin_id"), row.text("client_id")) {
                (Some(admin), Some(client))
                    if admins.contains(admin) && clients.contains(client) =>
                {
                    if !links.add((admin, client), name) {
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
    fn organization_of(&self, links: &Links) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for row in &self.admins {
            let (Some(admin), Some(vo)) = (row.text("admin_id"), row.text("vo_uri")) else {
                continue;
            };
            found.insert(admin.to_owned(), vo.to_owned());
            for client in links.clients_of(admin) {
                found.insert(client.to_owned(), vo.to_owned());
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
        self.write_issuers(store, options, (&mut known, report))?;
        let links = self.links(report);
        let organizations = self.organization_of(&links);
        let mut registering =
            Registering { parties: self, store, sealing, options, report, organizations, known };
        for row in &self.clients {
            registering.client(row)?;
        }
        let mut admins = BTreeMap::new();
        for row in &self.admins {
            if let Some(admin) = registering.admin(row, &links)? {
                admins.insert(row.text("admin_id").unwrap_or_default().to_owned(), admin);
            }
        }
        let known = registering.known;
        self.tell_stray_approvals(report);
        links.write((store, options), &admins, &known, report)?;
        tell_gone(store, &links, &admins, &known, report)?;
        Ok(known)
    }

    fn tell_stray_approvals(&self, report: &mut Report) {
        let clients = self.clients.iter().filter_map(|row| row.text("client_id"));
        let admins = self.admins.iter().filter_map(|row| row.text("admin_id"));
        let parties: BTreeSet<&str> = clients.chain(admins).collect();
        for id in self.approvals.keys() {
            if !parties.contains(id.as_str()) {
                report.table(Table::Approvals.name()).skip("it names no client or admin", id);
            }
        }
    }

    fn write_issuers(
        &self,
        store: &dyn Store,
        options: &ImportOptions,
        (known, report): (&mut Known, &mut Report),
    ) -> Result<(), ImportError> {
        // What would be filled may not be there yet.
        let is_empty = options.dry_run && store.health()?.schema_version.is_none();
        let ensure_issuer = |url: &IssuerUrl| {
            if is_empty { Ok(foretold(url)) } else { ensure_issuer(store, url, options) }
        };
        let (own, _) = ensure_issuer(&options.issuer)?;
        known.issuers.push(own);
        for row in &self.organizations {
            let id = row.text("vo_id").unwrap_or("-");
            let lines = report.table(Table::Organizations.name());
            let Ok(url) = IssuerUrl::new(row.text("issuer").unwrap_or_default()) else {
                lines.skip("its issuer is absent or cannot be kept", id);
                continue;
            };
            let (issuer, outcome) = ensure_issuer(&url)?;
            lines.count(outcome, 1);
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
) -> Result<(Issuer, Outcome), StoreError> {
    if let Some(issuer) = store.read(|reading| reading.find_issuer(url))? {
        return Ok((issuer, Outcome::Unchanged));
    }
    if options.dry_run {
        return Ok(foretold(url));
    }
    let new = NewIssuer { url: url.clone(), created_at: options.now };
    store.change(|unit| match unit.find_issuer(url)? {
        Some(issuer) => Ok((issuer, Outcome::Unchanged)),
        None => Ok((unit.add_issuer(&new)?, Outcome::Taken)),
    })
}

/// An issuer that would be made.
fn foretold(url: &IssuerUrl) -> (Issuer, Outcome) {
    let (key, status) = (IssuerKey::new(0), PartyStatus::Approved);
    (Issuer { key, url: url.clone(), status }, Outcome::Taken)
}
