//! Everything that the database holds, table by table and row by row: what has a request
//! changed, and whose is it?

use std::collections::BTreeSet;

use muster_store_diesel::Scratch;

use crate::house::{Engine, House};

/// A row as the database shows it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Row {
    pub(crate) table: String,
    /// The number of the client whose it is; 0 if the table has none.
    pub(crate) client: i64,
    pub(crate) text: String,
}

/// How every row of every table is asked for.
pub(crate) struct Tables(String);

impl Tables {
    /// Whichever tables there are.
    pub(crate) fn of(house: &House, engine: Engine) -> Self {
        let scratch = &house.scratch;
        let parts: Vec<String> = match engine {
            Engine::Sqlite => {
                let tables = "SELECT name AS who, 0 AS number FROM sqlite_master \
                              WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
                names(scratch, tables).iter().map(|table| in_sqlite(scratch, table)).collect()
            }
            Engine::Postgres => {
                let tables = "SELECT table_name::text AS who, 0::bigint AS number \
                              FROM information_schema.tables WHERE table_schema = 'public'";
                names(scratch, tables).iter().map(|table| in_postgres(scratch, table)).collect()
            }
        };
        assert!(parts.len() > 15, "{parts:?}");
        Self(parts.join(" UNION ALL "))
    }

    /// All rows.
    pub(crate) fn read(&self, house: &House) -> BTreeSet<Row> {
        let rows = house.scratch.tally(&self.0).expect("every table can be read").into_iter();
        rows.map(|(text, client)| {
            let text = text.expect("a row");
            let (table, text) = text.split_once(' ').expect("the name of a table and a row");
            Row { table: table.to_owned(), client, text: text.to_owned() }
        })
        .collect()
    }
}

fn names(scratch: &Scratch, query: &str) -> Vec<String> {
    let rows = scratch.tally(query).expect("names").into_iter();
    rows.map(|(name, _)| name.expect("a name")).collect()
}

/// The column that says whose a row is.
fn owner(columns: &[String]) -> &str {
    columns.iter().map(String::as_str).find(|name| *name == "client_seq").unwrap_or("0")
}

fn in_sqlite(scratch: &Scratch, table: &str) -> String {
    let columns =
        format!("SELECT name AS who, cid AS number FROM pragma_table_info('{table}') ORDER BY cid");
    let columns = names(scratch, &columns);
    let quoted: Vec<String> = columns.iter().map(|name| format!("quote(\"{name}\")")).collect();
    let (row, owner) = (quoted.join(" || ',' || "), owner(&columns));
    format!("SELECT '{table} ' || {row} AS who, {owner} AS number FROM \"{table}\"")
}

fn in_postgres(scratch: &Scratch, table: &str) -> String {
    let columns = format!(
        "SELECT column_name::text AS who, 0::bigint AS number FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = '{table}'"
    );
    let columns = names(scratch, &columns);
    let owner = owner(&columns);
    format!("SELECT '{table} ' || t::text AS who, {owner}::bigint AS number FROM \"{table}\" t")
}
