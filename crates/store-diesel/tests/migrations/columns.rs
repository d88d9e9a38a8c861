//! The columns of all tables, as an engine knows them.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

/// A column in the words of its engine.
#[derive(QueryableByName, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Column {
    #[diesel(sql_type = Text)]
    pub(crate) table: String,
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    #[diesel(sql_type = Text)]
    pub(crate) kind: String,
    #[diesel(sql_type = Bool)]
    pub(crate) nullable: bool,
}

/// By table, then in the table's order.
pub(crate) fn postgres_columns(connection: &mut PgConnection) -> QueryResult<Vec<Column>> {
    let query =
        "SELECT table_name::text AS \"table\", column_name::text AS name, data_type::text AS kind,
          is_nullable = 'YES' AS nullable
        FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name <> '__diesel_schema_migrations'
        ORDER BY table_name COLLATE \"C\", ordinal_position";
    diesel::sql_query(query).load(connection)
}

/// By table, then in the table's order.
pub(crate) fn sqlite_columns(connection: &mut SqliteConnection) -> QueryResult<Vec<Column>> {
    let query = "SELECT m.name AS \"table\", c.name AS name, lower(c.type) AS kind,
          c.\"notnull\" = 0 AS nullable
        FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name <> '__diesel_schema_migrations'
          AND m.name NOT LIKE 'sqlite%'
        ORDER BY m.name, c.cid";
    diesel::sql_query(query).load(connection)
}
