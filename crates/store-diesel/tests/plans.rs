//! Query plans: what a listing and a token's lookup cost does not depend on the rows of
//! others (I25, decision 0004).
//!
//! The statements are the ones that the store really sends: they are overheard.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod overhearing;

use std::ops::ControlFlow;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use muster_domain::{
    AdminKey, ClientKey, IssuerKey, LookupTag, Reach, Shard, Timestamp, TokenKind, TransactionKey,
    UserKey,
};
use muster_store::{PresentedToken, Reading, Store, StoreError, TokenPlace, TokenRange};
use muster_store_diesel::{DatabaseUrl, PoolSettings, Scratch, open};
use muster_testkit::{TestServer, database_url};

use overhearing::statement::Overheard;
use overhearing::{listing_settings, overhear};

const ISSUER: IssuerKey = IssuerKey::new(1);
const ADMIN: AdminKey = AdminKey::new(1);
const CLIENT: ClientKey = ClientKey::new(1);

/// A place with a shard: the busy user's.
fn shard() -> Shard {
    Shard::from_number(7).unwrap()
}

fn user() -> UserKey {
    UserKey::new(shard(), 7)
}

type Question = fn(&mut dyn Reading) -> Result<(), StoreError>;

fn ask_page(reading: &mut dyn Reading) -> Result<(), StoreError> {
    let started_at = Timestamp::from_millis(100_000);
    let after = TokenPlace {
        started_at,
        transaction: 100,
        element_at: started_at,
        element: 1_000,
        kind: TokenKind::Access,
    };
    let last = (Timestamp::from_millis(i64::MAX), i64::MAX);
    let range = TokenRange { after: Some(after), first: (started_at, 100), last, limit: 5_000 };
    reading.visit_tokens(user(), CLIENT, &range, &mut |_| ControlFlow::Continue(())).map(drop)
}

fn ask_transactions(reading: &mut dyn Reading) -> Result<(), StoreError> {
    reading.listed_transactions(user(), CLIENT, None, 1_000).map(drop)
}

fn ask_clients(reading: &mut dyn Reading) -> Result<(), StoreError> {
    let reach = Reach::every_client(ISSUER, ADMIN);
    reading.listed_clients(user(), reach, None, 100).map(drop)
}

fn ask_own_clients(reading: &mut dyn Reading) -> Result<(), StoreError> {
    let reach = Reach::own_clients(ISSUER, ADMIN);
    reading.listed_clients(user(), reach, None, 100).map(drop)
}

fn ask_token(reading: &mut dyn Reading, shard: Option<Shard>) -> Result<(), StoreError> {
    let tags = vec![LookupTag::new([1; 32]), LookupTag::new([2; 32])];
    let presented = PresentedToken::Tagged { tags, shard };
    let reach = Reach::own_clients(ISSUER, ADMIN);
    reading.find_token(&presented, TokenKind::Access, reach).map(drop)
}

fn ask_token_with_shard(reading: &mut dyn Reading) -> Result<(), StoreError> {
    ask_token(reading, Some(shard()))
}

fn ask_token_without_shard(reading: &mut dyn Reading) -> Result<(), StoreError> {
    ask_token(reading, None)
}

fn ask_tokens_of_transactions(reading: &mut dyn Reading) -> Result<(), StoreError> {
    let keys = [TransactionKey::new(shard(), 7), TransactionKey::new(shard(), 1_007)];
    reading.tokens_of_transactions(ISSUER, &keys).map(drop)
}

/// A question, the table it is about, and the index that answers it.
type Case = (Question, &'static str, &'static str);

/// Asked on the connections of listings.
const LISTING: [Case; 4] = [
    (ask_page, "tokens", "tokens_listing"),
    (ask_transactions, "transactions", "transactions_listing"),
    (ask_clients, "holdings", "holdings_pkey"),
    (ask_own_clients, "holdings", "holdings_pkey"),
];

/// Asked on any connection.
const LOOKUPS: [Case; 3] = [
    (ask_token_with_shard, "tokens", "tokens_lookup"),
    (ask_token_without_shard, "tokens", "tokens_lookup"),
    (ask_tokens_of_transactions, "tokens", "tokens_listing"),
];

