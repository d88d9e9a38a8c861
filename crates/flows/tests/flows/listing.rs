//! The listing against real databases: order, crowded moments, tied starts, every page size.

use crate::house::{Engine, House, NOW};
use muster_domain::{Lifetime, Timestamp, TokenKind, TransactionId};
use muster_flows::{Flow, Sprout};
use muster_store::PartyKey;
use serde_json::Value;

const DAY: Lifetime = Lifetime::from_days(1);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOW + millis)
}

fn flow(house: &House, client: &muster_domain::Client, start: i64, name: &str) -> Flow {
    let user = house.user("alice");
    let id = TransactionId::new(name).unwrap();
    house.seed.flow_named(client, Some(&user), at(start), &id).unwrap()
}

/// The names of clients, codes and texts in the order of the listing.
fn outline(listing: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for client in listing["clients"].as_array().unwrap() {
        lines.push(client["client_id"].as_str().unwrap().to_owned());
        for transaction in client["transactions"].as_array().unwrap() {
            lines.push(format!("  {}", transaction["code"].as_str().unwrap()));
            for element in transaction["tokens"].as_array().unwrap() {
                let texts: Vec<&str> = element
                    .as_object()
                    .unwrap()
                    .values()
                    .map(|token| token["token"].as_str().unwrap())
                    .collect();
                lines.push(format!("    {}", texts.join(" + ")));
            }
        }
    }
    lines
}

fn order_holds(engine: Engine) {
    let mut house = House::new(engine);
    let admin = house.admin("admin", true, false);
    for id in ["b", "Z", "é", "a"] {
        let client = house.client(id);
        house.link(admin.key, client.key);
        let late = flow(&house, &client, 500, &format!("{id}-late"));
        let _empty = flow(&house, &client, 200, &format!("{id}-abandoned"));
        let tied = flow(&house, &client, 100, &format!("{id}-tied-2"));
        let first = flow(&house, &client, 100, &format!("{id}-tied-1"));
        let access = |text: &str, time| {
            Sprout::live(TokenKind::Access, at(time), DAY).with_text(format!("{id}:{text}"))
        };
        let refresh = |text: &str, time| {
            Sprout::live(TokenKind::Refresh, at(time), DAY).with_text(format!("{id}:{text}"))
        };
        house.seed.element(&late, &[access("a3", 520), refresh("r3", 520)]).unwrap();
        house.seed.element(&tied, &[refresh("r2", 130)]).unwrap();
        house.seed.element(&first, &[access("a1", 110)]).unwrap();
        house.seed.element(&tied, &[access("a2", 120)]).unwrap();
    }
    let expected: Vec<String> = ["Z", "a", "b", "é"]
        .iter()
        .flat_map(|id| {
            [
                (*id).to_owned(),
                format!("  {id}-tied-1"),
                format!("    {id}:a1"),
                format!("  {id}-tied-2"),
                format!("    {id}:a2"),
                format!("    {id}:r2"),
                format!("  {id}-abandoned"),
                format!("  {id}-late"),
                format!("    {id}:a3 + {id}:r3"),
            ]
        })
        .collect();
    for page_rows in [1, 2, 3, 5, 5_000] {
        house.page_rows = page_rows;
        let listing = house.ask("admin", ("access_token", "a:a1")).expect("a listing");
        assert_eq!(outline(&listing), expected, "pages of {page_rows}");
    }
}

#[test]
fn clients_transactions_and_elements_come_in_the_order_of_the_contract_on_sqlite() {
    order_holds(Engine::Sqlite);
}

#[test]
fn clients_transactions_and_elements_come_in_the_order_of_the_contract_on_postgres() {
    order_holds(Engine::Postgres);
}

