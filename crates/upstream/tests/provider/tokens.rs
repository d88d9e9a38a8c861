//! ID tokens and tokens that must not let anybody in.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use muster_crypto::{Algorithm, PrivateKey, Rejected};
use muster_domain::Lifetime;
use muster_upstream::{Culprit, Document, ProviderFault, Stray, Unnamed, UpstreamError, Wishes};
use serde_json::{Value, json};

use crate::fake::Reply;
use crate::rig::{NOW, Rig};

/// Why an ID token in which one claim says this lets nobody in.
fn refused(name: &str, value: Value) -> Rejected {
    let rig = Rig::new();
    let arrived = rig.arrive(|claims| {
        claims.insert(name.to_owned(), value);
    });
    why(&arrived.unwrap_err())
}

fn why(error: &UpstreamError) -> Rejected {
    let UpstreamError::Provider(ProviderFault::IdToken(why)) = error else { panic!("{error}") };
    *why
}

#[test]
fn a_token_with_another_nonce_lets_nobody_in() {
    assert_eq!(refused("nonce", json!("another")), Rejected::Mismatch("nonce"));
}

#[test]
fn a_token_for_another_client_lets_nobody_in() {
    assert_eq!(refused("aud", json!("other")), Rejected::Mismatch("aud"));
    assert_eq!(refused("aud", json!(["muster", "other"])), Rejected::Claim("azp"));
    assert_eq!(refused("azp", json!("other")), Rejected::Mismatch("azp"));
}

#[test]
fn a_token_of_another_issuer_lets_nobody_in() {
    assert_eq!(refused("iss", json!("https://other.example")), Rejected::Mismatch("iss"));
}

#[test]
fn a_token_that_has_expired_or_is_of_the_future_lets_nobody_in() {
    assert_eq!(refused("exp", json!(NOW - 61)), Rejected::Time);
    assert_eq!(refused("iat", json!(NOW + 61)), Rejected::Time);
}

#[test]
fn a_token_with_the_hash_of_another_access_token_lets_nobody_in() {
    let another = json!("77QmUPtjPfzWtF2AnpK9RQ");
    assert_eq!(refused("at_hash", another), Rejected::Mismatch("at_hash"));
    let rig = Rig::new();
    // The left half of SHA-256 of "at".
    let half = HEXLOWER.decode(b"b1d6b91b67c2afa5e322988d9462638d");
    let half = half.map(|bytes| BASE64URL_NOPAD.encode(&bytes)).unwrap();
    let arrived = rig.arrive(|claims| {
        claims.insert("at_hash".to_owned(), json!(half));
    });
    arrived.unwrap();
}

#[test]
fn a_token_without_a_signature_lets_nobody_in() {
    let rig = Rig::new();
    let landing = rig.land(&Wishes::default());
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let claims = part(&Value::Object(landing.claims.clone()));
    for header in [json!({"alg": "none"}), json!({"alg": "None"}), json!({"alg": ""})] {
        for signature in ["", "AA"] {
            rig.give(&format!("{}.{claims}.{signature}", part(&header)));
            let why = why(&rig.finish(&landing).unwrap_err());
            assert!(matches!(why, Rejected::Shape | Rejected::Header), "{why}");
        }
    }
}

#[test]
fn a_public_key_is_no_secret_to_sign_with() {
    let rig = Rig::new();
    let landing = rig.land(&Wishes::default());
    // HS256 with the published JWK as its secret; the signature would be right.
    let header = json!({"alg": "HS256", "kid": rig.key.kid(), "typ": "JWT"});
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&header), part(&Value::Object(landing.claims.clone())));
    let signature = hmac_sha256(rig.key.public_jwk().as_bytes(), signed.as_bytes());
    rig.give(&format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)));
    assert_eq!(why(&rig.finish(&landing).unwrap_err()), Rejected::Header);
}

#[test]
fn a_token_signed_by_somebody_else_under_a_known_name_lets_nobody_in() {
    let rig = Rig::new();
    let landing = rig.land(&Wishes::default());
    let other = PrivateKey::generate(Algorithm::Es256).unwrap();
    let header = json!({"alg": "ES256", "kid": rig.key.kid(), "typ": "JWT"});
    rig.give(&other.signer().unwrap().sign_under(&header, &landing.claims).unwrap());
    assert_eq!(why(&rig.finish(&landing).unwrap_err()), Rejected::Signature);
}

