//! `muster issuer`, and working in another issuer.

use muster_cli::Exit;
use serde_json::json;

use crate::desk::{Desk, ISSUER, both};

const OTHER: &str = "https://tokens.example.org/oauth2/vo-a";

/// I11: nothing leaks from one to the other.
fn a_virtual_issuer_has_clients_users_and_keys_of_its_own(desk: &Desk) {
    let out = desk.muster(&["issuer", "add", OTHER]).done().out;
    assert!(out.contains("started again"), "{out}");
    let approved = |url: &str| json!({"url": url, "status": "approved"});
    assert_eq!(desk.json(&["issuer", "list"]), json!([approved(ISSUER), approved(OTHER)]));
    desk.muster(&["issuer", "add", OTHER]).fails(Exit::Conflict, "already");
    desk.muster(&["--issuer", OTHER, "client", "add", "c"]).done();
    desk.muster(&["user", "add", "alice", "--issuer", OTHER]).done();
    desk.muster(&["client", "show", "c"]).fails(Exit::NotFound, "c");
    desk.muster(&["user", "show", "alice", "--issuer", ISSUER]).fails(Exit::NotFound, "alice");
    desk.muster(&["--issuer", OTHER, "client", "show", "c"]).done();
    desk.muster(&["client", "add", "c"]).done();
    let (ours, theirs) =
        (desk.json(&["keys", "list"]), desk.json(&["--issuer", OTHER, "keys", "list"]));
    assert_eq!(
        (ours[0]["state"].as_str(), theirs[0]["state"].as_str()),
        (Some("current"), Some("current"))
    );
    let kids = theirs.as_array().unwrap().iter().map(|key| &key["kid"]);
    for kid in kids {
        assert!(ours.as_array().unwrap().iter().all(|key| key["kid"] != *kid), "{kid}");
    }
    desk.muster(&["--issuer", "https://nobody.example", "client", "list"])
        .fails(Exit::NotFound, &format!("which holds {ISSUER}, {OTHER}"));
}
both!(
    a_virtual_issuer_has_clients_users_and_keys_of_its_own_on_sqlite,
    a_virtual_issuer_has_clients_users_and_keys_of_its_own_on_postgres,
    a_virtual_issuer_has_clients_users_and_keys_of_its_own
);

fn an_issuer_is_suspended_and_approved(desk: &Desk) {
    desk.muster(&["issuer", "add", OTHER]).done();
    assert_eq!(desk.json(&["issuer", "suspend", OTHER])["changed"], true);
    assert_eq!(desk.json(&["issuer", "suspend", OTHER])["changed"], false);
    assert_eq!(desk.json(&["issuer", "list"])[1]["status"], "suspended");
    assert_eq!(desk.json(&["issuer", "list"])[0]["status"], "approved");
    assert_eq!(desk.json(&["issuer", "approve", OTHER])["status"], "approved");
    desk.muster(&["issuer", "suspend", "https://x.example"]).fails(Exit::NotFound, "issuer list");
    desk.muster(&["issuer", "add", "https://x.example/a"]).fails(Exit::Failed, "host");
    desk.muster(&["issuer", "add", &format!("{ISSUER}/token")]).fails(Exit::Failed, "endpoint");
    assert_eq!(desk.events(), ["issuer_changed", "issuer_changed"]);
}
both!(
    an_issuer_is_suspended_and_approved_on_sqlite,
    an_issuer_is_suspended_and_approved_on_postgres,
    an_issuer_is_suspended_and_approved
);