fn crowd_is_ordered(engine: Engine) {
    let mut house = House::new(engine);
    let admin = house.admin("admin", true, false);
    let client = house.client("app");
    house.link(admin.key, client.key);
    let crowded = flow(&house, &client, 0, "crowded");
    // More elements of one millisecond than are sorted in memory, some of them pairs.
    for number in 0..700 {
        let mut sprouts =
            vec![Sprout::live(TokenKind::Access, at(10), DAY).with_text(format!("a{number}"))];
        if number % 3 == 0 {
            let refresh = Sprout::live(TokenKind::Refresh, at(10), DAY);
            sprouts.push(refresh.with_text(format!("r{number}")));
        }
        house.seed.element(&crowded, &sprouts).unwrap();
    }
    let after = Sprout::live(TokenKind::Access, at(11), DAY).with_text("after");
    house.seed.element(&crowded, &[after]).unwrap();
    for page_rows in [100, 5_000] {
        house.page_rows = page_rows;
        let listing = house.ask("admin", ("access_token", "after")).expect("a listing");
        let elements = listing["clients"][0]["transactions"][0]["tokens"].as_array().unwrap();
        assert_eq!(elements.len(), 701);
        let firsts: Vec<String> = elements.iter().map(earliest_jti).collect();
        let mut sorted = firsts[..700].to_vec();
        sorted.sort();
        assert_eq!(firsts[..700], sorted);
        let tokens: usize = elements.iter().map(|e| e.as_object().unwrap().len()).sum();
        assert_eq!(tokens, 700 + 234 + 1);
    }
}

/// All of one moment: the earliest is the one with the smaller `jti`.
fn earliest_jti(element: &Value) -> String {
    let tokens = element.as_object().unwrap().values();
    tokens.map(|token| token["jti"].as_str().unwrap().to_owned()).min().unwrap()
}

#[test]
fn a_crowded_moment_is_listed_in_order_and_whole_on_sqlite() {
    crowd_is_ordered(Engine::Sqlite);
}

#[test]
fn a_crowded_moment_is_listed_in_order_and_whole_on_postgres() {
    crowd_is_ordered(Engine::Postgres);
}

#[test]
fn when_the_right_is_taken_away_at_most_the_page_at_hand_goes_out() {
    // I07
    use muster_domain::{AdminRights, PartyStatus};
    use muster_flows::{EndedTexts, ListingCursor, Outcome, Progress, ShowTokens};
    let house = House::new(Engine::Sqlite);
    let admin = house.admin("admin", true, false);
    let client = house.client("app");
    house.link(admin.key, client.key);
    let long = flow(&house, &client, 0, "long");
    for number in 0..50 {
        let token = Sprout::live(TokenKind::Access, at(number), DAY);
        house.seed.element(&long, &[token.with_text(format!("t{number}"))]).unwrap();
    }
    let none = AdminRights::default();
    let party = PartyKey::Admin(admin.key);
    let takers: [&dyn Fn() -> bool; 3] = [
        &|| house.store().change(|unit| unit.set_admin_rights(admin.key, none)).unwrap(),
        &|| house.store().change(|unit| unit.unlink(admin.key, client.key)).unwrap(),
        &|| {
            let suspended = PartyStatus::Suspended;
            house.store().change(|unit| unit.set_party_status(party, suspended)).unwrap()
        },
    ];
    for take in takers {
        let outcome = house.plan("admin", ("access_token", "t0")).unwrap();
        let Outcome::Listing(planned) = outcome else { panic!("a listing") };
        let mut cursor = ListingCursor::new(planned.plan, 10);
        let keys = house.seed.keys.clone();
        let show = ShowTokens::new(keys, house.clock.clone(), EndedTexts::Keep, planned.warrant);
        let mut sink = crate::house::Gathered::default();
        let mut page = || house.store().list(|r| cursor.advance(r, &show, &mut sink)).unwrap();
        assert_eq!(page(), Progress::More);
        assert!(take());
        assert_eq!(page(), Progress::RightLost);
        let rights = AdminRights { list_users: true, list_users_other_clients: false };
        house
            .store()
            .change(|unit| {
                unit.set_admin_rights(admin.key, rights)?;
                unit.set_party_status(party, PartyStatus::Approved)?;
                unit.link(admin.key, client.key)
            })
            .unwrap();
    }
}
