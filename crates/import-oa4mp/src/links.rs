//! Who administers whom: each pair once, and none lost without a word.

use std::collections::{BTreeMap, BTreeSet};

use muster_domain::{AdminKey, ClientKey, Issuer};
use muster_store::{Linked, Store};

use crate::parties::Known;
use crate::report::{Outcome, Report};
use crate::source::Table;
use crate::{ImportError, ImportOptions};

/// Pairs of admin and client, each with the name of its row.
#[derive(Debug, Default)]
pub(crate) struct Links(BTreeMap<(String, String), String>);

impl Links {
    /// Adds a pair; whether it was not there before.
    pub(crate) fn add(&mut self, (admin, client): (&str, &str), row: &str) -> bool {
        self.0.insert((admin.to_owned(), client.to_owned()), row.to_owned()).is_none()
    }

    /// The clients of an admin.
    pub(crate) fn clients_of<'a>(&'a self, admin: &'a str) -> impl Iterator<Item = &'a str> {
        let from = (admin.to_owned(), String::new());
        let pairs = self.0.range(from..).map(|(pair, _)| pair);
        pairs.take_while(move |(other, _)| other == admin).map(|(_, client)| client.as_str())
    }

    /// The pairs as keys, as far as both ends are known here.
    pub(crate) fn keys<'a>(
        &'a self,
        admins: &'a BTreeMap<String, (Issuer, AdminKey)>,
        known: &'a Known,
    ) -> impl Iterator<Item = (AdminKey, ClientKey)> + 'a {
        let pairs = self.0.keys();
        pairs.filter_map(|(admin, client)| {
            Some((admins.get(admin)?.1, known.clients.get(client)?.1))
        })
    }

    /// Makes the links.
    pub(crate) fn write(
        &self,
        (store, options): (&dyn Store, &ImportOptions),
        admins: &BTreeMap<String, (Issuer, AdminKey)>,
        known: &Known,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let linked: BTreeSet<&str> = self.0.keys().map(|(_, client)| client.as_str()).collect();
        for id in known.clients.keys().filter(|id| !linked.contains(id.as_str())) {
            report.note("client without an admin", id);
        }
        let mut pairs: Vec<(AdminKey, ClientKey)> = Vec::new();
        let mut rows = Vec::new();
        let lines = report.table(Table::Permissions.name());
        for ((admin, client), row) in &self.0 {
            match (admins.get(admin), known.clients.get(client)) {
                (Some((of, _)), Some((other, _))) if of.key != other.key => {
                    lines.skip("its client belongs to another issuer", row);
                }
                (Some((_, admin)), Some((_, client))) => {
                    pairs.push((*admin, *client));
                    rows.push(row);
                }
                (None, _) | (_, None) => lines.skip("its admin or client was not taken", row),
            }
        }
        let made = if options.dry_run { foretold(store, &pairs)? } else { link(store, &pairs)? };
        for (made, row) in made.into_iter().zip(rows) {
            match made {
                Linked::Now => lines.count(Outcome::Taken, 1),
                Linked::Already => lines.count(Outcome::Unchanged, 1),
                Linked::Full => lines.skip("its admin has reached its limit of clients here", row),
            }
        }
        Ok(())
    }
}

fn link(store: &dyn Store, pairs: &[(AdminKey, ClientKey)]) -> Result<Vec<Linked>, ImportError> {
    Ok(store
        .change(|unit| pairs.iter().map(|(admin, client)| unit.link(*admin, *client)).collect())?)
}

/// What linking would come to, as far as it can be told without writing.
fn foretold(
    store: &dyn Store,
    pairs: &[(AdminKey, ClientKey)],
) -> Result<Vec<Linked>, ImportError> {
    if pairs.iter().all(|(_, client)| client.number() == 0) {
        return Ok(vec![Linked::Now; pairs.len()]);
    }
    Ok(store.read(|reading| {
        let mut foretold = Vec::with_capacity(pairs.len());
        for (admin, client) in pairs {
            let is_there = client.number() != 0
                && reading.list_admins_of(*client)?.iter().any(|other| other.key == *admin);
            foretold.push(if is_there { Linked::Already } else { Linked::Now });
        }
        Ok(foretold)
    })?)
}
