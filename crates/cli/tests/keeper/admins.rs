//! `muster admin`.

use muster_cli::Exit;
use muster_domain::{AdminId, Secret};
use serde_json::{Value, json};

use crate::desk::{Desk, both};

const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

both!(
    a_secret_is_shown_once_and_kept_as_a_hash,
    a_secret_is_shown_once_and_kept_as_a_hash_on_postgres,
    secret_shown_once
);

fn secret_shown_once(desk: &Desk) {
    let added = desk.json(&["admin", "add", "vo:/admin", "--name", "The VO", "--list-users"]);
    let secret = added["secret"].as_str().unwrap().to_owned();
    assert!(secret.len() >= 40);
    let shown = desk.muster(&["admin", "show", "vo:/admin"]).done().out;
    let listed = desk.muster(&["--json", "admin", "list"]).done().out;
    let trail = desk.muster(&["audit", "tail"]).done().out;
    for text in [&shown, &listed, &trail] {
        assert!(text.contains("vo:/admin") && !text.contains(&secret), "{text}");
    }
    let premises = desk.premises();
    let id = AdminId::new("vo:/admin").unwrap();
    let admin = premises.store.read(|reading| reading.find_admin(premises.issuer.key, &id));
    let kept = admin.unwrap().unwrap().credentials.secret.unwrap();
    assert_eq!(kept, premises.keys.store_generated(&Secret::new(secret)));
}

#[test]
fn people_are_told_in_a_plain_sentence_that_the_secret_is_shown_once() {
    let desk = Desk::sqlite();
    let out = desk.muster(&["admin", "add", "vo:/admin"]).done().out;
    assert!(out.contains("The admin client vo:/admin was added, approved."), "{out}");
    assert!(out.contains("Its secret: ") && out.contains("shown this once"), "{out}");
}

both!(an_id_is_given_once, an_id_is_given_once_on_postgres, id_given_once);

fn id_given_once(desk: &Desk) {
    desk.muster(&["admin", "add", "vo:/1"]).done();
    desk.muster(&["client", "add", "vo:/2"]).done();
    for words in [["admin", "add", "vo:/1"], ["admin", "add", "vo:/2"], ["client", "add", "vo:/1"]]
    {
        desk.muster(&words).fails(Exit::Conflict, "already");
    }
    desk.muster(&["admin", "add", ""]).fails(Exit::Failed, "empty");
    assert_eq!(desk.events(), ["admin_added", "client_added"]);
}

both!(
    standing_and_rights_change_and_are_recorded_once,
    standing_and_rights_change_and_are_recorded_once_on_postgres,
    standing_and_rights
);

fn standing_and_rights(desk: &Desk) {
    let admin = |words: &[&str]| desk.json(&[&["admin"], words].concat());
    assert_eq!(admin(&["add", "a:/1", "--pending"])["status"], "pending");
    assert_eq!(admin(&["deny", "a:/1"])["status"], "denied");
    assert_eq!(admin(&["approve", "a:/1"])["changed"], true);
    assert_eq!(admin(&["approve", "a:/1"])["changed"], false);
    assert_eq!(admin(&["suspend", "a:/1"])["status"], "suspended");
    let rights = admin(&["grant", "a:/1", "list-users"]);
    assert_eq!(
        rights,
        json!({"id": "a:/1", "list_users": true, "list_users_other_clients": false})
    );
    admin(&["grant", "a:/1", "list-users"]);
    admin(&["grant", "a:/1", "list-users-other-clients"]);
    admin(&["revoke-right", "a:/1", "list-users"]);
    let shown = admin(&["show", "a:/1"]);
    assert_eq!((&shown["list_users"], &shown["status"]), (&json!(false), &json!("suspended")));
    let expected = [
        "admin_added",
        "admin_denied",
        "admin_approved",
        "admin_suspended",
        "right_given",
        "right_given",
        "right_taken",
    ];
    assert_eq!(desk.events(), expected);
}

both!(
    clients_come_under_admins_up_to_the_most_that_is_allowed,
    clients_come_under_admins_up_to_the_most_that_is_allowed_on_postgres,
    links
);

fn links(desk: &Desk) {
    desk.muster(&["admin", "add", "a:/1", "--max-clients", "2"]).done();
    for client in ["c:/1", "c:/2", "c:/3"] {
        desk.muster(&["client", "add", client]).done();
    }
    let link = |client: &str| desk.muster(&["--json", "admin", "link", "a:/1", client]);
    assert_eq!(link("c:/1").json()["changed"], true);
    assert_eq!(link("c:/1").json()["changed"], false);
    link("c:/2").done();
    link("c:/3").fails(Exit::Conflict, "as many clients as it may");
    assert_eq!(desk.json(&["admin", "show", "a:/1"])["clients"], json!(["c:/1", "c:/2"]));
    assert_eq!(desk.json(&["client", "show", "c:/2"])["admins"], json!(["a:/1"]));
    assert_eq!(desk.json(&["admin", "unlink", "a:/1", "c:/1"])["changed"], true);
    assert_eq!(desk.json(&["admin", "unlink", "a:/1", "c:/1"])["changed"], false);
    link("c:/3").done();
    let linked = ["linked", "linked", "unlinked", "linked"];
    assert_eq!(desk.events().split_off(4), linked);
}

