//! What a listing holds: everything that was issued (I04), and nothing that could be
//! redeemed for more (I21).

use muster_domain::{Ending, ErrorCode, Lifetime, Timestamp, TokenKind};
use muster_flows::Sprout;
use serde_json::Value;

use crate::house::{Engine, House, NOW};

const DAY: Lifetime = Lifetime::from_days(1);

/// Every value of these members, wherever it stands.
fn values<'a>(listing: &'a Value, name: &str, found: &mut Vec<&'a str>) {
    match listing {
        Value::Object(members) => {
            found.extend(members.get(name).and_then(Value::as_str));
            members.values().for_each(|value| values(value, name, found));
        }
        Value::Array(elements) => elements.iter().for_each(|value| values(value, name, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn sorted<'a>(listing: &'a Value, name: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    values(listing, name, &mut found);
    found.sort_unstable();
    found
}

/// Alice with tokens in every state at three clients; their texts and the codes of her flows.
fn grown(house: &House) -> (Vec<String>, Vec<String>) {
    let admin = house.admin("admin", true, false);
    let alice = house.user("alice");
    let now = Timestamp::from_millis(NOW);
    let (mut texts, mut codes) = (Vec::new(), Vec::new());
    for id in ["a", "b", "c"] {
        let client = house.client(id);
        house.link(admin.key, client.key);
        // Started and never finished; ended; ordinary.
        for step in 0..3 {
            let at = now.minus(Lifetime::from_days(step));
            let flow = house.seed.flow(&client, Some(&alice), at).unwrap();
            codes.push(flow.transaction.id.as_str().to_owned());
            if step == 0 {
                continue;
            }
            let live = |kind| Sprout::live(kind, at, Lifetime::from_days(3));
            let elements = [
                vec![live(TokenKind::Access), live(TokenKind::Refresh)],
                vec![Sprout::live(TokenKind::Access, at, Lifetime::from_millis(1))],
                vec![live(TokenKind::Access).ended(Ending::Revoked, now)],
                vec![
                    live(TokenKind::Refresh).ended(Ending::Rotated, now),
                    live(TokenKind::Access).ended(Ending::Revoked, now),
                ],
                vec![live(TokenKind::Refresh)],
            ];
            let planted = house.seed.elements(&flow, &elements).unwrap();
            texts.extend(planted.into_iter().map(|token| token.text));
            if step == 2 {
                let key = flow.transaction.key;
                house.store().change(|unit| unit.end_transaction(key, now)).unwrap();
            }
        }
    }
    // The last one's first token is in force: it is asked about.
    let at = house.seed.flow(&client_of(house, "d", &admin), Some(&alice), now).unwrap();
    codes.push(at.transaction.id.as_str().to_owned());
    let asked = house.seed.element(&at, &[Sprout::live(TokenKind::Access, now, DAY)]).unwrap();
    texts.push(asked[0].text.clone());
    (texts, codes)
}

fn client_of(house: &House, id: &str, admin: &muster_domain::AdminClient) -> muster_domain::Client {
    let client = house.client(id);
    house.link(admin.key, client.key);
    client
}

fn every_token_is_listed(engine: Engine) {
    // I04
    let mut house = House::new(engine);
    let (mut texts, mut codes) = grown(&house);
    let asked = texts.last().unwrap().clone();
    texts.sort_unstable();
    codes.sort_unstable();
    for page_rows in [1, 2, 3, 7, 5_000] {
        house.page_rows = page_rows;
        let listing = house.ask("admin", ("access_token", &asked)).expect("a listing");
        assert_eq!(sorted(&listing, "token"), texts, "pages of {page_rows}");
        assert_eq!(sorted(&listing, "code"), codes, "pages of {page_rows}");
        assert_eq!(sorted(&listing, "client_id"), ["a", "b", "c", "d"]);
    }
}

#[test]
fn every_token_of_the_user_is_listed_whatever_became_of_it_on_sqlite() {
    every_token_is_listed(Engine::Sqlite);
}

#[test]
fn every_token_of_the_user_is_listed_whatever_became_of_it_on_postgres() {
    every_token_is_listed(Engine::Postgres);
}

fn only_live_texts_are_good_for_anything(engine: Engine) {
    // I21, D9: an identifier or a code of a listing is a name and nothing more.
    let house = House::new(engine);
    let (texts, _) = grown(&house);
    let asked = texts.last().unwrap();
    let listing = house.ask("admin", ("access_token", asked)).expect("a listing");
    let mut names = Vec::new();
    for member in ["code", "jti", "client_id", "user_uid"] {
        values(&listing, member, &mut names);
    }
    assert!(names.len() > texts.len(), "{names:?}");
    for name in names {
        for kind in ["access_token", "refresh_token"] {
            let answer = house.ask("admin", (kind, name));
            assert_eq!(answer, Err(ErrorCode::InvalidGrant), "{kind} {name}");
        }
    }
    // Of the texts, those are good that the listing itself calls valid.
    let mut valid = 0;
    for kind in ["access_token", "refresh_token"] {
        for token in tokens(&listing, kind) {
            let good = house.ask("admin", (kind, token["token"].as_str().unwrap())).is_ok();
            assert_eq!(good, token["is_valid"].as_bool().unwrap(), "{token}");
            valid += usize::from(good);
        }
    }
    assert_eq!(valid, 3 * 3 + 1, "of each client one flow goes on, with three live tokens");
}

/// The tokens of one kind.
fn tokens<'a>(listing: &'a Value, kind: &str) -> Vec<&'a Value> {
    let clients = listing["clients"].as_array().unwrap().iter();
    let flows = clients.flat_map(|client| client["transactions"].as_array().unwrap());
    let elements = flows.flat_map(|flow| flow["tokens"].as_array().unwrap());
    elements.filter_map(|element| element.get(kind)).collect()
}

#[test]
fn nothing_but_the_valid_texts_of_a_listing_is_good_for_anything_on_sqlite() {
    only_live_texts_are_good_for_anything(Engine::Sqlite);
}

#[test]
fn nothing_but_the_valid_texts_of_a_listing_is_good_for_anything_on_postgres() {
    only_live_texts_are_good_for_anything(Engine::Postgres);
}
