//! Sealed texts that somebody else has had in hand (tokens-at-rest.md 8.5): changed,
//! exchanged or without their key they are not shown, they are counted, and all others are
//! right. Without the right keys the service does not start.

use muster_domain::{Clock, Lifetime, TokenKind, UserId};
use muster_flows::{Planted, Sprout};
use muster_server::clock::SystemClock;
use serde_json::Value;

use crate::house::{Engine, House, TOKEN_INFO, premises};
use crate::planting::tools;
use crate::raw_rows::{bytes, literal, tell};
use crate::records::records_with;
use crate::wire::Request;

const ISSUER: &str = "https://issuer.example/oauth2";
const DAY: Lifetime = Lifetime::from_days(1);

/// Pairs of tokens of one user at the client `portal`.
fn pairs(house: &House, user: &str, count: i64) -> Vec<Planted> {
    let (keeper, seed) = tools(&premises(&house.scratch, &house.kek, ISSUER));
    let portal = keeper.find_client("portal").expect("portal");
    let user = seed.user(&UserId::new(user).unwrap()).expect("a user");
    let now = SystemClock.now();
    let flow = seed.flow(&portal, Some(&user), now).expect("a flow");
    let elements: Vec<Vec<Sprout>> = (0..count)
        .map(|number| {
            let at = now.plus(Lifetime::from_millis(number));
            [TokenKind::Access, TokenKind::Refresh].map(|kind| Sprout::live(kind, at, DAY)).to_vec()
        })
        .collect();
    seed.elements(&flow, &elements).expect("pairs")
}

/// The row of a token, for a statement.
fn row(token: &Planted) -> String {
    format!("tokens WHERE shard = {} AND seq = {}", token.key.shard.number(), token.key.number)
}

/// Changes a column of a token's row.
fn set(house: &House, token: &Planted, column: &str, value: &str) {
    let place = row(token).replacen("tokens", &format!("tokens SET {column} = {value}"), 1);
    tell(house, &format!("UPDATE {place}"));
}

/// Changes the sealed bytes of a token.
fn change(house: &House, token: &Planted, how: impl FnOnce(&mut Vec<u8>)) {
    let mut sealed = bytes(house, "sealed", &row(token));
    how(&mut sealed);
    set(house, token, "sealed", &literal(house, &sealed));
}

/// Exchanges the sealed bytes of two tokens.
fn exchange(house: &House, one: &Planted, other: &Planted) {
    let texts = [one, other].map(|token| bytes(house, "sealed", &row(token)));
    set(house, one, "sealed", &literal(house, &texts[1]));
    set(house, other, "sealed", &literal(house, &texts[0]));
}

/// What the good admin is told when it presents this text.
fn listing(house: &House, text: &str) -> Value {
    let question = [("grant_type", TOKEN_INFO), ("access_token", text)];
    let answer = house.as_admin().form(&question).send(house.address);
    assert!(answer.whole && answer.status == 200, "{} {}", answer.status, answer.text());
    answer.json()
}

