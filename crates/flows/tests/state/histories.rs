//! Recorded histories of {refresh, revoke, introspect, list} of one family from eight
//! threads, each explained by some order (T05, T07, testing 6.4). A million operations:
//! `cargo run -p muster-flows --release --example histories -- --count 1000000`.

use crate::house::{Engine, House, every_grant};
use crate::recorded::every_history_is_explained;

const FAMILIES: u64 = 80;

fn some_order_explains_every_answer(engine: Engine) {
    let house = House::new(engine);
    let client = house.client("app", every_grant("a"));
    every_history_is_explained(&house, &client, 0..FAMILIES);
}

#[test]
fn some_order_explains_every_answer_on_sqlite() {
    some_order_explains_every_answer(Engine::Sqlite);
}

#[test]
fn some_order_explains_every_answer_on_postgres() {
    some_order_explains_every_answer(Engine::Postgres);
}
