//! How far a caller may look: a right as a restriction of the query.
//!
//! Only `muster-policy` makes one (tidy watches that), and the store takes one for
//! every question about tokens of users. There is no "no restriction": an empty set of
//! clients is an empty answer (invariant I05).

use crate::{AdminKey, ClientKey, IssuerKey};

/// A restriction to some clients of one issuer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reach {
    issuer: IssuerKey,
    clients: Clients,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Clients {
    Of(AdminKey),
    Every { by: AdminKey },
    One(ClientKey),
}

/// A reach as the store reads it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReachedClients {
    /// Those that this admin administers at the moment of the query, while it is
    /// approved and may list.
    Of(AdminKey),
    /// Every client of the issuer, while this admin is approved and may list them.
    Every {
        /// The admin whose right it is.
        by: AdminKey,
    },
    /// This one, while it is approved.
    One(ClientKey),
}

impl Reach {
    /// The clients that `admin` administers. For `muster-policy` alone.
    pub const fn own_clients(issuer: IssuerKey, admin: AdminKey) -> Self {
        Self { issuer, clients: Clients::Of(admin) }
    }

    /// Every client of the issuer, by the right of `admin`. For `muster-policy` alone.
    pub const fn every_client(issuer: IssuerKey, admin: AdminKey) -> Self {
        Self { issuer, clients: Clients::Every { by: admin } }
    }

    /// One client. For `muster-policy` alone.
    pub const fn one_client(issuer: IssuerKey, client: ClientKey) -> Self {
        Self { issuer, clients: Clients::One(client) }
    }

    /// The issuer that it never leaves.
    pub const fn issuer(self) -> IssuerKey {
        self.issuer
    }

    /// Which clients it covers.
    pub const fn clients(self) -> ReachedClients {
        match self.clients {
            Clients::Of(admin) => ReachedClients::Of(admin),
            Clients::Every { by } => ReachedClients::Every { by },
            Clients::One(client) => ReachedClients::One(client),
        }
    }

    /// The word for it in logs and audit records.
    pub const fn as_str(self) -> &'static str {
        match self.clients {
            Clients::Of(_) => "own_clients",
            Clients::Every { .. } => "every_client",
            Clients::One(_) => "one_client",
        }
    }
}
