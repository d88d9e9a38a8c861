//! Keys of the old service through the command: what is taken, what is left, and why.

use muster_crypto::{Algorithm, PrivateKey, VerifyingKeys};
use muster_store::SigningKeyState;
use serde_json::{Value, json};

use crate::desk::{Desk, both};
use crate::old::{Engine, Old};

fn skipped_keys(report: &Value) -> Vec<(String, Value)> {
    let skipped = report["tables"]["signing keys"]["skipped"].as_array().unwrap();
    let told = |one: &Value| (one["reason"].as_str().unwrap().to_owned(), one["examples"].clone());
    skipped.iter().map(told).collect()
}

/// A public half verifies; keys of other kinds are named, and none stops the import.
fn public_halves_are_kept_and_odd_keys_are_named(desk: &Desk) {
    let old = Old::empty(Engine::Postgres);
    let key = PrivateKey::generate(Algorithm::Es256).unwrap();
    let public: Value = serde_json::from_str(&key.public_jwk()).unwrap();
    let wide = json!({"kty": "RSA", "kid": "wide", "e": "AQAB", "n": "_".repeat(900)});
    let odd =
        json!({"kty": "RSA", "kid": "odd", "alg": "PS512", "e": "AQAB", "n": "_".repeat(342)});
    let file = desk.file("keys.jwk", &json!({"keys": [wide, odd, public]}).to_string());
    let report =
        desk.json(&["import", "oa4mp", "--from", &old.url(), "--keys", &file, "--keep-signing"]);
    let skipped = skipped_keys(&report);
    assert_eq!(skipped.len(), 1, "{report}");
    assert!(skipped[0].0.contains("RSA of 2048 to 4096 bits"), "{report}");
    assert_eq!(skipped[0].1, json!(["wide", "odd"]));
    let premises = desk.premises();
    let stored = premises.store.read(|reading| reading.list_signing_keys(premises.issuer.key));
    let [stored] = stored.unwrap().try_into().unwrap();
    assert_eq!((stored.state, &stored.private), (SigningKeyState::Retired, &None));
    let (verifying, unusable) = VerifyingKeys::of_published([("k", stored.public_jwk.as_str())]);
    assert!(unusable.is_empty());
    let claims = json!({"jti": "urn:old"});
    let text = key.signer().unwrap().sign("at+jwt", claims.as_object().unwrap()).unwrap();
    assert_eq!(verifying.imported_token_id(&text).unwrap().as_str(), "urn:old");
}
both!(
    public_halves_are_kept_and_odd_keys_are_named_on_sqlite,
    public_halves_are_kept_and_odd_keys_are_named_on_postgres,
    public_halves_are_kept_and_odd_keys_are_named
);

#[test]
fn a_private_key_from_the_tables_goes_on_signing_without_a_file() {
    let (desk, old) = (Desk::sqlite(), Old::empty(Engine::Postgres));
    let key = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k\",\"alg\":\"EdDSA\",\
               \"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\",\
               \"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
    old.ask(&format!(
        "INSERT INTO key_records (key_id, kid, jwk, is_valid, is_default) \
         VALUES ('1', 'k', '{key}', true, true)"
    ));
    desk.json(&["import", "oa4mp", "--from", &old.url(), "--keep-signing"]);
    let premises = desk.premises();
    let stored = premises.store.read(|reading| reading.list_signing_keys(premises.issuer.key));
    let [stored] = stored.unwrap().try_into().unwrap();
    assert_eq!(stored.state, SigningKeyState::Current);
    let (data_key, sealed) = stored.private.unwrap();
    let opened = PrivateKey::open(&premises.keys, "k", (data_key, &sealed)).unwrap();
    assert_eq!(opened.public_jwk(), stored.public_jwk);
}
