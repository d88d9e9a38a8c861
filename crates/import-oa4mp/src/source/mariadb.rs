//! An OA4MP database on MariaDB or MySQL, read by the pure-Rust driver.
//!
//! Its collations take upper and lower case for equal; rows asked for by value are
//! therefore compared again, byte for byte, by who asked.

use mysql::prelude::Queryable;
use mysql::{Conn, Opts, Params, UrlError, Value};

use super::names::{Columns, Table};
use super::{OldRow, Source, SourceNames};
use crate::ImportError;

/// An open database.
pub(super) struct MariadbSource {
    connection: Conn,
    names: SourceNames,
}

fn failed(error: impl Into<mysql::Error>) -> ImportError {
    ImportError::Source(words(&error.into()))
}

/// What the driver has to say, without the names of its types.
fn words(error: &mysql::Error) -> String {
    match error {
        mysql::Error::IoError(error) => error.to_string(),
        mysql::Error::CodecError(error) => error.to_string(),
        mysql::Error::MySqlError(error) => error.to_string(),
        mysql::Error::DriverError(error) => error.to_string(),
        mysql::Error::UrlError(UrlError::ParseError(error)) => error.to_string(),
        mysql::Error::UrlError(error) => error.to_string(),
        other @ (mysql::Error::FromValueError(_) | mysql::Error::FromRowError(_)) => {
            other.to_string()
        }
    }
}

impl MariadbSource {
    pub(super) fn open(url: &str, names: &SourceNames) -> Result<Self, ImportError> {
        let mut connection = Conn::new(Opts::from_url(url).map_err(failed)?).map_err(failed)?;
        connection.query_drop("SET SESSION TRANSACTION READ ONLY").map_err(failed)?;
        Ok(Self { connection, names: names.clone() })
    }

    fn table(&self, table: Table) -> String {
        format!("`{}`", self.names.table(table))
    }

    fn selected(&self, columns: &Columns) -> String {
        // As bytes: the connection's character set must not turn one text into another.
        let texts: Vec<String> = columns
            .present
            .iter()
            .map(|(_, name)| format!("CONVERT(`{name}` USING utf8mb4)"))
            .collect();
        format!("SELECT {} FROM {}", texts.join(", "), self.table(columns.table))
    }

    fn load(
        &mut self,
        columns: &Columns,
        (query, values): (String, Vec<Value>),
    ) -> Result<Vec<OldRow>, ImportError> {
        let parameters = if values.is_empty() { Params::Empty } else { Params::Positional(values) };
        let found: Vec<mysql::Row> = self.connection.exec(query, parameters).map_err(failed)?;
        Ok(found
            .into_iter()
            .map(|row| {
                let names = columns.present.iter().map(|(name, _)| *name);
                OldRow::new(names.zip(row.unwrap().into_iter().map(text)).collect())
            })
            .collect())
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        Value::NULL | Value::Date(..) | Value::Time(..) => None,
    }
}

impl Source for MariadbSource {
    fn columns(&mut self, table: Table) -> Result<Option<Vec<String>>, ImportError> {
        let names: Vec<String> = self
            .connection
            .exec(
                "SELECT column_name FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND lower(table_name) = lower(?)",
                (self.names.table(table),),
            )
            .map_err(failed)?;
        Ok(if names.is_empty() { None } else { Some(names) })
    }

    fn count(&mut self, table: Table) -> Result<u64, ImportError> {
        let query = format!("SELECT count(*) FROM {}", self.table(table));
        let count: Option<u64> = self.connection.query_first(query).map_err(failed)?;
        Ok(count.unwrap_or(0))
    }

    fn whole(&mut self, columns: &Columns) -> Result<Vec<OldRow>, ImportError> {
        let query = format!("{} ORDER BY 1", self.selected(columns));
        self.load(columns, (query, Vec::new()))
    }

    fn page(
        &mut self,
        columns: &Columns,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<OldRow>, ImportError> {
        let key = columns.spelled(columns.table.key()).unwrap_or_default().to_owned();
        let select = self.selected(columns);
        let query = match after {
            None => (
                format!("{select} WHERE `{key}` IS NOT NULL ORDER BY `{key}` LIMIT {limit}"),
                Vec::new(),
            ),
            Some(after) => (
                format!("{select} WHERE `{key}` > ? ORDER BY `{key}` LIMIT {limit}"),
                vec![Value::from(after)],
            ),
        };
        self.load(columns, query)
    }

    fn rows_of(
        &mut self,
        columns: &Columns,
        by: &str,
        values: &[&str],
    ) -> Result<Vec<OldRow>, ImportError> {
        let Some(by) = columns.spelled(by) else { return Ok(Vec::new()) };
        let places = vec!["?"; values.len()].join(", ");
        let query = format!("{} WHERE `{by}` IN ({places})", self.selected(columns));
        self.load(columns, (query, values.iter().map(|value| Value::from(*value)).collect()))
    }
}