/// The statement that the store sends for a question.
fn statement(store: &Arc<dyn Store>, question: Question, table: &str) -> Overheard {
    let all = overhear(|| store.list(|reading| question(reading)).unwrap());
    let about = |query: &&Overheard| {
        let sql = query.sql.replace('`', "\"");
        sql.contains(&format!("FROM \"{table}\"")) || sql.contains(&format!("FROM (\"{table}\""))
    };
    let mut found: Vec<_> = all.iter().filter(about).collect();
    assert_eq!(found.len(), 1, "one statement about {table}: {all:?}");
    found.remove(0).clone()
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn sqlite_plan(connection: &mut SqliteConnection, statement: &Overheard) -> Vec<String> {
    let explain = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let steps: Vec<Step> = diesel::sql_query(explain).load(connection).unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}

fn open_sqlite(scratch: &Scratch) -> (Arc<dyn Store>, SqliteConnection) {
    let DatabaseUrl::Sqlite(path) = scratch.url() else { panic!("{:?}", scratch.url()) };
    let connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    (open(scratch.url(), &PoolSettings::default()).unwrap(), connection)
}

#[test]
fn on_sqlite_every_question_of_a_listing_is_a_search_of_its_index_without_a_sort() {
    let scratch = Scratch::sqlite().unwrap();
    let (store, mut connection) = open_sqlite(&scratch);
    for (question, table, index) in LISTING.into_iter().chain(LOOKUPS) {
        let plan = sqlite_plan(&mut connection, &statement(&store, question, table));
        // The primary key of a table without rowid has no index of another name.
        let index = if index == "holdings_pkey" { "PRIMARY KEY" } else { index };
        let search = |step: &String| {
            step.starts_with(&format!("SEARCH {table} USING")) && step.contains(index)
        };
        assert!(plan.iter().any(search), "{table} by {index}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "a sort: {plan:#?}");
    }
}

#[test]
fn on_sqlite_a_page_is_one_range_of_the_listings_index() {
    let scratch = Scratch::sqlite().unwrap();
    let (store, mut connection) = open_sqlite(&scratch);
    let plan = sqlite_plan(&mut connection, &statement(&store, ask_page, "tokens"));
    assert_eq!(plan.len(), 1, "{plan:#?}");
    let range = "USING INDEX tokens_listing (shard=? AND user_seq=? AND client_seq=? AND (started_at,tx_seq,elem_at,elem_seq,kind)>(?,?,?,?,?)";
    assert!(plan[0].contains(range), "{plan:#?}");
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
ANALYZE;
";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

fn postgres_plan(connection: &mut PgConnection, statement: &Overheard) -> String {
    connection.batch_execute(&format!("PREPARE asked AS {}", statement.sql)).unwrap();
    let explain = format!("EXPLAIN (ANALYZE, TIMING OFF) EXECUTE asked({})", statement.literals());
    let lines: Vec<Line> = diesel::sql_query(explain).load(connection).unwrap();
    connection.batch_execute("DEALLOCATE asked").unwrap();
    lines.into_iter().map(|line| line.line).collect::<Vec<_>>().join("\n")
}

fn open_crowd() -> (Scratch, Arc<dyn Store>, PgConnection) {
    let scratch = Scratch::postgres(&database_url(TestServer::Postgres)).unwrap();
    let mut connection = PgConnection::establish(&scratch.url_text()).unwrap();
    connection.batch_execute(CROWD).unwrap();
    let store = open(scratch.url(), &PoolSettings::default()).unwrap();
    (scratch, store, connection)
}

fn expect_index_scans(store: &Arc<dyn Store>, connection: &mut PgConnection, cases: &[Case]) {
    for (question, table, index) in cases {
        let asked = statement(store, *question, table);
        for mode in ["force_custom_plan", "force_generic_plan"] {
            connection.batch_execute(&format!("SET plan_cache_mode = {mode}")).unwrap();
            let plan = postgres_plan(connection, &asked);
            let scan = format!("using {index} on {table}");
            assert!(plan.contains(&scan), "{scan} ({mode}):\n{plan}");
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{mode}:\n{plan}");
            assert!(!plan.contains("Sort"), "{mode}:\n{plan}");
        }
    }
}

#[test]
fn on_postgres_every_question_of_a_listing_is_a_scan_of_its_index_without_a_sort() {
    let (_scratch, store, mut connection) = open_crowd();
    statement(&store, ask_page, "tokens");
    connection.batch_execute(&listing_settings()).unwrap();
    expect_index_scans(&store, &mut connection, &LISTING);
}

#[test]
fn on_postgres_a_presented_token_is_found_by_the_index_of_its_hash() {
    let (_scratch, store, mut connection) = open_crowd();
    expect_index_scans(&store, &mut connection, &LOOKUPS);
}

#[test]
fn on_postgres_a_page_reads_no_row_that_it_does_not_show() {
    let (_scratch, store, mut connection) = open_crowd();
    let plan = postgres_plan(&mut connection, &statement(&store, ask_page, "tokens"));
    let nodes: Vec<&str> = plan.lines().filter(|line| line.contains("actual rows=")).collect();
    assert_eq!(nodes.len(), 2, "a limit above a scan:\n{plan}");
    assert!(nodes[1].contains("Index Scan using tokens_listing on tokens"), "{plan}");
    assert!(nodes[1].contains("actual rows=5000 loops=1"), "{plan}");
    assert!(!plan.contains("Rows Removed"), "{plan}");
}
