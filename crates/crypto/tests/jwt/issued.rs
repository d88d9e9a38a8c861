//! The JWTs that are given out: what each profile says, and what none says.

use std::sync::LazyLock;

use muster_crypto::{
    AccessTokenFacts, Algorithm, IdTokenFacts, JwtProfile, PrivateKey, Signer, VerifyingKeys,
    access_token, audience_claim, audience_in_text, id_token, introspection_answer,
};
use muster_domain::{AccessTokenProfile, ScopeSet, Timestamp};
use serde_json::{Value, json};

use crate::party::{CLIENT, ISSUER, NOW, object};

static KEY: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::generate(Algorithm::Es256).unwrap());
const PROFILES: [JwtProfile; 3] = [JwtProfile::Rfc9068, JwtProfile::Wlcg, JwtProfile::SciTokens];
/// The longest chain of actors that reads back.
const ACTORS_MOST: usize = 15;
static NO_SCOPES: LazyLock<ScopeSet> = LazyLock::new(ScopeSet::default);

/// What any service that has our key reads in a token of this type.
fn read(key: &PrivateKey, text: &str, typ: &str) -> Value {
    let public = key.public_jwk();
    let (keys, _) = VerifyingKeys::of_published([(key.kid(), public.as_str())]);
    json!(keys.verified_claims(text, &[typ]).unwrap())
}

fn issued(profile: JwtProfile, facts: &AccessTokenFacts<'_>) -> Value {
    read(&KEY, &access_token(profile, facts, &KEY.signer().unwrap()).unwrap(), "at+jwt")
}

fn facts() -> AccessTokenFacts<'static> {
    AccessTokenFacts {
        issuer: ISSUER,
        subject: "alice",
        client_id: CLIENT,
        audience: &[],
        scopes: &NO_SCOPES,
        jti: "urn:token:1",
        // The fractions of a second are cut off, never rounded up.
        issued_at: Timestamp::from_millis(NOW * 1_000 + 999),
        expires_at: Timestamp::from_millis((NOW + 900) * 1_000 + 999),
        auth_time: None,
        key_thumbprint: None,
        actors: &[],
        may_act: &[],
    }
}

#[test]
fn each_profile_says_what_it_must_and_nothing_else() {
    let shared = json!({
        "iss": ISSUER, "sub": "alice", "client_id": CLIENT, "jti": "urn:token:1",
        "iat": NOW, "nbf": NOW, "exp": NOW + 900,
    });
    for (profile, own) in [
        (JwtProfile::Rfc9068, json!({"aud": ISSUER})),
        (JwtProfile::Wlcg, json!({"aud": "https://wlcg.cern.ch/jwt/v1/any", "wlcg.ver": "1.0"})),
        (JwtProfile::SciTokens, json!({"aud": "ANY", "ver": "scitoken:2.0"})),
    ] {
        let mut expected = object(shared.clone());
        expected.extend(object(own));
        assert_eq!(issued(profile, &facts()), json!(expected), "{profile:?}");
    }
}

#[test]
fn scopes_and_audiences_stand_as_they_are_given() {
    let scopes = ScopeSet::parse("read:/store/alice storage.read:/ write:/a%20b").unwrap();
    let audience = ["https://a.example", "https://b.example"].map(str::to_owned);
    for profile in PROFILES {
        let of =
            |count| AccessTokenFacts { audience: &audience[..count], scopes: &scopes, ..facts() };
        let (one, both) = (issued(profile, &of(1)), issued(profile, &of(2)));
        assert_eq!(one["aud"], json!("https://a.example"), "{profile:?}");
        assert_eq!(both["aud"], json!(audience), "{profile:?}");
        assert_eq!(both["scope"], json!("read:/store/alice storage.read:/ write:/a%20b"));
    }
}

#[test]
fn the_audience_that_a_token_names_is_read_out_of_its_text() {
    // S42: introspection tells the same.
    let audience = ["https://a.example", "https://b.example"].map(str::to_owned);
    let signer = KEY.signer().unwrap();
    for profile in PROFILES {
        for count in 0..=2 {
            let facts = AccessTokenFacts { audience: &audience[..count], ..facts() };
            let text = access_token(profile, &facts, &signer).unwrap();
            let told = audience_claim(&audience_in_text(&text), "nobody");
            assert_eq!(told, issued(profile, &facts)["aud"], "{profile:?} {count}");
        }
    }
    for text in
        ["", "mst_at_opaque", "https://a.example/oauth2/1?ts=1.2.3", "a.bnVsbA.c", "..", "é.é"]
    {
        assert!(audience_in_text(text).is_empty(), "{text}");
    }
}

