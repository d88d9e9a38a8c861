//! `muster trust`.

use muster_cli::Exit;
use muster_crypto::{Algorithm, PrivateKey};
use muster_domain::PartyStatus;
use serde_json::json;

use crate::desk::{Desk, ISSUER, both};

const URL: &str = "https://idp.example.org";

fn key_set(desk: &Desk, name: &str) -> (String, String) {
    let key = PrivateKey::generate(Algorithm::Es256).unwrap();
    let text = format!("{{\"keys\":[{}]}}", key.public_jwk());
    (desk.file(name, &text), text)
}

/// B96 to B99 begin with it.
fn an_issuer_is_trusted_until_the_keeper_says_no(desk: &Desk) {
    let ((first, _), (second, text)) = (key_set(desk, "1.jwk"), key_set(desk, "2.jwk"));
    let added = desk.json(&["trust", "add", URL, "--jwks", &first]);
    assert_eq!((&added["url"], &added["status"]), (&json!(URL), &json!("approved")));
    assert_eq!(desk.json(&["trust", "list"]), json!([added]));
    desk.muster(&["trust", "add", URL, "--jwks", &first]).fails(Exit::Conflict, "already");
    desk.muster(&["trust", "set-keys", URL, "--jwks", &second]).done();
    desk.muster(&["trust", "suspend", URL]).done();
    assert_eq!(desk.json(&["trust", "suspend", URL])["changed"], false);
    let premises = desk.premises();
    let key = premises.issuer.key;
    let found = premises.store.read(|reading| reading.find_trusted_issuer(key, URL));
    let found = found.unwrap().unwrap();
    assert_eq!((found.status, found.jwks), (PartyStatus::Suspended, text));
    desk.muster(&["trust", "approve", URL]).done();
    assert!(desk.muster(&["trust", "list"]).done().out.contains("approved"));
    desk.muster(&["trust", "remove", URL]).done();
    for verb in ["remove", "approve", "suspend"] {
        desk.muster(&["trust", verb, URL]).fails(Exit::NotFound, "trust list");
    }
    desk.muster(&["trust", "set-keys", URL, "--jwks", &second]).fails(Exit::NotFound, URL);
    assert_eq!(desk.json(&["trust", "list"]), json!([]));
    assert_eq!(desk.events(), ["trust_changed"; 5]);
}
both!(
    an_issuer_is_trusted_until_the_keeper_says_no_on_sqlite,
    an_issuer_is_trusted_until_the_keeper_says_no_on_postgres,
    an_issuer_is_trusted_until_the_keeper_says_no
);

#[test]
fn nobody_is_trusted_by_private_keys_or_as_this_issuer_itself() {
    let desk = Desk::sqlite();
    let (file, text) = key_set(&desk, "1.jwk");
    let private = desk.file("2.jwk", &text.replace("\"kty\"", "\"d\":\"AA\",\"kty\""));
    let add = |url: &str, file: &str| desk.muster(&["trust", "add", url, "--jwks", file]);
    add(URL, &private).fails(Exit::Failed, "private keys");
    add(URL, &desk.file("3.jwk", "{\"keys\":[]}")).fails(Exit::Failed, "no key");
    add(ISSUER, &file).fails(Exit::Failed, "this issuer itself");
    add("", &file).fails(Exit::Failed, "empty");
    desk.muster(&["trust", "add", URL]).fails(Exit::Usage, "--jwks");
    assert_eq!(desk.json(&["trust", "list"]), json!([]));
}
