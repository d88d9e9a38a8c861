//! Where the old database is: the scheme of its URL tells the engine.

use std::str::FromStr;

use crate::ImportError;

/// Where the old database is.
#[derive(Clone, PartialEq, Eq)]
pub enum SourceUrl {
    /// `postgres://...`
    Postgres(String),
    /// `mysql://...` or `mariadb://...`
    Mariadb(String),
}

impl FromStr for SourceUrl {
    type Err = ImportError;

    fn from_str(text: &str) -> Result<Self, ImportError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self::Postgres(text.to_owned()))
        } else if text.starts_with("mysql://") {
            Ok(Self::Mariadb(text.to_owned()))
        } else if let Some(rest) = text.strip_prefix("mariadb://") {
            Ok(Self::Mariadb(format!("mysql://{rest}")))
        } else {
            Err(ImportError::SourceUrl)
        }
    }
}

/// The password must not be seen.
impl std::fmt::Debug for SourceUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Postgres(_) => "postgres://..",
            Self::Mariadb(_) => "mysql://..",
        })
    }
}
