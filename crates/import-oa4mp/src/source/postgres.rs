//! An OA4MP database on PostgreSQL, read by Diesel; every column as text, so that loose
//! types do not matter.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::{QueryableByName, sql_query};

use super::names::{Columns, Table};
use super::{OldRow, Source, SourceNames};
use crate::ImportError;

/// An open database.
pub(super) struct PostgresSource {
    connection: PgConnection,
    names: SourceNames,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// All wanted columns of a row as one array: their number differs from table to table.
#[derive(QueryableByName)]
struct Values {
    #[diesel(sql_type = Array<Nullable<Text>>)]
    texts: Vec<Option<String>>,
}

fn failed(error: impl std::fmt::Display) -> ImportError {
    ImportError::Source(error.to_string())
}

impl PostgresSource {
    pub(super) fn open(url: &str, names: &SourceNames) -> Result<Self, ImportError> {
        let mut connection = PgConnection::establish(url).map_err(failed)?;
        connection.batch_execute("SET default_transaction_read_only = on").map_err(failed)?;
        Ok(Self { connection, names: names.clone() })
    }

    fn table(&self, table: Table) -> String {
        let name = self.names.table(table).to_ascii_lowercase();
        format!("\"{}\".\"{name}\"", self.names.schema)
    }

    fn selected(&self, columns: &Columns) -> String {
        let texts: Vec<String> =
            columns.present.iter().map(|(_, name)| format!("\"{name}\"::text")).collect();
        format!(
            "SELECT ARRAY[{}]::text[] AS texts FROM {}",
            texts.join(", "),
            self.table(columns.table)
        )
    }
}

fn rows(columns: &Columns, values: Vec<Values>) -> Vec<OldRow> {
    values
        .into_iter()
        .map(|values| {
            let names = columns.present.iter().map(|(name, _)| *name);
            OldRow::new(names.zip(values.texts).collect())
        })
        .collect()
}

impl Source for PostgresSource {
    fn columns(&mut self, table: Table) -> Result<Option<Vec<String>>, ImportError> {
        let names: Vec<Name> = sql_query(
            "SELECT column_name::text AS name FROM information_schema.columns \
             WHERE table_schema = $1 AND table_name = $2",
        )
        .bind::<Text, _>(&self.names.schema)
        .bind::<Text, _>(self.names.table(table).to_ascii_lowercase())
        .load(&mut self.connection)
        .map_err(failed)?;
        let names: Vec<String> = names.into_iter().map(|name| name.name).collect();
        Ok(if names.is_empty() { None } else { Some(names) })
    }

    fn count(&mut self, table: Table) -> Result<u64, ImportError> {
        let query = format!("SELECT count(*) AS count FROM {}", self.table(table));
        let count: Count = sql_query(query).get_result(&mut self.connection).map_err(failed)?;
        Ok(u64::try_from(count.count).unwrap_or(0))
    }

    fn whole(&mut self, columns: &Columns) -> Result<Vec<OldRow>, ImportError> {
        let query = format!("{} ORDER BY 1", self.selected(columns));
        let values: Vec<Values> = sql_query(query).load(&mut self.connection).map_err(failed)?;
        Ok(rows(columns, values))
    }

    fn page(
        &mut self,
        columns: &Columns,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<OldRow>, ImportError> {
        let key = columns.spelled(columns.table.key()).unwrap_or_default().to_owned();
        let select = self.selected(columns);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values: Vec<Values> = match after {
            None => sql_query(format!(
                "{select} WHERE \"{key}\" IS NOT NULL ORDER BY \"{key}\" LIMIT $1"
            ))
            .bind::<BigInt, _>(limit)
            .load(&mut self.connection),
            Some(after) => {
                sql_query(format!("{select} WHERE \"{key}\" > $2 ORDER BY \"{key}\" LIMIT $1"))
                    .bind::<BigInt, _>(limit)
                    .bind::<Text, _>(after)
                    .load(&mut self.connection)
            }
        }
        .map_err(failed)?;
        Ok(rows(columns, values))
    }

    fn rows_of(
        &mut self,
        columns: &Columns,
        by: &str,
        values: &[&str],
    ) -> Result<Vec<OldRow>, ImportError> {
        let Some(by) = columns.spelled(by) else { return Ok(Vec::new()) };
        let query = format!("{} WHERE \"{by}\" = ANY($1)", self.selected(columns));
        let values: Vec<Values> = sql_query(query)
            .bind::<Array<Text>, _>(values)
            .load(&mut self.connection)
            .map_err(failed)?;
        Ok(rows(columns, values))
    }
}