#[test]
fn i22_what_is_done_to_one_admin_leaves_every_other_as_it_was() {
    let desk = Desk::sqlite();
    for words in [["admin", "add", "a:/1"], ["admin", "add", "a:/2"], ["client", "add", "c:/1"]] {
        desk.muster(&words).done();
    }
    desk.muster(&["admin", "link", "a:/2", "c:/1"]).done();
    let others = || [desk.json(&["admin", "show", "a:/2"]), desk.json(&["client", "show", "c:/1"])];
    let before = others();
    desk.muster(&["admin", "grant", "a:/1", "list-users"]).done();
    desk.muster(&["admin", "grant", "a:/1", "list-users-other-clients"]).done();
    desk.muster(&["admin", "rotate-secret", "a:/1"]).done();
    desk.muster(&["admin", "suspend", "a:/1"]).done();
    assert_eq!(desk.json(&["admin", "unlink", "a:/1", "c:/1"])["changed"], false);
    assert_eq!(others(), before);
}

#[test]
fn a_new_secret_takes_the_place_of_the_old_one_and_of_nothing_else() {
    let desk = Desk::sqlite();
    let first = desk.json(&["admin", "add", "a:/1"]);
    let second = desk.json(&["admin", "rotate-secret", "a:/1"]);
    assert_ne!(first["secret"], second["secret"]);
    let keys = desk.file("keys.json", KEYS);
    desk.muster(&["admin", "add", "a:/2", "--jwks", &keys]).done();
    desk.muster(&["admin", "rotate-secret", "a:/2"]).fails(Exit::Failed, "keys of its own");
    let shown = desk.json(&["admin", "show", "a:/2"]);
    assert_eq!(shown["methods"], json!(["private_key_jwt"]));
    assert_eq!(shown.get("secret"), None);
    assert_eq!(desk.events(), ["admin_added", "secret_rotated", "admin_added"]);
}

#[test]
fn a_key_set_with_a_private_key_or_none_is_not_taken() {
    let desk = Desk::sqlite();
    let private =
        KEYS.replace("\"kid\"", "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\",\"kid\"");
    let add = |text: &str| {
        let file = desk.file("keys.json", text);
        desk.muster(&["admin", "add", "a:/1", "--jwks", &file])
    };
    add(&private).fails(Exit::Failed, "private keys");
    add("{\"keys\":[]}").fails(Exit::Failed, "no key for signatures");
    add("nonsense").fails(Exit::Failed, "no JWK set");
    desk.muster(&["admin", "add", "a:/1", "--jwks", "/nonexistent"]).fails(Exit::Failed, "read");
    assert_eq!(desk.json(&["admin", "list"]), Value::Array(Vec::new()));
}

#[test]
fn nobody_is_found_under_an_unknown_id() {
    let desk = Desk::sqlite();
    desk.muster(&["client", "add", "c:/1"]).done();
    for words in [
        &["admin", "show", "c:/1"][..],
        &["admin", "approve", "x"],
        &["admin", "grant", "x", "list-users"],
        &["admin", "link", "x", "c:/1"],
        &["admin", "rotate-secret", "x"],
    ] {
        desk.muster(words).fails(Exit::NotFound, "see: muster admin list");
    }
    desk.muster(&["admin", "add", "a:/1"]).done();
    desk.muster(&["admin", "link", "a:/1", "x"]).fails(Exit::NotFound, "see: muster client list");
}

#[test]
fn a_list_comes_in_pages_and_says_that_there_may_be_more() {
    let desk = Desk::sqlite();
    for number in 1..=5 {
        desk.muster(&["admin", "add", &format!("a:/{number}")]).done();
    }
    let ids = |words: &[&str]| {
        let list = desk.json(&[&["admin", "list"], words].concat());
        list.as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["--limit", "2"]), ["a:/1", "a:/2"]);
    assert_eq!(ids(&["--limit", "2", "--after", "a:/4"]), ["a:/5"]);
    let told = desk.muster(&["admin", "list", "--limit", "2"]).done().out;
    assert!(told.contains("--after 'a:/2'"), "{told}");
    let all = desk.muster(&["admin", "list"]).done().out;
    assert!(!all.contains("--after"), "{all}");
}
