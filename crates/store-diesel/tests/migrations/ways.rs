//! Up, down to nothing, and up again.

use diesel::prelude::*;
use diesel::sql_types::Text;
use muster_domain::{AdminRights, Timestamp, UserId, samples};
use muster_store_diesel::migrate::{Direction, migrate, status};
use muster_store_diesel::{DatabaseUrl, PoolSettings, Scratch, open};
use muster_testkit::{TestServer, database_url};

#[derive(QueryableByName, PartialEq, Eq, Debug)]
struct Thing {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    meaning: String,
}

/// Everything of the schema that a statement can name, and what it is.
fn things(url: &DatabaseUrl) -> Vec<Thing> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            let query = "SELECT type || ' ' || name AS name, coalesce(sql, '') AS meaning
                FROM sqlite_master WHERE tbl_name <> '__diesel_schema_migrations' ORDER BY 1";
            diesel::sql_query(query).load(&mut connection).unwrap()
        }
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url).unwrap();
            // Places are counted: a column that goes leaves its number behind for good.
            let query = "
                SELECT 'column ' || table_name || '.' || row_number() OVER
                    (PARTITION BY table_name ORDER BY ordinal_position) AS name,
                  concat_ws(' ', column_name, data_type, is_nullable, column_default, collation_name)
                    AS meaning
                FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'
                UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes
                WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations'
                UNION ALL SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                  AND conrelid <> '__diesel_schema_migrations'::regclass
                ORDER BY 1";
            diesel::sql_query(query).load(&mut connection).unwrap()
        }
    }
}

/// Rows that the way down must cope with (F15).
fn fill(url: &DatabaseUrl) {
    let store = open(url, &PoolSettings::default()).unwrap();
    let planted = store.change(|unit| {
        let issuer = unit.add_issuer(&samples::issuer("https://issuer.example").unwrap())?.key;
        let client = unit.add_client(&samples::client(issuer, "client", "h").unwrap())?;
        let rights = AdminRights { list_users: true, list_users_other_clients: false };
        let admin = unit.add_admin(&samples::admin(issuer, "admin", rights).unwrap())?;
        unit.link(admin.key, client.key)?;
        unit.ensure_users(issuer, &[UserId::new("alice").unwrap()], Timestamp::default())
    });
    assert_eq!(planted.unwrap().len(), 1);
}

fn there_and_back(scratch: &Scratch) {
    let url = scratch.url();
    let first = things(url);
    assert!(first.len() > 30, "{first:#?}");
    fill(url);
    let mut down = Vec::new();
    while status(url).unwrap().schema_version.is_some() {
        down.extend(migrate(url, Direction::Down).unwrap());
    }
    assert_eq!(things(url), [], "nothing is left");
    let up = migrate(url, Direction::Up).unwrap();
    down.reverse();
    assert_eq!(up, down, "every step has a way back");
    assert_eq!(things(url), first);
    fill(url);
    assert!(migrate(url, Direction::Up).unwrap().is_empty(), "nothing is left to do");
    assert_eq!(migrate(url, Direction::Redo).unwrap().last(), up.last());
    assert_eq!(things(url), first);
}

#[test]
fn on_sqlite_every_step_has_a_way_back_that_leaves_nothing() {
    there_and_back(&Scratch::sqlite().unwrap());
}

#[test]
fn on_postgres_every_step_has_a_way_back_that_leaves_nothing() {
    there_and_back(&Scratch::postgres(&database_url(TestServer::Postgres)).unwrap());
}

#[test]
fn both_engines_take_the_same_steps() {
    let steps = |scratch: &Scratch| {
        let health = status(scratch.url()).unwrap();
        assert!(health.pending.is_empty() && health.unknown.is_empty(), "{health:?}");
        let mut steps = Vec::new();
        while status(scratch.url()).unwrap().schema_version.is_some() {
            steps.extend(migrate(scratch.url(), Direction::Down).unwrap());
        }
        assert_eq!(status(scratch.url()).unwrap().pending.len(), steps.len());
        steps
    };
    let postgres = Scratch::postgres(&database_url(TestServer::Postgres)).unwrap();
    assert_eq!(steps(&Scratch::sqlite().unwrap()), steps(&postgres));
}
