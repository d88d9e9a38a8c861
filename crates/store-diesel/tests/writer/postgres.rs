//! What only a server knows: connections that break, rows that somebody else keeps.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use muster_domain::{IssuerUrl, NewIssuer, PartyStatus, Timestamp};
use muster_store_diesel::{DatabaseUrl, Scratch, open};

use crate::ground::{acknowledged, add, is_unavailable, kept, on_postgres, opened, settings};

/// Ends every connection to the database but the one that asks.
const BREAK_ALL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// A connection past the store, as another process would have it.
fn stranger(scratch: &Scratch) -> PgConnection {
    let DatabaseUrl::Postgres(url) = scratch.url() else { panic!("{:?}", scratch.url()) };
    PgConnection::establish(url).unwrap()
}

#[test]
fn a_connection_that_broke_while_nobody_wrote_is_replaced_unnoticed() {
    // F09
    let scratch = on_postgres();
    let store = opened(&scratch);
    store.change(|unit| add(unit, 1)).unwrap();
    stranger(&scratch).batch_execute(BREAK_ALL).unwrap();
    store.change(|unit| add(unit, 2)).unwrap();
    assert_eq!(kept(&scratch), [1, 2]);
}

#[test]
fn a_connection_that_breaks_under_a_unit_takes_it_back_and_the_next_one_goes_on() {
    // F09
    let scratch = on_postgres();
    let store = opened(&scratch);
    let mut stranger = stranger(&scratch);
    let broken = store.change(|unit| {
        add(unit, 1)?;
        stranger.batch_execute(BREAK_ALL).unwrap();
        add(unit, 2)
    });
    assert!(is_unavailable(&broken), "{broken:?}");
    store.change(|unit| add(unit, 3)).unwrap();
    assert_eq!(kept(&scratch), [3]);
}

#[test]
fn whoever_waits_for_a_row_waits_alone() {
    // F12
    let scratch = on_postgres();
    let store = opened(&scratch);
    let new = NewIssuer {
        url: IssuerUrl::new("https://kept.example").unwrap(),
        created_at: Timestamp::default(),
    };
    let kept_one = store.change(|unit| unit.add_issuer(&new)).unwrap();
    let mut stranger = stranger(&scratch);
    stranger.batch_execute("BEGIN; SELECT * FROM issuers FOR UPDATE").unwrap();
    let status = PartyStatus::Suspended;
    std::thread::scope(|scope| {
        let waiting =
            scope.spawn(|| store.change(|unit| unit.set_issuer_status(kept_one.key, status)));
        // All of them are done while the row is kept.
        let all = acknowledged(|writer| {
            store.change(|unit| add(unit, writer)).unwrap();
            vec![writer]
        });
        assert_eq!(kept(&scratch), all);
        stranger.batch_execute("COMMIT").unwrap();
        assert!(waiting.join().unwrap().unwrap());
    });
    let found = store.read(|reading| reading.find_issuer(&new.url)).unwrap();
    assert_eq!(found.unwrap().status, status);
}

#[test]
fn a_server_with_room_for_one_writer_only_is_written_to_over_one_connection() {
    // F09
    let scratch = on_postgres();
    let mut stranger = stranger(&scratch);
    let role = format!("lonely_{}", std::process::id());
    stranger
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'lonely' CONNECTION LIMIT 1; \
             GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}"
        ))
        .unwrap();
    let lonely = as_role(&scratch, &role);
    let store = open(&lonely, &settings()).unwrap();
    let all = acknowledged(|writer| {
        let numbers = (0..20).map(|round| writer * 100 + round);
        numbers.inspect(|number| store.change(|unit| add(unit, *number)).unwrap()).collect()
    });
    assert_eq!(kept(&scratch), all);
    drop(store);
    stranger.batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}

/// The same database as this role, whose password is `lonely`.
fn as_role(scratch: &Scratch, role: &str) -> DatabaseUrl {
    let DatabaseUrl::Postgres(url) = scratch.url() else { panic!("{:?}", scratch.url()) };
    let (_, place) = url.split_once('@').unwrap();
    DatabaseUrl::Postgres(format!("postgres://{role}:lonely@{place}"))
}
