//! A small world: clients, who administers them, and what a reach covers of it.
//!
//! It reads a reach in the words of its documentation, as the store must.

use std::collections::BTreeSet;

use muster_client_auth::Caller;
use muster_domain::{AdminKey, ClientKey, IssuerKey, Reach, ReachedClients, TokenKind};
use muster_policy::{Rulebook, permit};
use proptest::prelude::*;

use crate::parties::asked;

/// A client and its admins.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) issuer: IssuerKey,
    pub(crate) key: ClientKey,
    pub(crate) admins: BTreeSet<AdminKey>,
}

#[derive(Clone, Debug)]
pub(crate) struct World(pub(crate) Vec<Known>);

/// Clients by their keys.
pub(crate) type Covered = BTreeSet<ClientKey>;

impl World {
    /// Which clients a reach covers.
    pub(crate) fn covered(&self, reach: Reach) -> Covered {
        let covers = |known: &Known| match reach.clients() {
            ReachedClients::Of(admin) => known.admins.contains(&admin),
            ReachedClients::Every { .. } => true,
            ReachedClients::One(client) => known.key == client,
            // They reach single tokens, and list nothing.
            ReachedClients::Meant { .. } | ReachedClients::Any { .. } => false,
        };
        self.those(|known| known.issuer == reach.issuer() && covers(known))
    }

    pub(crate) fn those(&self, fits: impl Fn(&Known) -> bool) -> Covered {
        self.0.iter().filter(|known| fits(known)).map(|known| known.key).collect()
    }

    pub(crate) fn of_issuer(&self, issuer: i64) -> Covered {
        self.those(|known| known.issuer == IssuerKey::new(issuer))
    }

    pub(crate) fn administered_by(&self, issuer: i64, admin: i64) -> Covered {
        let (issuer, admin) = (IssuerKey::new(issuer), AdminKey::new(admin));
        self.those(|known| known.issuer == issuer && known.admins.contains(&admin))
    }

    /// Where a caller's presented token is looked for, and what its listing covers; nothing
    /// if it is denied.
    pub(crate) fn seen_by(&self, caller: Caller, rulebook: Rulebook) -> (Covered, Covered) {
        match permit(caller, asked(TokenKind::Access, "t"), &rulebook) {
            Ok(permit) => {
                let listing = permit.listing().unwrap();
                (self.covered(listing.token_reach()), self.covered(listing.listing_reach()))
            }
            Err(_) => (Covered::new(), Covered::new()),
        }
    }

    /// What a caller's listing covers by the rulebook that is the default.
    pub(crate) fn listed_for(&self, caller: Caller) -> Covered {
        self.seen_by(caller, Rulebook::default()).1
    }
}

/// Two issuers, up to nine clients, five admins, of which any may administer any.
pub(crate) fn any_world() -> impl Strategy<Value = World> {
    let admins = proptest::collection::btree_set((1..6_i64).prop_map(AdminKey::new), 0..4);
    proptest::collection::vec((1..3_i64, admins), 0..10).prop_map(|clients| {
        let known = (1..).zip(clients).map(|(key, (issuer, admins))| Known {
            issuer: IssuerKey::new(issuer),
            key: ClientKey::new(key),
            admins,
        });
        World(known.collect())
    })
}
