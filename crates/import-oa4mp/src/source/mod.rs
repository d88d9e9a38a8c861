//! The old database, read only: rows as texts by column name, in keyset pages.
//!
//! A live OA4MP database differs from every script, so what exists is asked first; an
//! absent column is NULL in every row, an absent table has none.

mod mariadb;
mod names;
mod postgres;
mod reading;
mod row;
mod url;

pub use names::SourceNames;
pub(crate) use names::{Columns, Table};
pub(crate) use reading::{Source, columns_of, open};
pub(crate) use row::OldRow;
pub use url::SourceUrl;
