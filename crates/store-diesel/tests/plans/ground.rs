//! A crowded database, and how to learn what a statement costs in it.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use muster_domain::{AdminKey, ClientKey, IssuerKey, Shard, UserKey};
use muster_store::Store;
use muster_store_diesel::{DatabaseUrl, PoolSettings, Scratch, open};
use muster_testkit::{TestServer, database_url};

use super::overhearing::overhear;
use super::overhearing::statement::Overheard;

pub(crate) const ISSUER: IssuerKey = IssuerKey::new(1);
pub(crate) const ADMIN: AdminKey = AdminKey::new(1);
pub(crate) const CLIENT: ClientKey = ClientKey::new(1);

/// A place with a shard: the busy user's.
pub(crate) fn shard() -> Shard {
    Shard::from_number(7).unwrap()
}

pub(crate) fn user() -> UserKey {
    UserKey::new(shard(), 7)
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

pub(crate) fn sqlite_plan(connection: &mut SqliteConnection, statement: &Overheard) -> Vec<String> {
    let explain = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let steps: Vec<Step> = diesel::sql_query(explain).load(connection).unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}

pub(crate) fn open_sqlite(scratch: &Scratch) -> (Arc<dyn Store>, SqliteConnection) {
    let DatabaseUrl::Sqlite(path) = scratch.url() else { panic!("{:?}", scratch.url()) };
    // The writer's connection is opened with the store: from here on it is listened to.
    overhear(|| ());
    let connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    (open(scratch.url(), &PoolSettings::default()).unwrap(), connection)
}

/// Two hundred thousand tokens of four hundred users at fifty clients; every other one
/// belongs to one busy user, most of them at one client.
const CROWD: &str = "
INSERT INTO issuers VALUES (1, 1, 0, 'https://issuer.example');
INSERT INTO admins (seq, issuer_seq, status, methods, list_users, list_users_other_clients, version, created_at, id, name)
  VALUES (1, 1, 1, 1, true, true, 1, 0, 'admin', 'admin');
INSERT INTO clients (seq, issuer_seq, kind, status, methods, version, created_at, id, name, registration)
  SELECT n, 1, 0, 1, 1, 1, 0, 'client:/' || n, 'client', '{}' FROM generate_series(1, 50) n;
INSERT INTO administers SELECT 1, n FROM generate_series(1, 50) n;
INSERT INTO served_names SELECT 1, 1 + n % 50, 'https://' || n || '.example' FROM generate_series(1, 5000) n;
INSERT INTO users (seq, created_at, issuer_seq, shard, status, uid_digest, uid)
  SELECT n, 0, 1, n, 1, sha256(n::text::bytea), 'user ' || n FROM generate_series(1, 400) n;
INSERT INTO transactions (seq, started_at, user_seq, issuer_seq, client_seq, shard, code, scopes)
  SELECT n, n * 1000, u, 1, CASE WHEN u = 7 AND n % 10 > 0 THEN 1 ELSE 1 + n % 50 END, u, 'urn:t:' || n, ''
  FROM (SELECT n, CASE WHEN n % 2 = 1 THEN 7 ELSE 1 + n % 400 END u FROM generate_series(1, 20000) n) t;
INSERT INTO holdings (user_seq, client_seq, shard, client_id)
  SELECT DISTINCT user_seq, client_seq, shard, 'client:/' || client_seq FROM transactions
  UNION SELECT u, c, u, 'client:/' || c FROM generate_series(1, 2000) u, generate_series(1, 50) c;
INSERT INTO tokens (seq, tx_seq, started_at, elem_at, elem_seq, issued_at, expires_at, user_seq, issuer_seq,
    client_seq, shard, kind, state, lookup, jti, sealed, data_key)
  SELECT n, t.seq, t.started_at, t.started_at + n % 10 / 2, n - n % 2, t.started_at + n % 10 / 2,
    t.started_at + 900000, t.user_seq, 1, t.client_seq, t.shard, 1 + n % 2, 0, sha256(n::text::bytea), 'urn:' || n,
    sha512(n::text::bytea), 1
  FROM generate_series(10, 200009) n JOIN transactions t ON t.seq = n / 10;
INSERT INTO codes SELECT seq, started_at, started_at + 600000, started_at, 1, client_seq, shard, 0,
    sha256(seq::text::bytea), '{}' FROM transactions;
INSERT INTO device_flows (seq, started_at, expires_at, interval_ms, issuer_seq, client_seq, shard, state,
    device_lookup, user_lookup, details)
  SELECT n, n * 1000, n * 1000 + 600000, 5000, 1, 1 + n % 50, 1 + n % 50, 0, sha256(n::text::bytea),
    sha256((-n)::text::bytea), '{}' FROM generate_series(1, 20000) n;
UPDATE tokens SET state = 1, ended_at = issued_at + 100000 WHERE seq % 100 = 0;
UPDATE transactions SET parent_seq = seq - 2, depth = 1 WHERE seq % 100 = 51;
ANALYZE;
";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

pub(crate) fn postgres_plan(connection: &mut PgConnection, statement: &Overheard) -> String {
    connection.batch_execute(&format!("PREPARE asked AS {}", statement.sql)).unwrap();
    let explain = format!("EXPLAIN (ANALYZE, TIMING OFF) EXECUTE asked({})", statement.literals());
    let lines: Vec<Line> = diesel::sql_query(explain).load(connection).unwrap();
    connection.batch_execute("DEALLOCATE asked").unwrap();
    lines.into_iter().map(|line| line.line).collect::<Vec<_>>().join("\n")
}

pub(crate) fn open_crowd() -> (Scratch, Arc<dyn Store>, PgConnection) {
    let scratch = Scratch::postgres(&database_url(TestServer::Postgres)).unwrap();
    let mut connection = PgConnection::establish(&scratch.url_text()).unwrap();
    connection.batch_execute(CROWD).unwrap();
    let store = open(scratch.url(), &PoolSettings::default()).unwrap();
    (scratch, store, connection)
}
