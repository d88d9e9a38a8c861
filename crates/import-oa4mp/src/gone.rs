//! What an earlier run brought and the source has no more: clients, admins and links.
//!
//! Nothing of it is taken away here: it may as well have been made here on purpose. But it
//! keeps its power, so it is told, and the keeper decides.

use std::collections::{BTreeMap, BTreeSet};

use muster_domain::{AdminClient, AdminKey, Client, ClientKey, Issuer, IssuerKey, PartyStatus};
use muster_store::{PartyPage, Reading, Store, StoreError};

use crate::ImportError;
use crate::links::Links;
use crate::parties::Known;
use crate::report::Report;

/// Parties read at once.
const PAGE: i64 = 500;

const CLIENT: &str = "client here, no longer there (or made here): it keeps its power";
const ADMIN: &str = "admin here, no longer there (or made here): it keeps its power";
const LINK: &str = "linked here, no longer linked there (or linked here): it keeps its power";

/// Who and what of the source is known here, by key.
struct There {
    clients: BTreeSet<ClientKey>,
    admins: BTreeSet<AdminKey>,
    links: BTreeSet<(AdminKey, ClientKey)>,
}

/// Tells what is here and not in the source. Whoever is suspended has no power to lose.
pub(crate) fn tell_gone(
    store: &dyn Store,
    links: &Links,
    admins: &BTreeMap<String, (Issuer, AdminKey)>,
    known: &Known,
    report: &mut Report,
) -> Result<(), ImportError> {
    let there = There {
        clients: known.clients.values().map(|(_, key)| *key).collect(),
        admins: admins.values().map(|(_, key)| *key).collect(),
        links: links.keys(admins, known).collect(),
    };
    // Issuers that a dry run foretells have the key 0, and nobody here.
    let issuers: BTreeSet<IssuerKey> = known.issuers.iter().map(|issuer| issuer.key).collect();
    let issuers = issuers.into_iter().filter(|key| key.number() != 0);
    for issuer in issuers {
        let gone = store.read(|reading| there.gone(reading, issuer))?;
        for (what, name) in gone {
            report.note(what, &name);
        }
    }
    Ok(())
}

impl There {
    /// What is gone of an issuer: what it is, and its name.
    fn gone(
        &self,
        reading: &mut dyn Reading,
        issuer: IssuerKey,
    ) -> Result<Vec<(&'static str, String)>, StoreError> {
        let mut gone = Vec::new();
        let clients = every(|page| reading.list_clients(issuer, page), client_id)?;
        for client in clients.iter().filter(|client| client.status == PartyStatus::Approved) {
            if !self.clients.contains(&client.key) {
                gone.push((CLIENT, client.id.as_str().to_owned()));
            }
        }
        let admins = every(|page| reading.list_admins(issuer, page), admin_id)?;
        for admin in admins.iter().filter(|admin| admin.status == PartyStatus::Approved) {
            if !self.admins.contains(&admin.key) {
                gone.push((ADMIN, admin.id.as_str().to_owned()));
                continue;
            }
            let linked = every(|page| reading.list_clients_of(admin.key, page), client_id)?;
            // A client that is gone itself was told above.
            let linked = linked.iter().filter(|client| self.clients.contains(&client.key));
            for client in linked.filter(|client| !self.links.contains(&(admin.key, client.key))) {
                gone.push((LINK, format!("{} > {}", admin.id.as_str(), client.id.as_str())));
            }
        }
        Ok(gone)
    }
}

fn client_id(client: &Client) -> &str {
    client.id.as_str()
}

fn admin_id(admin: &AdminClient) -> &str {
    admin.id.as_str()
}

/// All parties of a list that comes in pages.
fn every<P>(
    mut page: impl FnMut(&PartyPage<'_>) -> Result<Vec<P>, StoreError>,
    id: fn(&P) -> &str,
) -> Result<Vec<P>, StoreError> {
    let mut all: Vec<P> = Vec::new();
    loop {
        let after = all.last().map(|party| id(party).to_owned());
        let next = page(&PartyPage { after: after.as_deref(), limit: PAGE })?;
        if next.is_empty() {
            return Ok(all);
        }
        all.extend(next);
    }
}
