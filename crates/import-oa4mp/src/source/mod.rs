//! The old database, read only: rows as texts by column name, in keyset pages.
//!
//! A live OA4MP database differs from every script, so what exists is asked first; an
//! absent column is NULL in every row, an absent table has none.

mod mariadb;
mod names;
mod postgres;
mod row;

use std::str::FromStr;

pub use names::SourceNames;
pub(crate) use names::{Columns, Table};
pub(crate) use row::OldRow;

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

/// Reads the old database.
pub(crate) trait Source: Send {
    /// The columns that a table has; `None`: there is no such table.
    fn columns(&mut self, table: Table) -> Result<Option<Vec<String>>, ImportError>;

    /// About how many rows a table has.
    fn count(&mut self, table: Table) -> Result<u64, ImportError>;

    /// Rows by primary key, after one, at most `limit`.
    fn page(
        &mut self,
        columns: &Columns,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<OldRow>, ImportError>;

    /// Rows whose column `by` has one of these values.
    fn rows_of(
        &mut self,
        columns: &Columns,
        by: &str,
        values: &[&str],
    ) -> Result<Vec<OldRow>, ImportError>;
}

/// Opens the old database.
pub(crate) fn open(url: &SourceUrl, names: &SourceNames) -> Result<Box<dyn Source>, ImportError> {
    names.check()?;
    Ok(match url {
        SourceUrl::Postgres(url) => Box::new(postgres::PostgresSource::open(url, names)?),
        SourceUrl::Mariadb(url) => Box::new(mariadb::MariadbSource::open(url, names)?),
    })
}

/// The columns of a table that exist here.
pub(crate) fn columns_of(
    source: &mut dyn Source,
    table: Table,
) -> Result<Option<Columns>, ImportError> {
    let Some(found) = source.columns(table)? else { return Ok(None) };
    Ok(Columns::present(table, &found))
}
