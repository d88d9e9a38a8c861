//! Whose tokens are listed: users with odd names, disabled ones, and those that an admin
//! of few or no clients asks about.

use muster_domain::{Clock, Lifetime, TokenKind};
use muster_flows::Sprout;
use muster_server::clock::SystemClock;
use serde_json::Value;

use crate::house::{Engine, House, PATH, TOKEN_INFO, premises};
use crate::planting::{add_admin, add_client, token, tools};
use crate::wire::{Answer, Request};

const ISSUER: &str = "https://issuer.example/oauth2";

fn ask(house: &House, (id, secret): &(String, String), text: &str) -> Answer {
    let question = [("grant_type", TOKEN_INFO), ("access_token", text)];
    Request::new("POST", PATH).basic(id, secret).form(&question).send(house.address)
}

/// A live access token of this user at this client; its text.
fn live(house: &House, client: &str, user: &str) -> String {
    let (keeper, seed) = tools(&premises(&house.scratch, &house.kek, ISSUER));
    let client = keeper.find_client(client).expect("the client");
    let sprout = Sprout::live(TokenKind::Access, SystemClock.now(), Lifetime::from_days(1));
    token(&seed, &client, Some(user), sprout)
}

/// The texts of a listing.
fn texts(listing: &Value) -> Vec<&str> {
    let array = |value: &'_ Value| value.as_array().expect("an array").len();
    let clients = 0..array(&listing["clients"]);
    let flows = clients.flat_map(|at| listing["clients"][at]["transactions"].as_array().unwrap());
    let elements = flows.flat_map(|flow| flow["tokens"].as_array().unwrap());
    elements.map(|element| element["access_token"]["token"].as_str().unwrap()).collect()
}

fn odd_names_match_exactly(engine: Engine) {
    // B124, B25: one user each, however alike they look to a pattern or to Unicode.
    let house = House::start(engine);
    let endless = "u".repeat(10 * 1_024);
    let almost = format!("{}v", &endless[1..]);
    let users = [
        "%",
        "_",
        "%%",
        "'",
        "''",
        "' OR ''='",
        "\\",
        "",
        " ",
        "a",
        "A",
        "a ",
        "ab",
        "a%",
        "a_",
        "caf\u{e9}",
        "cafe\u{301}",
        "cafe",
        "\u{ff41}",
        "\u{202e}a",
        &endless,
        &almost,
    ];
    let tokens: Vec<String> = users.iter().map(|user| live(&house, "portal", user)).collect();
    for (user, text) in users.iter().zip(&tokens) {
        let answer = ask(&house, &house.tokens.admin, text);
        assert_eq!(answer.status, 200, "{user:?}: {}", answer.text());
        let listing = answer.json();
        assert_eq!(listing["user_uid"], *user);
        assert_eq!(texts(&listing), [text.as_str()], "{user:?} sees its own token alone");
    }
}

#[test]
fn a_user_with_an_odd_name_is_matched_exactly_on_sqlite() {
    odd_names_match_exactly(Engine::Sqlite);
}

#[test]
fn a_user_with_an_odd_name_is_matched_exactly_on_postgres() {
    odd_names_match_exactly(Engine::Postgres);
}

fn a_disabled_user_is_listed(engine: Engine) {
    // B119
    let house = House::start(engine);
    let answer = ask(&house, &house.tokens.admin, &house.tokens.disabled_access);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    assert!(text.contains("\"is_valid\":false") && !text.contains("\"is_valid\":true"), "{text}");
}

#[test]
fn a_disabled_users_tokens_are_listed_and_none_is_valid_on_sqlite() {
    a_disabled_user_is_listed(Engine::Sqlite);
}

#[test]
fn a_disabled_users_tokens_are_listed_and_none_is_valid_on_postgres() {
    a_disabled_user_is_listed(Engine::Postgres);
}

fn the_last_client_is_taken_away(engine: Engine) {
    // B126, I05: no clients is nothing at all, never everything.
    let house = House::start(engine);
    let (keeper, _) = tools(&premises(&house.scratch, &house.kek, ISSUER));
    for (name, rights) in [("leaving", (true, false)), ("leaving-every", (true, true))] {
        let admin = add_admin(&keeper, name, rights, &["portal"]);
        assert_eq!(ask(&house, &admin, &house.tokens.alice_access).status, 200);
        assert!(keeper.unlink(name, "portal").expect("the link is gone"));
        for text in [&house.tokens.alice_access, &house.tokens.foreign_access] {
            let answer = ask(&house, &admin, text);
            assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_grant"), "{name}");
        }
    }
}

#[test]
fn an_admin_whose_last_client_is_taken_away_is_told_nothing_on_sqlite() {
    the_last_client_is_taken_away(Engine::Sqlite);
}

#[test]
fn an_admin_whose_last_client_is_taken_away_is_told_nothing_on_postgres() {
    the_last_client_is_taken_away(Engine::Postgres);
}

fn a_client_without_the_user_is_left_out(engine: Engine) {
    // B127
    let house = House::start(engine);
    let (keeper, _) = tools(&premises(&house.scratch, &house.kek, ISSUER));
    for client in ["used", "unused"] {
        add_client(&keeper, client, muster_admin::Proof::GeneratedSecret);
    }
    // Somebody else's token makes it a client in use, if not of this user.
    live(&house, "unused", "somebody");
    let text = live(&house, "used", "visitor");
    let (both, one) = (["used", "unused"], ["unused"]);
    let both = add_admin(&keeper, "of-both", (true, false), &both);
    let answer = ask(&house, &both, &text);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(texts(&answer.json()), [text.as_str()]);
    let clients = answer.json()["clients"].as_array().expect("clients").len();
    assert_eq!((clients, &answer.json()["clients"][0]["client_id"]), (1, &"used".into()));
    // The token is of no client of this one: it has nothing to ask with.
    let one = add_admin(&keeper, "of-one", (true, false), &one);
    assert_eq!(ask(&house, &one, &text).error(), "invalid_grant");
}

#[test]
fn a_client_at_which_the_user_has_nothing_is_left_out_on_sqlite() {
    a_client_without_the_user_is_left_out(Engine::Sqlite);
}

#[test]
fn a_client_at_which_the_user_has_nothing_is_left_out_on_postgres() {
    a_client_without_the_user_is_left_out(Engine::Postgres);
}
