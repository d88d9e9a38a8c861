//! `muster keys list`, `rotate`, `retire` and `import`.

use muster_cli::Exit;
use muster_crypto::{Algorithm, PrivateKey};
use serde_json::{Value, json};

use crate::desk::{Desk, both};

/// A day, the longest life of what is signed at the desk, and ten minutes.
const PUBLISHED_STILL: i64 = 86_400_000 + 600_000;

fn states(desk: &Desk) -> Vec<(String, String)> {
    let keys = desk.json(&["keys", "list"]);
    let text = |key: &Value, member: &str| key[member].as_str().unwrap().to_owned();
    keys.as_array().unwrap().iter().map(|key| (text(key, "state"), text(key, "kid"))).collect()
}

/// S64, T19.
fn the_next_key_signs_and_the_last_one_stays_published(desk: &Desk) {
    desk.premises();
    let [current, next] = states(desk).try_into().unwrap();
    assert_eq!((current.0.as_str(), next.0.as_str()), ("current", "next"));
    desk.turn_clock(1_000);
    let rotated = desk.json(&["keys", "rotate"]);
    assert_eq!((&rotated["current"], &rotated["retired"]), (&json!(next.1), &json!([current.1])));
    let keys = desk.json(&["keys", "list"]);
    assert_eq!((&keys[0]["kid"], &keys[0]["state"]), (&json!(next.1), &json!("current")));
    assert_eq!((&keys[1]["kid"], &keys[1]["state"]), (&rotated["next"], &json!("next")));
    assert_eq!((&keys[2]["kid"], &keys[2]["state"]), (&json!(current.1), &json!("retired")));
    let began = keys[0]["created_at"].as_i64().unwrap();
    assert_eq!(keys[2]["published_until"], began + 1_000 + PUBLISHED_STILL, "F14");
    assert!(keys[0]["published_until"].is_null());
    desk.turn_clock(PUBLISHED_STILL);
    assert_eq!(states(desk)[2], ("withdrawn".to_owned(), current.1));
    assert_eq!(desk.events(), ["key_retired", "key_rotated"]);
}
both!(
    the_next_key_signs_and_the_last_one_stays_published_on_sqlite,
    the_next_key_signs_and_the_last_one_stays_published_on_postgres,
    the_next_key_signs_and_the_last_one_stays_published
);

/// Another algorithm signs at once, and its next key is of the same.
fn another_algorithm_signs_at_once(desk: &Desk) {
    for algorithm in ["EdDSA", "RS256", "PS256", "ES256"] {
        let rotated = desk.json(&["keys", "rotate", "--algorithm", algorithm]);
        let keys = desk.json(&["keys", "list"]);
        assert_eq!(
            (&keys[0]["kid"], &keys[0]["algorithm"]),
            (&rotated["current"], &json!(algorithm))
        );
        let keys = keys.as_array().unwrap();
        let next = keys.iter().find(|key| key["kid"] == rotated["next"]).unwrap();
        assert_eq!((&next["algorithm"], &next["state"]), (&json!(algorithm), &json!("next")));
        assert_eq!(keys.iter().filter(|key| key["state"] == "current").count(), 1);
    }
    desk.muster(&["keys", "rotate", "--algorithm", "HS256"]).fails(Exit::Usage, "ES256");
}
both!(
    another_algorithm_signs_at_once_on_sqlite,
    another_algorithm_signs_at_once_on_postgres,
    another_algorithm_signs_at_once
);

fn a_key_is_withdrawn_at_once_unless_it_signs(desk: &Desk) {
    desk.premises();
    let [current, next] = states(desk).try_into().unwrap();
    desk.muster(&["keys", "retire", &current.1, "--yes"]).fails(Exit::Conflict, "keys rotate");
    desk.muster(&["keys", "retire", "nobody", "--yes"]).fails(Exit::NotFound, "keys list");
    desk.muster(&["keys", "retire", &next.1]).fails(Exit::Usage, "verifies no more");
    desk.muster(&["keys", "rotate"]).done();
    desk.muster(&["keys", "retire", &current.1, "--yes"]).done();
    let left = states(desk);
    assert_eq!(left[0], ("current".to_owned(), next.1));
    assert_eq!(left[2], ("withdrawn".to_owned(), current.1));
    assert_eq!(desk.events(), ["key_retired", "key_rotated", "key_retired"]);
}
both!(
    a_key_is_withdrawn_at_once_unless_it_signs_on_sqlite,
    a_key_is_withdrawn_at_once_unless_it_signs_on_postgres,
    a_key_is_withdrawn_at_once_unless_it_signs
);

fn an_imported_key_is_published_and_signs_if_asked(desk: &Desk) {
    desk.premises();
    let [current, _] = states(desk).try_into().unwrap();
    let other = PrivateKey::generate(Algorithm::Es256).unwrap();
    let public = format!("{{\"keys\":[{}]}}", other.public_jwk());
    let file = desk.file("public.jwk", &public);
    desk.muster(&["keys", "import", &file, "--sign"]).fails(Exit::Failed, "private half");
    assert_eq!(desk.json(&["keys", "import", &file])["keys"], json!([other.kid()]));
    assert!(states(desk).contains(&("retired".to_owned(), other.kid().to_owned())));
    desk.muster(&["keys", "import", &file]).fails(Exit::Conflict, "there already");
    let private = json!({"keys": [{
        "kty": "OKP", "crv": "Ed25519", "kid": "old", "alg": "EdDSA",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }]});
    let file = desk.file("private.jwk", &private.to_string());
    desk.muster(&["keys", "import", &file, "--sign"]).done();
    let after = states(desk);
    assert_eq!(after[0], ("current".to_owned(), "old".to_owned()));
    assert!(after.contains(&("retired".to_owned(), current.1)));
    desk.muster(&["keys", "import", "/nonexistent"]).fails(Exit::Failed, "cannot be read");
    // No private half is ever shown.
    for words in [&["keys", "list"][..], &["--json", "keys", "list"], &["audit", "tail"]] {
        let out = desk.muster(words).done().out;
        assert!(!out.contains("nWGxne") && !out.contains("\"d\""), "{out}");
    }
}
both!(
    an_imported_key_is_published_and_signs_if_asked_on_sqlite,
    an_imported_key_is_published_and_signs_if_asked_on_postgres,
    an_imported_key_is_published_and_signs_if_asked
);
