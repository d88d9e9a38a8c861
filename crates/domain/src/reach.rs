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
    Meant { to: ClientKey, or_may_act: bool },
    Any { by: ClientKey },
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
    /// For single tokens: those that this client holds, and those whose audience names it
    /// or what it serves; nothing for listings.
    Meant {
        /// The client.
        to: ClientKey,
        /// Also those of clients whose registration lets this one act (`may_act`).
        or_may_act: bool,
    },
    /// For single tokens: every one of the issuer, by a right in this client's
    /// registration; nothing for listings.
    Any {
        /// The client.
        by: ClientKey,
    },
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

    /// The tokens that a client holds or that are meant for it. For `muster-policy` alone.
    pub const fn meant_for(issuer: IssuerKey, client: ClientKey) -> Self {
        Self { issuer, clients: Clients::Meant { to: client, or_may_act: false } }
    }

    /// The same, and those that the client may act with. For `muster-policy` alone.
    pub const fn exchangeable_by(issuer: IssuerKey, client: ClientKey) -> Self {
        Self { issuer, clients: Clients::Meant { to: client, or_may_act: true } }
    }

    /// Every single token, by the right of `client`. For `muster-policy` alone.
    pub const fn any_token(issuer: IssuerKey, client: ClientKey) -> Self {
        Self { issuer, clients: Clients::Any { by: client } }
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
            Clients::Meant { to, or_may_act } => ReachedClients::Meant { to, or_may_act },
            Clients::Any { by } => ReachedClients::Any { by },
        }
    }

    /// The word for it in logs and audit records.
    pub const fn as_str(self) -> &'static str {
        match self.clients {
            Clients::Of(_) => "own_clients",
            Clients::Every { .. } => "every_client",
            Clients::One(_) => "one_client",
            Clients::Meant { .. } => "meant_for_client",
            Clients::Any { .. } => "any_token",
        }
    }
}
