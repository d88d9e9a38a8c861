//! The claims of a JWT whose kind is known: what it calls itself counts, and its signature.

use muster_crypto::{Algorithm, PrivateKey, Rejected, VerifyingKeys};
use serde_json::json;

use crate::party::{Party, good_claims};

#[test]
fn a_jwt_is_read_by_what_it_calls_itself_in_any_spelling() {
    let party = Party::new();
    for (typ, taken) in [
        ("at+jwt", true),
        ("AT+JWT", true),
        ("application/at+jwt", true),
        ("Application/At+Jwt", true),
        ("JWT", false),
        ("text/at+jwt", false),
        ("application/application/at+jwt", false),
        ("at+jwt ", false),
        ("", false),
    ] {
        let said = party.keys.verified_claims(&party.with_header("typ", json!(typ)), &["at+jwt"]);
        assert_eq!(said, if taken { Ok(good_claims()) } else { Err(Rejected::Header) }, "{typ}");
    }
    let mut header = party.header();
    header.remove("typ");
    let bare = party.sign_values(&header, &good_claims());
    assert_eq!(party.keys.verified_claims(&bare, &["JWT"]), Err(Rejected::Header));
    assert_eq!(party.keys.verified_claims(&party.good(), &[]), Err(Rejected::Header));
    assert!(party.keys.verified_claims(&party.good(), &["at+jwt", "JWT"]).is_ok());
}

#[test]
fn a_jwt_of_another_key_is_not_read() {
    let (party, stranger) = (Party::new(), Party::new());
    let said = party.keys.verified_claims(&stranger.good(), &["JWT"]);
    assert_eq!(said, Err(Rejected::Signature));
}

#[test]
fn a_signer_names_its_key_and_signs_as_any_type() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let key = PrivateKey::generate(algorithm).unwrap();
        let signer = key.signer().unwrap();
        assert_eq!((signer.kid(), signer.algorithm()), (key.kid(), algorithm));
        let public = key.public_jwk();
        let (keys, _) = VerifyingKeys::of_published([(key.kid(), public.as_str())]);
        for typ in ["at+jwt", "JWT", "token-introspection+jwt", "a \"quoted\" type"] {
            let text = signer.sign(typ, &good_claims()).unwrap();
            assert_eq!(keys.verified_claims(&text, &[typ]), Ok(good_claims()), "{typ}");
        }
    }
}
