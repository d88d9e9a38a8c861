//! Prints a page about all tables of both engines, side by side; `cargo xtask schema`
//! writes it to the documentation. Its argument is the URL of a PostgreSQL server.

#[path = "../tests/migrations/columns.rs"]
mod columns;

use std::error::Error;
use std::io::Write;

use columns::{Column, postgres_columns, sqlite_columns};
use diesel::prelude::*;
use muster_store_diesel::{DatabaseUrl, Scratch};

fn main() -> Result<(), Box<dyn Error>> {
    let server = std::env::args().nth(1).ok_or("name the URL of a PostgreSQL server")?;
    let postgres = columns_of(&Scratch::postgres(&server)?)?;
    let sqlite = columns_of(&Scratch::sqlite()?)?;
    let mut out = std::io::stdout().lock();
    write_page(&mut out, &postgres, &sqlite)?;
    Ok(())
}

fn columns_of(scratch: &Scratch) -> Result<Vec<Column>, Box<dyn Error>> {
    Ok(match scratch.url() {
        DatabaseUrl::Postgres(url) => postgres_columns(&mut PgConnection::establish(url)?)?,
        DatabaseUrl::Sqlite(path) => {
            sqlite_columns(&mut SqliteConnection::establish(&path.to_string_lossy())?)?
        }
    })
}

fn write_page(out: &mut dyn Write, postgres: &[Column], sqlite: &[Column]) -> std::io::Result<()> {
    writeln!(out, "# Tables\n\nMade by `cargo xtask schema` from both databases.")?;
    let mut table = "";
    for column in postgres {
        if column.table != table {
            table = &column.table;
            writeln!(out, "\n## {table}\n\n| column | PostgreSQL | SQLite |\n|---|---|---|")?;
        }
        let twin =
            sqlite.iter().find(|twin| twin.table == column.table && twin.name == column.name);
        let words = twin.map_or("missing".to_owned(), kind);
        writeln!(out, "| `{}` | {} | {words} |", column.name, kind(column))?;
    }
    Ok(())
}

fn kind(column: &Column) -> String {
    let null = if column.nullable { ", may be null" } else { "" };
    format!("{}{null}", column.kind)
}
