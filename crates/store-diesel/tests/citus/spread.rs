//! Where rows lie, and how many places a question asks.

use std::ops::ControlFlow;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use muster_domain::{
    AdminKey, ClientKey, IssuerKey, LookupTag, Reach, Shard, Timestamp, TokenKind, UserId, UserKey,
    samples,
};
use muster_store::{PresentedToken, Reading, StoreError, TokenRange};

use super::cluster::Spread;
use super::overhearing::{listing_settings, overhear};

const ISSUER: IssuerKey = IssuerKey::new(1);
const CLIENT: ClientKey = ClientKey::new(1);

type Question = fn(&mut dyn Reading) -> Result<(), StoreError>;

fn user() -> UserKey {
    UserKey::new(Shard::from_number(4_095).unwrap(), 7)
}

fn reach() -> Reach {
    Reach::own_clients(ISSUER, AdminKey::new(1))
}

fn ask_page(reading: &mut dyn Reading) -> Result<(), StoreError> {
    let (first, last) = ((Timestamp::from_millis(0), 0), (Timestamp::from_millis(9), 9));
    let range = TokenRange { after: None, first, last, limit: 5_000 };
    reading.visit_tokens(user(), CLIENT, &range, &mut |_| ControlFlow::Continue(())).map(drop)
}

fn ask_transactions(reading: &mut dyn Reading) -> Result<(), StoreError> {
    reading.listed_transactions(user(), CLIENT, None, 100).map(drop)
}

fn ask_clients(reading: &mut dyn Reading) -> Result<(), StoreError> {
    reading.listed_clients(user(), reach(), None, 100).map(drop)
}

fn ask_token(reading: &mut dyn Reading, shard: Option<Shard>) -> Result<(), StoreError> {
    let presented = PresentedToken::Tagged { tags: vec![LookupTag::new([1; 32])], shard };
    reading.find_token(&presented, TokenKind::Access, reach()).map(drop)
}

fn ask_token_with_shard(reading: &mut dyn Reading) -> Result<(), StoreError> {
    ask_token(reading, Some(user().shard))
}

fn ask_token_without_shard(reading: &mut dyn Reading) -> Result<(), StoreError> {
    ask_token(reading, None)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The plan of the statement that the store sends for a question.
fn plan(spread: &Spread, question: Question, table: &str) -> String {
    let store = spread.open();
    let all = overhear(|| store.list(|reading| question(reading)).unwrap());
    let asked = all.iter().find(|statement| statement.sql.contains(&format!("\"{table}\"")));
    let asked = asked.unwrap();
    let mut connection = spread.connect();
    connection.batch_execute(&listing_settings()).unwrap();
    connection.batch_execute(&format!("PREPARE asked AS {}", asked.sql)).unwrap();
    let explain = format!("EXPLAIN EXECUTE asked({})", asked.literals());
    let lines: Vec<Line> = diesel::sql_query(explain).load(&mut connection).unwrap();
    lines.into_iter().map(|line| line.line).collect::<Vec<_>>().join("\n")
}

/// I25.
#[test]
fn citus_answers_a_page_of_a_listing_in_one_task_by_its_index() {
    let spread = Spread::new(32);
    let questions: [(Question, &str, &str); 4] = [
        (ask_page, "tokens", "tokens_listing"),
        (ask_transactions, "transactions", "transactions_listing"),
        (ask_clients, "holdings", "holdings_pkey"),
        (ask_token_with_shard, "tokens", "tokens_lookup"),
    ];
    for (question, table, index) in questions {
        let plan = plan(&spread, question, table);
        assert!(plan.contains("Task Count: 1\n"), "{plan}");
        assert!(plan.contains(&format!("using {index}")), "{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
    }
}

#[test]
fn citus_asks_every_piece_for_a_token_whose_shard_is_not_known() {
    let spread = Spread::new(8);
    let plan = plan(&spread, ask_token_without_shard, "tokens");
    assert!(plan.contains("Task Count: 8\n"), "{plan}");
    assert!(plan.contains("tokens_lookup"), "{plan}");
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    nodes: i64,
}

/// Every table of the schema: how it lies, and on how many nodes.
const PLACES: &str = "
    SELECT c.relname::text AS name, coalesce(t.citus_table_type, 'local') AS kind,
      (SELECT count(DISTINCT nodeport) FROM citus_shards s WHERE s.table_name = c.oid) AS nodes
    FROM pg_class c LEFT JOIN public.citus_tables t ON t.table_name = c.oid
    WHERE c.relnamespace = current_schema::regnamespace AND c.relkind = 'r'
      AND c.relname NOT LIKE '\\_\\_%'
    ORDER BY 2, 1";

#[test]
fn citus_spreads_what_belongs_to_users_and_copies_the_rest() {
    let spread = Spread::new(4);
    let places: Vec<Place> = diesel::sql_query(PLACES).load(&mut spread.connect()).unwrap();
    let of = |kind: &str| {
        let of_kind = places.iter().filter(|place| place.kind == kind);
        of_kind.map(|place| place.name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of("distributed"), ["codes", "holdings", "tokens", "transactions", "users"]);
    assert_eq!(
        of("reference"),
        [
            "administers",
            "admins",
            "clients",
            "data_keys",
            "issuers",
            "served_names",
            "signing_keys",
            "trusted_issuers"
        ]
    );
    assert_eq!(
        of("local"),
        ["assertions", "audit", "audit_end", "counters", "device_flows", "leases"]
    );
    assert!(places.iter().all(|place| place.kind == "local" || place.nodes >= 2));
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

#[test]
fn citus_keeps_users_on_both_workers() {
    let spread = Spread::new(4);
    let store = spread.open();
    let ids: Vec<UserId> = (0..60).map(|n| UserId::new(format!("user {n}")).unwrap()).collect();
    let new = samples::issuer("https://issuer.example").unwrap();
    let users = store.change(|unit| {
        let issuer = unit.add_issuer(&new)?;
        unit.ensure_users(issuer.key, &ids, Timestamp::from_millis(1))
    });
    assert_eq!(users.unwrap().len(), 60);
    let pieces = "SELECT result::bigint AS rows
        FROM run_command_on_shards('users', 'SELECT count(*) FROM %s') WHERE success";
    let pieces: Vec<Count> = diesel::sql_query(pieces).load(&mut spread.connect()).unwrap();
    assert_eq!(pieces.len(), 4);
    assert!(pieces.iter().all(|piece| piece.rows > 0));
    assert_eq!(pieces.iter().map(|piece| piece.rows).sum::<i64>(), 60);
}
