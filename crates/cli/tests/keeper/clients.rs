//! `muster client`.

use muster_cli::Exit;
use serde_json::json;

use crate::desk::{Desk, both};

both!(
    a_client_is_registered_with_all_that_was_said,
    a_client_is_registered_with_all_that_was_said_on_postgres,
    registered
);

fn registered(desk: &Desk) {
    let said = [
        &["client", "add", "demo:/portal", "--name", "Portal"][..],
        &["--redirect-uri", "https://p.example/a", "--redirect-uri", "https://p.example/b"],
        &["--scopes", "openid profile", "--audience", "https://r.example", "--profile", "wlcg"],
        &["--access-lifetime", "600", "--access-lifetime-max", "3600", "--refresh-lifetime", "0"],
    ];
    let added = desk.json(&said.concat());
    let mut shown = desk.json(&["client", "show", "demo:/portal"]);
    assert_eq!(shown["kind"], "confidential");
    assert_eq!(shown["redirect_uris"], json!(["https://p.example/a", "https://p.example/b"]));
    assert_eq!((&shown["scopes"], &shown["profile"]), (&json!("openid profile"), &json!("wlcg")));
    assert_eq!((&shown["access_lifetime"], &shown["refresh_lifetime"]), (&json!(600), &json!(0)));
    assert_eq!(shown["access_lifetime_max"], 3600);
    shown.as_object_mut().unwrap().remove("admins");
    let mut added = added;
    assert!(added.as_object_mut().unwrap().remove("secret").is_some());
    assert_eq!(added, shown);
    let public = desk.json(&["client", "add", "app", "--public", "--pending"]);
    assert_eq!((&public["kind"], &public["status"]), (&json!("public"), &json!("pending")));
    assert_eq!((public.get("secret"), &public["methods"]), (None, &json!(["none"])));
    desk.muster(&["client", "rotate-secret", "app"]).fails(Exit::Failed, "no secret");
    desk.muster(&["client", "deny", "app"]).done();
    assert_eq!(desk.events(), ["client_added", "client_added", "client_denied"]);
}

#[test]
fn what_could_not_work_is_not_registered() {
    let desk = Desk::sqlite();
    let add = |words: &[&str]| desk.muster(&[&["client", "add", "c"], words].concat());
    add(&["--redirect-uri", "/callback"]).fails(Exit::Failed, "not absolute");
    add(&["--redirect-uri", "https://a/#x"]).fails(Exit::Failed, "fragment");
    add(&["--scopes", "a\u{e9}"]).fails(Exit::Usage, "--scopes");
    add(&["--access-lifetime", "60", "--access-lifetime-max", "6"]).fails(Exit::Usage, "longer");
    add(&["--access-lifetime", "0"]).fails(Exit::Usage, "--access-lifetime");
    add(&["--profile", "saml"]).fails(Exit::Usage, "opaque");
    add(&["--public", "--jwks", "x"]).fails(Exit::Usage, "cannot be used with");
    assert_eq!(desk.json(&["client", "list"]), json!([]));
}

both!(
    a_removed_client_is_gone_and_its_id_is_free,
    a_removed_client_is_gone_and_its_id_is_free_on_postgres,
    removed
);

fn removed(desk: &Desk) {
    desk.muster(&["client", "add", "c:/1"]).done();
    desk.muster(&["admin", "add", "a:/1"]).done();
    desk.muster(&["admin", "link", "a:/1", "c:/1"]).done();
    desk.muster(&["client", "remove", "c:/1"]).fails(Exit::Usage, "--yes");
    desk.muster(&["client", "show", "c:/1"]).done();
    desk.muster(&["client", "remove", "c:/1", "--yes"]).done();
    desk.muster(&["client", "show", "c:/1"]).fails(Exit::NotFound, "c:/1");
    desk.muster(&["client", "remove", "c:/1", "--yes"]).fails(Exit::NotFound, "c:/1");
    assert_eq!(desk.json(&["admin", "show", "a:/1"])["clients"], json!([]));
    desk.muster(&["client", "add", "c:/1"]).done();
    let expected = ["client_revoked", "client_removed", "client_added"];
    assert_eq!(desk.events().split_off(3), expected);
}

#[test]
fn a_person_types_the_id_before_a_client_is_removed() {
    let mut desk = Desk::sqlite();
    desk.muster(&["client", "add", "c:/1"]).done();
    desk.answer = Some("yes");
    desk.muster(&["client", "remove", "c:/1"]).fails(Exit::Failed, "nothing was done");
    desk.muster(&["client", "show", "c:/1"]).done();
    desk.answer = Some("c:/1");
    let out = desk.muster(&["client", "remove", "c:/1"]).done().out;
    assert!(out.contains("all its tokens are deleted. Type c:/1 to go on: "), "{out}");
    desk.muster(&["client", "show", "c:/1"]).fails(Exit::NotFound, "c:/1");
}

#[test]
fn a_revoked_client_cannot_be_brought_back_and_its_removal_can_be_finished() {
    let desk = Desk::sqlite();
    desk.muster(&["client", "add", "c:/1"]).done();
    // A removal that was interrupted after its first step.
    let premises = desk.premises();
    let id = muster_domain::ClientId::new("c:/1").unwrap();
    let revoked = premises.store.change(|unit| {
        let client = unit.find_client(premises.issuer.key, &id)?.unwrap();
        unit.revoke_client(client.key, muster_domain::Timestamp::default())
    });
    assert!(revoked.unwrap());
    desk.muster(&["client", "approve", "c:/1"]).fails(Exit::Conflict, "for good");
    desk.muster(&["client", "add", "c:/1"]).fails(Exit::Conflict, "already");
    desk.muster(&["client", "remove", "c:/1", "--yes"]).done();
    assert_eq!(desk.events(), ["client_added", "client_removed"]);
}

#[test]
fn a_name_from_outside_cannot_give_orders_to_the_terminal() {
    let desk = Desk::sqlite();
    let odd = desk.muster(&["client", "add", "c:/\u{1b}[2J"]);
    assert!(!odd.complaint.contains('\u{1b}'), "{:?}", odd.complaint);
    odd.fails(Exit::Failed, "choose another one");
    desk.muster(&["client", "add", "c:/1", "--name", "a\rb\u{9b}1A"]).done();
    for words in [&["client", "list"][..], &["client", "show", "c:/1"]] {
        let out = desk.muster(words).done().out;
        assert!(!out.contains(['\u{1b}', '\r', '\u{9b}']), "{out:?}");
    }
}