#[test]
fn an_access_token_of_the_provider_is_no_id_token() {
    let rig = Rig::new();
    let landing = rig.land(&Wishes::default());
    rig.give(&rig.key.signer().unwrap().sign("at+jwt", &landing.claims).unwrap());
    assert_eq!(why(&rig.finish(&landing).unwrap_err()), Rejected::Header);
}

#[test]
fn whoever_must_have_logged_in_lately_has_a_token_that_says_so() {
    let rig = Rig::new();
    let wishes = Wishes { max_age: Some(Lifetime::from_seconds(100)), ..Wishes::default() };
    let arrive = |auth_time: Option<i64>| {
        let mut landing = rig.land(&wishes);
        auth_time.map(|time| landing.claims.insert("auth_time".to_owned(), json!(time)));
        rig.give(&rig.sign(&landing.claims));
        rig.finish(&landing)
    };
    assert_eq!(why(&arrive(None).unwrap_err()), Rejected::Claim("auth_time"));
    assert_eq!(why(&arrive(Some(NOW - 161)).unwrap_err()), Rejected::Mismatch("auth_time"));
    assert!(arrive(Some(NOW - 90)).is_ok());
}

#[test]
fn the_userinfo_endpoint_may_speak_of_nobody_else() {
    let rig = Rig::with(|settings| settings.ask_user_info = true);
    rig.fake.set("/me", Reply::of(200, json!({"sub": "bob"}).to_string()));
    assert_eq!(rig.arrive(|_| {}), Err(ProviderFault::Subject.into()));
    rig.fake.set("/me", Reply::of(200, "{}"));
    let missing = ProviderFault::Member(Document::UserInfo, "sub");
    assert_eq!(rig.arrive(|_| {}), Err(missing.into()));
    rig.fake.set("/me", Reply::of(401, "{}"));
    assert_eq!(rig.arrive(|_| {}), Err(ProviderFault::Status(Document::UserInfo, 401).into()));
}

#[test]
fn an_unverified_address_names_nobody() {
    let rig = Rig::with(|settings| settings.user.claim = "email".to_owned());
    assert_eq!(rig.arrive(|_| {}).unwrap().user_id.as_str(), "alice@a.example");
    let arrived = rig.arrive(|claims| {
        claims.insert("email_verified".to_owned(), json!(false));
    });
    let unverified = Unnamed::Unverified("email".to_owned());
    assert_eq!(arrived, Err(UpstreamError::Unnamed(unverified)));
}

#[test]
fn a_refused_code_is_the_persons_matter_and_a_refused_secret_the_keepers() {
    let rig = Rig::new();
    let landing = rig.land(&Wishes::default());
    let outcome = |error: &str| {
        rig.fake.set("/token", Reply::of(400, json!({ "error": error }).to_string()));
        rig.finish(&landing).unwrap_err()
    };
    assert_eq!(outcome("invalid_grant"), Stray::Code.into());
    assert_eq!(outcome("invalid_client").culprit(), Culprit::Settings);
    assert_eq!(outcome("something_new").culprit(), Culprit::Provider);
    rig.fake.set("/token", Reply::of(500, "<html>"));
    let fault = ProviderFault::Status(Document::Tokens, 500);
    assert_eq!(rig.finish(&landing), Err(fault.into()));
}

#[test]
fn an_answer_that_lacks_something_lets_nobody_in() {
    let rig = Rig::new();
    let landing = rig.land(&Wishes::default());
    for (name, value) in
        [("id_token", Value::Null), ("access_token", json!("a b")), ("token_type", json!("DPoP"))]
    {
        let mut tokens = json!({"access_token": "at", "token_type": "Bearer", "id_token": "x"});
        tokens[name] = value;
        rig.fake.set("/token", Reply::of(200, tokens.to_string()));
        let fault = ProviderFault::Member(Document::Tokens, name);
        assert_eq!(rig.finish(&landing), Err(fault.into()));
    }
    let twice = r#"{"access_token":"at","id_token":"x","id_token":"y","token_type":"Bearer"}"#;
    rig.fake.set("/token", Reply::of(200, twice));
    assert_eq!(rig.finish(&landing), Err(ProviderFault::NoJson(Document::Tokens).into()));
}

/// HMAC (RFC 2104) over SHA-256, which nothing in the room itself computes.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
