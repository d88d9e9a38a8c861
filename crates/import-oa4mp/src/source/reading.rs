//! What is asked of an old database, whichever engine it lies in.

use super::{Columns, OldRow, SourceNames, SourceUrl, Table};
use super::{mariadb, postgres};
use crate::ImportError;

/// Reads the old database.
pub(crate) trait Source: Send {
    /// The columns that a table has; `None`: there is no such table.
    fn columns(&mut self, table: Table) -> Result<Option<Vec<String>>, ImportError>;

    /// About how many rows a table has.
    fn count(&mut self, table: Table) -> Result<u64, ImportError>;

    /// All rows of a small table, by its key as far as it has one.
    fn whole(&mut self, columns: &Columns) -> Result<Vec<OldRow>, ImportError>;

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
