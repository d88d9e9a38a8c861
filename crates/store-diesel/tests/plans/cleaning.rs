//! Clean-up looks at rows that are over and at nothing else, however many there are.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use muster_domain::Timestamp;
use muster_store::Store;
use muster_store_diesel::Scratch;

use super::ground::{open_crowd, open_sqlite, postgres_plan, sqlite_plan};
use super::overhearing::overhear;
use super::overhearing::statement::Overheard;

/// Words of a statement of a batch, the table it is about, and the index that answers it.
const STATEMENTS: [(&str, &str, &str); 11] = [
    ("ORDER BY \"tokens\".\"expires_at\"", "tokens", "tokens_by_expiry"),
    ("ORDER BY \"tokens\".\"ended_at\"", "tokens", "tokens_by_revocation"),
    ("ORDER BY \"codes\".\"expires_at\"", "codes", "codes_by_expiry"),
    ("ORDER BY \"device_flows\".\"expires_at\"", "device_flows", "device_flows_by_expiry"),
    ("SELECT \"transactions\".\"seq\"", "transactions", "transactions_pkey"),
    ("SELECT (EXISTS", "tokens", "tokens_listing"),
    ("SELECT (EXISTS", "codes", "codes_pkey"),
    ("SELECT (EXISTS", "transactions", "transactions_by_parent"),
    ("DELETE FROM \"tokens\"", "tokens", "tokens_pkey"),
    ("DELETE FROM \"codes\"", "codes", "codes_pkey"),
    ("DELETE FROM \"transactions\"", "transactions", "transactions_pkey"),
];

/// What a batch says to the database.
fn batch(store: &Arc<dyn Store>, before: i64, limit: i64) -> Vec<Overheard> {
    let before = Timestamp::from_millis(before);
    overhear(|| {
        let cleaned = store.change(|unit| unit.clean(before, limit)).unwrap();
        assert!(cleaned.tokens > 0 && cleaned.transactions > 0, "{cleaned:?}");
    })
}

fn statement<'a>(said: &'a [Overheard], words: &str) -> &'a Overheard {
    let found = said.iter().find(|said| said.sql.replace('`', "\"").contains(words));
    found.unwrap_or_else(|| panic!("{words} was not said"))
}

/// One transaction with a token and a code, and a device's flow; all long over.
const ENDED: &str = "
INSERT INTO transactions (seq, started_at, issuer_seq, client_seq, shard, code, scopes)
  VALUES (1, 1, 1, 1, 7, 't:1', '');
INSERT INTO tokens (seq, tx_seq, started_at, elem_at, elem_seq, issued_at, expires_at, issuer_seq,
    client_seq, shard, kind, state, jti)
  VALUES (1, 1, 1, 1, 1, 1, 2, 1, 1, 7, 1, 0, 'urn:1');
INSERT INTO codes VALUES (1, 1, 2, NULL, 1, 1, 7, 0, x'00', '{}');
";

#[test]
fn on_sqlite_a_batch_of_cleaning_searches_indexes_alone_and_sorts_nothing() {
    let scratch = Scratch::sqlite().unwrap();
    let (store, mut connection) = open_sqlite(&scratch);
    connection.batch_execute(ENDED).unwrap();
    let said = batch(&store, 1_000, 500);
    for (words, table, index) in STATEMENTS {
        let plan = sqlite_plan(&mut connection, statement(&said, words));
        let index = match index {
            "transactions_pkey" | "tokens_pkey" | "codes_pkey" => "PRIMARY KEY",
            other => other,
        };
        let search = |step: &String| step.starts_with(&format!("SEARCH {table} USING"));
        assert!(
            plan.iter().any(|step| search(step) && step.contains(index)),
            "{table} by {index}: {plan:#?}"
        );
        // A question about existence alone is a row of its own.
        let scan = |step: &String| step.starts_with("SCAN") && step != "SCAN CONSTANT ROW";
        assert!(!plan.iter().any(scan), "{plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "a sort: {plan:#?}");
    }
}

#[test]
fn on_postgres_a_batch_of_cleaning_scans_indexes_alone_and_sorts_nothing() {
    let (_scratch, store, mut connection) = open_crowd();
    // Few enough have expired that the batch takes revoked ones as well.
    let said = batch(&store, 1_000_000, 2_000);
    for (words, table, index) in STATEMENTS {
        let asked = statement(&said, words);
        for mode in ["force_custom_plan", "force_generic_plan"] {
            connection.batch_execute(&format!("SET plan_cache_mode = {mode}")).unwrap();
            let plan = postgres_plan(&mut connection, asked);
            assert!(plan.contains(&format!(" {index} ")), "{table} by {index} ({mode}):\n{plan}");
            assert!(!plan.contains("Seq Scan"), "{mode}:\n{plan}");
            assert!(!plan.contains("Sort"), "{mode}:\n{plan}");
        }
    }
}

/// The oldest rows of the crowd are still refreshed: no batch reads past them again and again.
#[test]
fn on_postgres_a_batch_of_cleaning_reads_no_more_rows_than_it_takes() {
    let (_scratch, store, mut connection) = open_crowd();
    let said = batch(&store, 5_000_000, 500);
    let over = statement(&said, "ORDER BY \"tokens\".\"expires_at\"");
    let plan = postgres_plan(&mut connection, over);
    assert!(plan.contains("actual rows=500 loops=1"), "{plan}");
    assert!(!plan.contains("Rows Removed"), "{plan}");
}
