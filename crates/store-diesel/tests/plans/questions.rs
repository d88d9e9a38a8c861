//! What a listing, a token's lookup and a code's lookup ask, and the index that answers.

use std::ops::ControlFlow;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use muster_domain::{ElementKey, LookupTag, Reach, Shard, Timestamp, TokenKind, TransactionKey};
use muster_store::{PresentedToken, Reading, Store, StoreError, TokenPlace, TokenRange};
use muster_store_diesel::Scratch;

use super::ground::{
    ADMIN, CLIENT, ISSUER, open_crowd, open_sqlite, postgres_plan, shard, sqlite_plan, user,
};
use super::overhearing::statement::Overheard;
use super::overhearing::{listing_settings, overhear};

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
    // Further forms of a text are asked about in the same way.
    let presented = PresentedToken::Tagged { tags: vec![LookupTag::new([1; 32])], shard };
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

fn ask_element(reading: &mut dyn Reading) -> Result<(), StoreError> {
    let element = ElementKey::new(100_000);
    reading.tokens_of_element(TransactionKey::new(shard(), 10_000), element).map(drop)
}

fn ask_existence(reading: &mut dyn Reading) -> Result<(), StoreError> {
    let tags = vec![LookupTag::new([1; 32])];
    reading.token_exists(&PresentedToken::Tagged { tags, shard: None }, ISSUER).map(drop)
}

fn ask_code(reading: &mut dyn Reading) -> Result<(), StoreError> {
    reading.find_code(ISSUER, LookupTag::new([1; 32]), shard()).map(drop)
}

fn ask_device(reading: &mut dyn Reading) -> Result<(), StoreError> {
    reading.find_device_flow(ISSUER, LookupTag::new([1; 32]), shard()).map(drop)
}

fn ask_user_code(reading: &mut dyn Reading) -> Result<(), StoreError> {
    reading.find_device_flow_of_user_code(ISSUER, LookupTag::new([1; 32])).map(drop)
}

fn ask_audience(reading: &mut dyn Reading) -> Result<(), StoreError> {
    reading.standings_of_audience(ISSUER, "https://7.example").map(drop)
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
const LOOKUPS: [Case; 9] = [
    (ask_token_with_shard, "tokens", "tokens_lookup"),
    (ask_token_without_shard, "tokens", "tokens_lookup"),
    (ask_tokens_of_transactions, "tokens", "tokens_listing"),
    (ask_element, "tokens", "tokens_pkey"),
    (ask_existence, "tokens", "tokens_lookup"),
    (ask_code, "codes", "codes_lookup"),
    (ask_device, "device_flows", "device_flows_lookup"),
    (ask_user_code, "device_flows", "device_flows_issuer_seq_user_lookup_key"),
    (ask_audience, "served_names", "served_names_pkey"),
];

/// The statement that the store sends for a question.
fn statement(store: &Arc<dyn Store>, question: Question, table: &str) -> Overheard {
    let all = overhear(|| store.list(|reading| question(reading)).unwrap());
    let about = |query: &&Overheard| {
        // The first table of a join stands after as many parentheses as there are joins.
        let sql = query.sql.replace('`', "\"").replace('(', "");
        sql.contains(&format!("FROM \"{table}\""))
    };
    let mut found: Vec<_> = all.iter().filter(about).collect();
    assert_eq!(found.len(), 1, "one statement about {table}: {all:?}");
    found.remove(0).clone()
}

#[test]
fn on_sqlite_every_question_of_a_listing_is_a_search_of_its_index_without_a_sort() {
    let scratch = Scratch::sqlite().unwrap();
    let (store, mut connection) = open_sqlite(&scratch);
    for (question, table, index) in LISTING.into_iter().chain(LOOKUPS) {
        let plan = sqlite_plan(&mut connection, &statement(&store, question, table));
        let index = match index {
            // The primary key of a table without rowid has no index of another name.
            "holdings_pkey" | "tokens_pkey" | "served_names_pkey" => "PRIMARY KEY",
            "device_flows_issuer_seq_user_lookup_key" => "sqlite_autoindex_device_flows_1",
            other => other,
        };
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