#[test]
fn a_login_shows_in_every_profile() {
    let auth_time = Some(Timestamp::from_millis((NOW - 30) * 1_000 + 1));
    let facts = AccessTokenFacts { auth_time, ..facts() };
    let shown = PROFILES.map(|profile| issued(profile, &facts)["auth_time"].clone());
    assert_eq!(shown, [(); 3].map(|()| json!(NOW - 30)));
}

#[test]
fn a_binding_and_a_delegation_show_in_every_profile() {
    // Left out, a bound token would pass for a free one (S65).
    let actors = ["second", "first"].map(str::to_owned);
    let facts = AccessTokenFacts {
        key_thumbprint: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
        actors: &actors,
        may_act: &actors[..1],
        ..facts()
    };
    for profile in PROFILES {
        let claims = issued(profile, &facts);
        assert_eq!(claims["cnf"], json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}));
        assert_eq!(claims["act"], json!({"sub": "second", "act": {"sub": "first"}}));
        assert_eq!(claims["may_act"], json!({"sub": "second"}));
    }
    let several = AccessTokenFacts { may_act: &actors, ..facts };
    assert_eq!(issued(JwtProfile::Rfc9068, &several)["may_act"], Value::Null);
}

#[test]
fn the_longest_chain_of_actors_reads_back() {
    let actors: Vec<String> = (0..ACTORS_MOST).map(|number| number.to_string()).collect();
    let longest = AccessTokenFacts { actors: &actors, ..facts() };
    let mut act = &issued(JwtProfile::Rfc9068, &longest)["act"];
    for actor in &actors {
        assert_eq!(act["sub"], json!(actor));
        act = &act["act"];
    }
}

#[test]
fn every_profile_but_the_opaque_one_is_a_jwt() {
    let jwt = AccessTokenProfile::ALL.map(JwtProfile::of);
    let [rfc9068, wlcg, scitokens] = PROFILES.map(Some);
    assert_eq!(jwt, [None, rfc9068, wlcg, scitokens]);
}

fn id_claims(signer: &Signer, key: &PrivateKey, said: (Option<&str>, Option<Timestamp>)) -> Value {
    let facts = IdTokenFacts {
        issuer: ISSUER,
        subject: "alice",
        client_id: CLIENT,
        nonce: said.0,
        access_token: "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
        issued_at: Timestamp::from_millis(NOW * 1_000),
        expires_at: Timestamp::from_millis((NOW + 900) * 1_000),
        auth_time: said.1,
        jti: "urn:id:1",
    };
    read(key, &id_token(&facts, signer).unwrap(), "JWT")
}

#[test]
fn an_id_token_says_who_logged_in_where_and_when() {
    let signer = KEY.signer().unwrap();
    let mut expected = json!({
        "iss": ISSUER, "sub": "alice", "aud": CLIENT, "azp": CLIENT, "iat": NOW, "exp": NOW + 900,
        "jti": "urn:id:1", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
    });
    assert_eq!(id_claims(&signer, &KEY, (None, None)), expected);
    expected["nonce"] = json!("n-0S6_WzA2Mj");
    expected["auth_time"] = json!(NOW - 5);
    let logged_in = Timestamp::from_millis((NOW - 5) * 1_000);
    assert_eq!(id_claims(&signer, &KEY, (Some("n-0S6_WzA2Mj"), Some(logged_in))), expected);
}

#[test]
fn the_hash_in_an_id_token_is_that_of_its_signature() {
    for (algorithm, length) in [
        (Algorithm::Rs256, 22),
        (Algorithm::Ps256, 22),
        (Algorithm::Rs384, 32),
        (Algorithm::Es384, 32),
        (Algorithm::Rs512, 43),
        (Algorithm::EdDsa, 43),
    ] {
        let key = PrivateKey::generate(algorithm).unwrap();
        let claims = id_claims(&key.signer().unwrap(), &key, (None, None));
        assert_eq!(claims["at_hash"].as_str().unwrap().len(), length, "{}", algorithm.as_str());
    }
}

#[test]
fn a_signed_introspection_answer_holds_the_answer_and_cannot_pass_for_a_token() {
    let body = json!({"active": true, "scope": "read:/", "exp": NOW + 900});
    let at = Timestamp::from_millis(NOW * 1_000 + 1);
    let signer = KEY.signer().unwrap();
    let text = introspection_answer(ISSUER, CLIENT, at, object(body.clone()), &signer).unwrap();
    let claims = read(&KEY, &text, "token-introspection+jwt");
    let expected = json!({"iss": ISSUER, "aud": CLIENT, "iat": NOW, "token_introspection": body});
    assert_eq!(claims, expected);
    let public = KEY.public_jwk();
    let (keys, _) = VerifyingKeys::of_published([(KEY.kid(), public.as_str())]);
    assert!(keys.verified_claims(&text, &["at+jwt", "JWT"]).is_err());
}
