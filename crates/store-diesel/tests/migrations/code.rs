//! `src/schema.rs`, column by column, against both databases.

use diesel::prelude::*;
use muster_store_diesel::{DatabaseUrl, Scratch};
use muster_testkit::{TestServer, database_url};

use super::columns::{Column, postgres_columns, sqlite_columns};

const CODE: &str = include_str!("../../src/schema.rs");

/// The columns that the code knows, in Diesel's words.
fn code_columns() -> Vec<Column> {
    let mut found = Vec::new();
    let mut table = "";
    for line in CODE.lines().map(str::trim) {
        if let Some((name, _)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            table = name;
        }
        if let Some((name, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> "))
        {
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            found.push(Column {
                table: table.to_owned(),
                name: name.to_owned(),
                kind: inner.unwrap_or(kind).to_owned(),
                nullable: inner.is_some(),
            });
        }
    }
    found.sort();
    found
}

/// The code's columns as the engine should call them.
fn expected(word: fn(&Column) -> &'static str) -> Vec<Column> {
    let rename = |column: Column| Column { kind: word(&column).to_owned(), ..column };
    let mut columns: Vec<Column> = code_columns().into_iter().map(rename).collect();
    columns.sort();
    columns
}

fn postgres_word(column: &Column) -> &'static str {
    match column.kind.as_str() {
        "Text" => "text",
        "BigInt" => "bigint",
        "Integer" => "integer",
        "SmallInt" => "smallint",
        "Bool" => "boolean",
        "Binary" => "bytea",
        other => panic!("{other} is no type of both engines"),
    }
}

/// SQLite's number of a row has 64 bits and must be called `integer`.
fn sqlite_word(column: &Column) -> &'static str {
    let place = (column.table.as_str(), column.name.as_str());
    match place {
        ("users" | "transactions" | "tokens" | "device_flows", "seq") | ("audit", "number") => {
            "integer"
        }
        _ if column.kind == "Binary" => "blob",
        _ => postgres_word(column),
    }
}

#[test]
fn the_code_knows_every_column_of_postgres_as_it_is() {
    let scratch = Scratch::postgres(&database_url(TestServer::Postgres)).unwrap();
    let mut connection = PgConnection::establish(&scratch.url_text()).unwrap();
    let mut found = postgres_columns(&mut connection).unwrap();
    found.sort();
    assert!(found.len() > 80, "{found:#?}");
    assert_eq!(found, expected(postgres_word));
}

#[test]
fn the_code_knows_every_column_of_sqlite_as_it_is() {
    let scratch = Scratch::sqlite().unwrap();
    let DatabaseUrl::Sqlite(path) = scratch.url() else { panic!("{:?}", scratch.url()) };
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let mut found = sqlite_columns(&mut connection).unwrap();
    found.sort();
    assert!(found.len() > 80, "{found:#?}");
    assert_eq!(found, expected(sqlite_word));
}
