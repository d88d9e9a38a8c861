//! Tables and columns of an OA4MP database, and what they are called here.

use crate::ImportError;

/// A table that is read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Table {
    Transactions,
    Children,
    Clients,
    Admins,
    Approvals,
    Permissions,
    Organizations,
    Keys,
}

impl Table {
    /// Its usual name, as MariaDB spells it; PostgreSQL has it in lower case.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Transactions => "transactions",
            Self::Children => "tx_records",
            Self::Clients => "clients",
            Self::Admins => "adminClients",
            Self::Approvals => "client_approvals",
            Self::Permissions => "permissions",
            Self::Organizations => "virtual_organizations",
            Self::Keys => "key_records",
        }
    }

    /// The column that pages go by.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Transactions => "temp_token",
            Self::Children => "token_id",
            Self::Clients | Self::Approvals => "client_id",
            Self::Admins => "admin_id",
            Self::Permissions => "permission_id",
            Self::Organizations => "vo_id",
            Self::Keys => "key_id",
        }
    }

    /// Whether a row without its key means nothing.
    pub(crate) const fn is_keyed(self) -> bool {
        !matches!(self, Self::Permissions | Self::Keys)
    }

    /// The columns that mean something to us.
    pub(crate) const fn wanted(self) -> &'static [&'static str] {
        match self {
            Self::Transactions => &[
                "temp_token",
                "client_id",
                "username",
                "access_token",
                "access_token_valid",
                "expires_in",
                "at_jwt",
                "refresh_token",
                "refresh_token_valid",
                "refresh_token_lifetime",
                "refresh_token_expires_at",
                "rt_jwt",
                "scopes",
            ],
            Self::Children => &[
                "token_id",
                "parent_id",
                "token_type",
                "valid",
                "issued_at",
                "expires_at",
                "lifetime",
                "stored_token",
            ],
            Self::Clients => &[
                "client_id",
                "public_key",
                "name",
                "home_url",
                "email",
                "callback_uri",
                "scopes",
                "audience",
                "at_lifetime",
                "at_max_lifetime",
                "rt_lifetime",
                "rt_max_lifetime",
                "rt_grace_period",
                "public_client",
                "strict_scopes",
                "jwks",
                "rfc7523_client",
                "rfc7523_client_users",
                "cfg",
            ],
            Self::Admins => &[
                "admin_id",
                "secret",
                "name",
                "email",
                "vo_uri",
                "list_users",
                "list_users_other_clients",
                "max_clients",
                "jwks",
            ],
            Self::Approvals => &["client_id", "status", "approved"],
            Self::Permissions => &["permission_id", "admin_id", "client_id"],
            Self::Organizations => {
                &["vo_id", "issuer", "at_issuer", "json_web_keys", "default_key_id"]
            }
            Self::Keys => &["key_id", "kid", "vi", "jwk", "is_valid", "is_default", "exp"],
        }
    }
}

/// What the tables are called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceNames {
    /// The schema (PostgreSQL only; MariaDB's is the database of the URL).
    pub schema: String,
    /// What all table names begin with.
    pub prefix: String,
}

impl Default for SourceNames {
    fn default() -> Self {
        Self { schema: "oa4mp".to_owned(), prefix: String::new() }
    }
}

impl SourceNames {
    /// Names go into statements as they are, so they may hold only what names hold.
    pub(crate) fn check(&self) -> Result<(), ImportError> {
        for name in [&self.schema, &self.prefix] {
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(ImportError::Name(name.clone()));
            }
        }
        Ok(())
    }

    pub(crate) fn table(&self, table: Table) -> String {
        format!("{}{}", self.prefix, table.name())
    }
}

/// The wanted columns of a table, and which of them exist.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(crate) table: Table,
    /// Name as wanted, and as it is spelled here.
    pub(crate) present: Vec<(&'static str, String)>,
}

impl Columns {
    /// `None`: the key itself is absent, so it is another table.
    pub(crate) fn present(table: Table, found: &[String]) -> Option<Self> {
        let present: Vec<_> = table
            .wanted()
            .iter()
            .filter_map(|wanted| {
                let spelled = found.iter().find(|name| name.eq_ignore_ascii_case(wanted))?;
                Some((*wanted, spelled.clone()))
            })
            .collect();
        let has_key = present.iter().any(|(wanted, _)| *wanted == table.key());
        let is_it = has_key || (!table.is_keyed() && !present.is_empty());
        is_it.then_some(Self { table, present })
    }

    /// How a column is spelled here.
    pub(crate) fn spelled(&self, wanted: &str) -> Option<&str> {
        self.present.iter().find(|(name, _)| *name == wanted).map(|(_, spelled)| spelled.as_str())
    }
}
