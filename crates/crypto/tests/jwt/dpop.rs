//! What a DPoP proof must say: S65, B133, and the strictness of every other JWT.

use muster_crypto::{DpopExpectation, Rejected, verify_dpop_proof};
use muster_domain::Timestamp;
use serde_json::{Value, json};

use crate::party::NOW;
use crate::prover::{Prover, TOKEN, TOKEN_HASH, URL, check, check_with, good_proof};

fn rejection(text: &str) -> Option<Rejected> {
    check(text).err()
}

#[test]
fn a_good_proof_tells_its_key_and_how_long_its_name_is_to_be_remembered() {
    let prover = Prover::new();
    let proof = check_with(&prover.good(), Some(TOKEN)).unwrap();
    assert_eq!((proof.jti.as_str(), proof.thumbprint.len()), ("p-1", 43));
    let again = check(&prover.with_claim("jti", &json!("p-2"))).unwrap();
    assert_eq!(again.thumbprint, proof.thumbprint, "one key, one thumbprint");
    let other = check(&Prover::new().good()).unwrap();
    assert_ne!(other.thumbprint, proof.thumbprint);
    // Up to the last moment at which it is taken, and not longer.
    let expectation = DpopExpectation { method: "POST", url: URL, access_token: None };
    let taken = |millis| {
        verify_dpop_proof(&prover.good(), &expectation, Timestamp::from_millis(millis)).is_ok()
    };
    let end = proof.expires_at.millis();
    assert_eq!((taken(end - 1), taken(end)), (true, false));
}

#[test]
fn b133_a_proof_is_for_one_method_and_one_endpoint() {
    let prover = Prover::new();
    for method in ["GET", "post", "POST ", ""] {
        let said = rejection(&prover.with_claim("htm", &json!(method)));
        assert_eq!(said, Some(Rejected::Mismatch("htm")), "{method}");
    }
    for url in [
        "https://muster.example/oauth2/token?a=b",
        "https://muster.example/oauth2/token?",
        "https://muster.example/oauth2/token#a",
        "https://muster.example/oauth2/userinfo",
        "https://muster.example/oauth2/token/",
        "https://other.example/oauth2/token",
        "http://muster.example/oauth2/token",
        "https://muster.example:8443/oauth2/token",
        "",
    ] {
        let said = rejection(&prover.with_claim("htu", &json!(url)));
        assert_eq!(said, Some(Rejected::Mismatch("htu")), "{url}");
    }
    let spelled = json!("HTTPS://MUSTER.example:443/oauth2/token");
    assert_eq!(rejection(&prover.with_claim("htu", &spelled)), None);
}

#[test]
fn b133_a_proof_is_of_this_minute() {
    let prover = Prover::new();
    for (away, expected) in [
        (0, None),
        (10, None),
        (60, None),
        (61, Some(Rejected::Time)),
        (-60, None),
        (-61, Some(Rejected::Time)),
        (-86_400, Some(Rejected::Time)),
    ] {
        let said = rejection(&prover.with_claim("iat", &json!(NOW + away)));
        assert_eq!(said, expected, "{away} s away");
    }
    let fraction = prover.with_claim("iat", &json!(1_800_000_060.9));
    assert_eq!(rejection(&fraction), None, "a fraction is floored");
    for value in [json!("1800000000"), json!(-1), json!(1e300), json!(true), json!([NOW])] {
        let said = rejection(&prover.with_claim("iat", &value));
        assert_eq!(said, Some(Rejected::Claim("iat")), "{value}");
    }
}

#[test]
fn s65_each_claim_that_is_missing_or_of_another_kind_is_refused() {
    let prover = Prover::new();
    for name in ["htm", "htu", "iat", "jti"] {
        for value in [Value::Null, json!([]), json!({"a": 1}), json!(false)] {
            let said = rejection(&prover.with_claim(name, &value));
            assert_eq!(said, Some(Rejected::Claim(name)), "{name}: {value}");
        }
    }
    for jti in [String::new(), "j".repeat(257), "j".repeat(10_000)] {
        let said = rejection(&prover.with_claim("jti", &json!(jti)));
        assert_eq!(said, Some(Rejected::Claim("jti")), "{} letters", jti.len());
    }
    assert_eq!(rejection(&prover.with_claim("jti", &json!("j".repeat(256)))), None);
}

#[test]
fn s65_a_proof_beside_an_access_token_carries_its_hash() {
    let prover = Prover::new();
    let said = |value: &Value| check_with(&prover.with_claim("ath", value), Some(TOKEN)).err();
    assert_eq!(said(&json!(TOKEN_HASH)), None);
    for value in [Value::Null, json!([TOKEN_HASH]), json!(1)] {
        assert_eq!(said(&value), Some(Rejected::Claim("ath")), "{value}");
    }
    for value in [TOKEN, "", &format!("{TOKEN_HASH}="), &TOKEN_HASH.to_lowercase()] {
        assert_eq!(said(&json!(value)), Some(Rejected::Mismatch("ath")), "{value}");
    }
    assert_eq!(check_with(&prover.good(), Some("another")).err(), Some(Rejected::Mismatch("ath")));
    // Without an access token there is nothing to compare.
    assert_eq!(rejection(&prover.with_claim("ath", &Value::Null)), None);
}

#[test]
fn b96_only_a_proof_calls_itself_one() {
    let prover = Prover::new();
    for typ in ["JWT", "at+jwt", "DPoP+JWT", "application/dpop+jwt", "dpop+jwt ", ""] {
        let said = rejection(&prover.with_header("typ", &json!(typ)));
        assert_eq!(said, Some(Rejected::Header), "{typ}");
    }
    assert_eq!(rejection(&prover.with_header("typ", &Value::Null)), Some(Rejected::Header));
}

#[test]
fn b83_b84_b86_b97_a_proof_is_as_strict_a_jwt_as_any() {
    let prover = Prover::new();
    let good = prover.good();
    for text in [String::new(), "..".to_owned(), ".".repeat(1_000_000), format!("{good}.a")] {
        assert_eq!(rejection(&text), Some(Rejected::Shape));
    }
    assert_eq!(rejection(&format!("{good}=")), Some(Rejected::Shape));
    let long = prover.with_claim("x", &json!("x".repeat(16 * 1_024)));
    assert_eq!(rejection(&long), Some(Rejected::Shape));
    for (name, value) in [
        ("crit", json!([])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("A128GCM")),
        ("kid", json!("k".repeat(10_000))),
    ] {
        assert_eq!(rejection(&prover.with_header(name, &value)), Some(Rejected::Header), "{name}");
    }
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(rejection(&prover.with_claim("x", &deep)), Some(Rejected::Json));
    let other = prover.sign(&prover.header(), &good_proof());
    let (signed, _) = good.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    assert_eq!(rejection(&format!("{signed}.{signature}")), None, "the same text, signed twice");
    let (_, foreign) = prover.with_claim("jti", &json!("p-2")).rsplit_once('.').map(owned).unwrap();
    assert_eq!(rejection(&format!("{signed}.{foreign}")), Some(Rejected::Signature));
}

fn owned((head, tail): (&str, &str)) -> (String, String) {
    (head.to_owned(), tail.to_owned())
}
