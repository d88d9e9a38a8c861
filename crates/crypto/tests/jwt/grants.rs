//! Assertions that are grants (RFC 7523 2.1): S58, and B83 to B98 as far as another than
//! the client signs them.

use muster_crypto::{GrantClaims, GrantExpectation, Rejected, unverified_issuer};
use muster_domain::Timestamp;
use serde_json::{Value, json};

use crate::party::{CLIENT, ISSUER, NOW, Party, good_claims};

/// The trusted issuer, who signs as any party does.
const TRUSTED: &str = CLIENT;
const ENDPOINT: &str = "https://muster.example/oauth2/token";

fn check(party: &Party, text: &str) -> Result<GrantClaims, Rejected> {
    let expectation = GrantExpectation { issuer: TRUSTED, audience: ISSUER };
    party.keys.grant_assertion(text, &expectation, Timestamp::from_millis(NOW * 1_000))
}

fn said(party: &Party, name: &str, value: &Value) -> Option<Rejected> {
    check(party, &party.with_claim(name, &value.to_string())).err()
}

#[test]
fn a_good_grant_tells_whom_it_is_for_and_how_long() {
    let party = Party::new();
    let mut claims = good_claims();
    claims.insert("sub".to_owned(), json!("alice"));
    claims.insert("scope".to_owned(), json!("read:/a openid"));
    let expected = GrantClaims {
        subject: "alice".to_owned(),
        jti: "j-1".to_owned(),
        scope: Some("read:/a openid".to_owned()),
        expires_at: Timestamp::from_millis((NOW + 60) * 1_000),
    };
    assert_eq!(check(&party, &party.sign_values(&party.header(), &claims)), Ok(expected));
    assert_eq!(check(&party, &party.good()).unwrap().scope, None);
}

#[test]
fn s58_a_grant_comes_from_its_issuer_and_is_for_us() {
    let party = Party::new();
    for name in ["iss", "sub", "aud", "exp", "jti"] {
        let missing = check(&party, &party.without_claim(name)).err();
        assert_eq!(missing, Some(Rejected::Claim(name)));
        for value in [json!(null), json!([ISSUER]), json!({"a": 1}), json!(true)] {
            assert_eq!(said(&party, name, &value), Some(Rejected::Claim(name)), "{name}: {value}");
        }
    }
    assert_eq!(said(&party, "sub", &json!("")), Some(Rejected::Claim("sub")));
    for issuer in ["https://client.example/b", "https://client.example/a/", ""] {
        assert_eq!(said(&party, "iss", &json!(issuer)), Some(Rejected::Mismatch("iss")));
    }
    for audience in ["https://muster.example", ENDPOINT, &ISSUER.to_uppercase(), ""] {
        assert_eq!(said(&party, "aud", &json!(audience)), Some(Rejected::Mismatch("aud")));
    }
    let both = json!([ISSUER, ENDPOINT]);
    assert_eq!(said(&party, "aud", &both), Some(Rejected::Claim("aud")), "B91");
}

#[test]
fn b90_b94_b95_a_grant_has_its_time() {
    let party = Party::new();
    for (name, away, expected) in [
        ("exp", 0, Some(Rejected::Time)),
        ("exp", -1, Some(Rejected::Time)),
        ("exp", 1, None),
        ("exp", 3_600, None),
        ("exp", 3_601, Some(Rejected::Time)),
        ("exp", 315_360_000, Some(Rejected::Time)),
        ("nbf", 10, None),
        ("nbf", 11, Some(Rejected::Time)),
        ("iat", 10, None),
        ("iat", 61, Some(Rejected::Time)),
        ("iat", -3_600, None),
        ("iat", -3_601, Some(Rejected::Time)),
        ("iat", -86_400, Some(Rejected::Time)),
    ] {
        assert_eq!(said(&party, name, &json!(NOW + away)), expected, "{name} {away} s away");
    }
    for name in ["exp", "nbf", "iat"] {
        for value in ["\"1800000010\"", "-1", "1e300", "1e19", "1e13", "true", "null", "[]"] {
            let refused = check(&party, &party.with_claim(name, value)).err();
            assert_eq!(refused, Some(Rejected::Claim(name)), "{name}: {value}");
        }
    }
}

#[test]
fn b93_a_grant_has_a_name_and_its_scope_is_a_text_if_it_has_one() {
    let party = Party::new();
    for value in [json!(""), json!("j".repeat(257)), json!(7), json!(null), json!(["j"])] {
        assert_eq!(said(&party, "jti", &value), Some(Rejected::Claim("jti")), "{value}");
    }
    assert_eq!(said(&party, "jti", &json!("j".repeat(256))), None);
    for value in [json!(["openid"]), json!(7), json!(null)] {
        assert_eq!(said(&party, "scope", &value), Some(Rejected::Claim("scope")), "{value}");
    }
}

#[test]
fn b96_a_jwt_of_another_kind_is_no_grant() {
    let party = Party::new();
    let of = |typ: &str| check(&party, &party.with_header("typ", json!(typ))).err();
    for typ in ["JWT", "authorization-grant+jwt"] {
        assert_eq!(of(typ), None, "{typ}");
    }
    for typ in ["at+jwt", "client-authentication+jwt", "logout+jwt", "dpop+jwt", "text/jwt", ""] {
        assert_eq!(of(typ), Some(Rejected::Header), "{typ}");
    }
    let mut header = party.header();
    header.remove("typ");
    assert!(check(&party, &party.sign_values(&header, &good_claims())).is_ok());
}

#[test]
fn b85_b86_b88_a_grant_is_verified_by_the_keys_of_its_issuer_alone() {
    let (party, stranger) = (Party::new(), Party::new());
    assert_eq!(check(&party, &stranger.good()).err(), Some(Rejected::Signature));
    let forged = stranger.with_header("jwk", json!(stranger.public));
    assert_eq!(check(&party, &forged).err(), Some(Rejected::Signature));
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("crit", json!([])),
        ("b64", json!(false)),
    ] {
        let refused = check(&party, &party.with_header(name, value)).err();
        assert_eq!(refused, Some(Rejected::Header), "{name}");
    }
    let unknown = party.with_header("kid", json!("../../etc/passwd"));
    assert_eq!(check(&party, &unknown).err(), Some(Rejected::NoKey), "B87");
}

#[test]
fn an_issuer_is_read_before_anything_is_verified() {
    let party = Party::new();
    assert_eq!(unverified_issuer(&party.good()).as_deref(), Some(TRUSTED));
    let (signed, _) = party.good().rsplit_once('.').map(|(a, b)| (a.to_owned(), b.len())).unwrap();
    assert_eq!(unverified_issuer(&format!("{signed}.AAAA")).as_deref(), Some(TRUSTED));
    for text in [
        String::new(),
        "a.b".to_owned(),
        "a.e30.c".to_owned(),
        party.without_claim("iss"),
        party.with_claim("iss", "[\"a\"]"),
        party.with_claim("x", &json!("x".repeat(16 * 1_024)).to_string()),
    ] {
        assert_eq!(unverified_issuer(&text), None, "{text:.80}");
    }
}