/// Takes the texts of these tokens out of a listing; how many it took.
fn strike(listing: &mut Value, damaged: &[&Planted]) -> usize {
    let mut struck = 0;
    match listing {
        Value::Object(members) => {
            let is_struck = members
                .get("jti")
                .is_some_and(|jti| damaged.iter().any(|token| jti == token.id.as_str()));
            if is_struck && members.insert("token".to_owned(), Value::Null) != Some(Value::Null) {
                struck += 1;
            }
            struck + members.values_mut().map(|value| strike(value, damaged)).sum::<usize>()
        }
        Value::Array(values) => values.iter_mut().map(|value| strike(value, damaged)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Texts that could not be opened, as the metrics count them.
fn counted(house: &House) -> usize {
    let metrics = Request::new("GET", "/metrics").send(house.management).text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("muster_damaged_texts_total "));
    line.map_or(0, |number| number.parse().expect("a number"))
}

/// The listing is what it was but for these texts, and they were counted.
fn assert_only_these_are_missing(
    house: &House,
    before: &Value,
    presented: &str,
    gone: &[&Planted],
) {
    let mut expected = before.clone();
    assert_eq!(strike(&mut expected, gone), gone.len(), "all were there before");
    let known = counted(house);
    assert_eq!(listing(house, presented), expected);
    assert_eq!(counted(house) - known, gone.len());
}

fn changed_texts_are_left_out(engine: Engine) {
    let house = House::start(engine);
    let tokens = pairs(&house, "changed", 4);
    let presented = tokens[0].text.as_str();
    let before = listing(&house, presented);
    assert_only_these_are_missing(&house, &before, presented, &[]);
    change(&house, &tokens[1], |sealed| sealed[0] ^= 1);
    change(&house, &tokens[2], |sealed| {
        let middle = sealed.len() / 2;
        sealed[middle] ^= 0x80;
    });
    change(&house, &tokens[3], |sealed| *sealed.last_mut().expect("bytes") ^= 1);
    change(&house, &tokens[4], |sealed| sealed.truncate(11));
    change(&house, &tokens[5], |sealed| sealed.push(0));
    // The key it was sealed under is no more.
    set(&house, &tokens[6], "data_key", "9999");
    let gone: Vec<&Planted> = tokens[1..7].iter().collect();
    assert_only_these_are_missing(&house, &before, presented, &gone);
    // The text of a token is not needed to find it.
    change(&house, &tokens[0], |sealed| sealed[20] ^= 4);
    let gone: Vec<&Planted> = tokens[..7].iter().collect();
    assert_only_these_are_missing(&house, &before, presented, &gone);
    records_with(&house, "token_info_finished", "\"damaged\":7");
}

#[test]
fn changed_texts_are_left_out_and_counted_and_the_rest_is_right_on_sqlite() {
    changed_texts_are_left_out(Engine::Sqlite);
}

#[test]
fn changed_texts_are_left_out_and_counted_and_the_rest_is_right_on_postgres() {
    changed_texts_are_left_out(Engine::Postgres);
}

fn nobody_sees_an_exchanged_text(engine: Engine) {
    let house = House::start(engine);
    let (alice, bob) = (pairs(&house, "exchanged", 3), pairs(&house, "bob", 2));
    let before = [&alice, &bob].map(|tokens| listing(&house, &tokens[0].text));
    // Two of one element, two of one kind and user, two of two users.
    exchange(&house, &alice[0], &alice[1]);
    exchange(&house, &alice[2], &alice[4]);
    exchange(&house, &alice[3], &bob[1]);
    let gone: Vec<&Planted> = alice[..5].iter().collect();
    assert_only_these_are_missing(&house, &before[0], &alice[0].text, &gone);
    assert_only_these_are_missing(&house, &before[1], &bob[0].text, &[&bob[1]]);
    // Back in their places they open again.
    exchange(&house, &alice[3], &bob[1]);
    assert_only_these_are_missing(&house, &before[1], &bob[0].text, &[]);
}

#[test]
fn texts_exchanged_between_rows_are_shown_to_nobody_on_sqlite() {
    nobody_sees_an_exchanged_text(Engine::Sqlite);
}

#[test]
fn texts_exchanged_between_rows_are_shown_to_nobody_on_postgres() {
    nobody_sees_an_exchanged_text(Engine::Postgres);
}

/// A statement that takes a data key's row away, and one that brings it back.
fn taken_and_back(condition: &str) -> (String, &'static str) {
    let taken = format!(
        "CREATE TABLE aside AS SELECT * FROM data_keys WHERE {condition}; \
         DELETE FROM data_keys WHERE {condition}"
    );
    (taken, "INSERT INTO data_keys SELECT * FROM aside; DROP TABLE aside")
}

fn without_its_data_keys_it_stays_shut(engine: Engine) {
    let mut house = House::start(engine);
    let tokens = pairs(&house, "kept", 1);
    let before = listing(&house, &tokens[0].text);
    house.kill();
    let keys = tell(&house, "SELECT id FROM data_keys ORDER BY id");
    assert_eq!(keys.len(), 5, "{keys:?}");
    for id in &keys {
        let is_it = format!("id = {id}");
        let wrapped = bytes(&house, "wrapped", &format!("data_keys WHERE {is_it}"));
        let put = |bytes: &[u8]| {
            let bytes = literal(&house, bytes);
            tell(&house, &format!("UPDATE data_keys SET wrapped = {bytes} WHERE {is_it}"));
        };
        let mut changed = wrapped.clone();
        changed[20] ^= 1;
        put(&changed);
        let said = house.refuses_to_start();
        assert!(said.contains(&format!("data key {id} is damaged")), "{said}");
        put(&wrapped);
    }
    // One is gone, or all are: new ones would open nothing and find nothing.
    let one_by_one = keys.iter().map(|id| format!("id = {id}"));
    for condition in one_by_one.chain(["id > 0".to_owned()]) {
        let (taken, back) = taken_and_back(&condition);
        tell(&house, &taken);
        let left = tell(&house, "SELECT count(*) FROM data_keys");
        let said = house.refuses_to_start();
        assert!(said.contains("restore the table data_keys"), "{condition}: {said}");
        assert_eq!(tell(&house, "SELECT count(*) FROM data_keys"), left, "none was made");
        tell(&house, back);
    }
    house.restart();
    assert_eq!(listing(&house, &tokens[0].text), before, "with all of them back, all is well");
}

#[test]
fn a_service_whose_data_keys_are_damaged_or_gone_does_not_start_on_sqlite() {
    without_its_data_keys_it_stays_shut(Engine::Sqlite);
}

#[test]
fn a_service_whose_data_keys_are_damaged_or_gone_does_not_start_on_postgres() {
    without_its_data_keys_it_stays_shut(Engine::Postgres);
}

fn with_another_kek_it_stays_shut(engine: Engine) {
    let mut house = House::start(engine);
    let tokens = pairs(&house, "kept", 1);
    let before = listing(&house, &tokens[0].text);
    house.kill();
    let right = std::fs::read(&house.kek).expect("the key file");
    std::fs::remove_file(&house.kek).expect("the key file is gone");
    let said = house.refuses_to_start();
    assert!(said.contains(&house.kek.display().to_string()), "{said}");
    assert!(!house.kek.exists(), "a new one would open nothing");
    muster_crypto::Kek::create(&house.kek, &muster_crypto::OsRandomness).expect("another one");
    let said = house.refuses_to_start();
    assert!(said.contains("is wrapped by the key-encryption key"), "{said}");
    std::fs::write(&house.kek, b"no key").expect("no key");
    let said = house.refuses_to_start();
    assert!(said.contains(&house.kek.display().to_string()), "{said}");
    std::fs::write(&house.kek, right).expect("the right one again");
    house.restart();
    assert_eq!(listing(&house, &tokens[0].text), before, "with the right one, all is well");
}

#[test]
fn a_service_with_another_key_encryption_key_or_none_does_not_start_on_sqlite() {
    with_another_kek_it_stays_shut(Engine::Sqlite);
}

#[test]
fn a_service_with_another_key_encryption_key_or_none_does_not_start_on_postgres() {
    with_another_kek_it_stays_shut(Engine::Postgres);
}
