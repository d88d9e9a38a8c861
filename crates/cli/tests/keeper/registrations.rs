//! What a client may do: said when it is added, changed later.

use muster_cli::Exit;
use serde_json::json;

use crate::desk::{Desk, both};

both!(
    a_client_has_the_grants_and_rights_that_were_said,
    a_client_has_the_grants_and_rights_that_were_said_on_postgres,
    said
);

fn said(desk: &Desk) {
    let plain = desk.json(&["client", "add", "plain"]);
    assert_eq!(plain["grants"], json!(["authorization_code", "refresh_token"]));
    assert_eq!(plain["strict_scopes"], true, "S25: what is not registered is refused");
    assert_eq!((&plain["dpop"], &plain["refresh_grace"]), (&json!(false), &json!(0)));
    let words = [
        &["client", "add", "robot", "--grant", "client_credentials", "--grant", "token_exchange"][..],
        &["--serves", "https://a.example", "--serves", "https://b.example", "--may-act", "agent"],
        &["--introspects-every-token", "--dpop", "--refresh-grace", "10"],
        &["--speaks-for", "alice", "--strict-scopes=false", "--audience", "https://c.example"],
    ];
    let mut added = desk.json(&words.concat());
    assert_eq!(added["grants"], json!(["client_credentials", "token_exchange"]));
    assert_eq!(added["serves"], json!(["https://a.example", "https://b.example"]));
    assert_eq!((&added["may_act"], &added["speaks_for"]), (&json!(["agent"]), &json!(["alice"])));
    assert_eq!((&added["introspects_every_token"], &added["dpop"]), (&json!(true), &json!(true)));
    assert_eq!((&added["refresh_grace"], &added["strict_scopes"]), (&json!(10), &json!(false)));
    added.as_object_mut().unwrap().remove("secret");
    let mut shown = desk.json(&["client", "show", "robot"]);
    shown.as_object_mut().unwrap().remove("admins");
    assert_eq!(shown, added);
    assert_eq!(desk.json(&["client", "list"])[1], added);
    let table = desk.muster(&["client", "show", "robot"]).done().out;
    for word in ["token_exchange", "https://b.example", "agent", "every token", "DPoP", "left out"]
    {
        assert!(table.contains(word), "{word}: {table}");
    }
    let list = desk.muster(&["client", "list"]).done().out;
    assert!(list.contains("client_credentials token_exchange"), "{list}");
}

both!(
    a_registration_is_changed_where_it_is_named_and_nowhere_else,
    a_registration_is_changed_where_it_is_named_and_nowhere_else_on_postgres,
    changed
);

fn changed(desk: &Desk) {
    let first = [
        &["client", "add", "app", "--scopes", "openid", "--redirect-uri", "https://a.example/1"][..],
        &["--audience", "https://r.example", "--access-lifetime", "600"],
    ];
    let mut expected = desk.json(&first.concat());
    expected.as_object_mut().unwrap().remove("secret");
    let set = |words: &[&str]| desk.json(&[&["client", "set", "app"], words].concat());
    expected["scopes"] = json!("email openid");
    expected["grants"] = json!(["device_code"]);
    assert_eq!(set(&["--scopes", "openid email", "--grant", "device_code"]), expected);
    expected["redirect_uris"] = json!(["https://a.example/2"]);
    expected["profile"] = json!("wlcg");
    expected["dpop"] = json!(true);
    let words = ["--redirect-uri", "https://a.example/2", "--profile", "wlcg", "--dpop"];
    assert_eq!(set(&words), expected);
    expected["audiences"] = json!([]);
    expected["access_lifetime"] = json!(null);
    expected["dpop"] = json!(false);
    let words = ["--clear", "audiences", "--clear", "lifetimes", "--dpop=false"];
    assert_eq!(set(&words), expected);
    assert_eq!(set(&[]), expected, "nothing named, nothing changed");
    let mut shown = desk.json(&["client", "show", "app"]);
    shown.as_object_mut().unwrap().remove("admins");
    assert_eq!(shown, expected);
    desk.muster(&["client", "set", "nobody", "--dpop"]).fails(Exit::NotFound, "nobody");
    let changes = ["client_added", "client_changed", "client_changed", "client_changed"];
    assert_eq!(desk.events(), changes);
}

/// B37.
#[test]
fn what_every_request_would_be_refused_for_is_not_registered() {
    let desk = Desk::sqlite();
    let add = |words: &[&str]| desk.muster(&[&["client", "add", "c"], words].concat());
    for grant in ["client_credentials", "token_exchange"] {
        add(&["--public", "--grant", grant]).fails(Exit::Usage, "public client");
    }
    add(&["--public", "--introspects-every-token"]).fails(Exit::Usage, "public client");
    add(&["--grant", "password"]).fails(Exit::Usage, "authorization_code");
    add(&["--refresh-grace", "11"]).fails(Exit::Usage, "0..=10");
    add(&["--serves", ""]).fails(Exit::Usage, "empty");
    assert_eq!(desk.json(&["client", "list"]), json!([]));
    add(&["--public", "--grant", "device_code"]).done();
    let set = |words: &[&str]| desk.muster(&[&["client", "set", "c"], words].concat());
    set(&["--grant", "client_credentials"]).fails(Exit::Usage, "public client");
    set(&["--access-lifetime", "60", "--access-lifetime-max", "6"]).fails(Exit::Usage, "longer");
    set(&["--redirect-uri", "/callback"]).fails(Exit::Failed, "not absolute");
    set(&["--clear", "secret"]).fails(Exit::Usage, "redirect-uris");
    assert_eq!(desk.json(&["client", "show", "c"])["grants"], json!(["device_code"]));
    assert_eq!(desk.events(), ["client_added"]);
}
