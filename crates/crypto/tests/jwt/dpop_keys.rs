//! Which keys may prove possession, and by what name: RFC 9449 4.3, RFC 7638.

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{self, JwsSigner};
use muster_crypto::{DpopExpectation, Rejected, verify_dpop_proof};
use muster_domain::Timestamp;
use serde_json::{Value, json};

use crate::party::Party;
use crate::prover::{Prover, check};

fn rejection(text: &str) -> Option<Rejected> {
    check(text).err()
}

#[test]
fn every_algorithm_that_is_taken_proves_possession() {
    let rsa = Jwk::generate_rsa_key(2_048).unwrap();
    let p384 = Jwk::generate_ec_key(EcCurve::P384).unwrap();
    let edwards = Jwk::generate_ed_key(EdCurve::Ed25519).unwrap();
    let signers: [(&Jwk, Box<dyn JwsSigner>); 6] = [
        (&rsa, Box::new(jws::RS256.signer_from_jwk(&rsa).unwrap())),
        (&rsa, Box::new(jws::RS384.signer_from_jwk(&rsa).unwrap())),
        (&rsa, Box::new(jws::RS512.signer_from_jwk(&rsa).unwrap())),
        (&rsa, Box::new(jws::PS256.signer_from_jwk(&rsa).unwrap())),
        (&p384, Box::new(jws::ES384.signer_from_jwk(&p384).unwrap())),
        (&edwards, Box::new(jws::EdDSA.signer_from_jwk(&edwards).unwrap())),
    ];
    for (key, signer) in signers {
        let name = signer.algorithm().name().to_owned();
        assert_eq!(rejection(&Prover::of(key, signer).good()), None, "{name}");
    }
}

#[test]
fn rfc9864_a_proof_may_name_its_curve_as_its_algorithm() {
    let key = Jwk::generate_ed_key(EdCurve::Ed25519).unwrap();
    let signer = Box::new(jws::EdDSA.signer_from_jwk(&key).unwrap());
    let mut prover = Prover::of(&key, signer);
    let old = check(&prover.good()).unwrap();
    let new = check(&prover.with_header("alg", &json!("Ed25519"))).unwrap();
    assert_eq!(old.thumbprint, new.thumbprint);
    prover.public.insert("alg".to_owned(), json!("Ed25519"));
    assert_eq!(check(&prover.good()).unwrap().thumbprint, old.thumbprint);
    assert_eq!(
        rejection(&Prover::new().with_header("alg", &json!("Ed25519"))),
        Some(Rejected::NoKey)
    );
}

#[test]
fn b133_a_key_that_shows_its_secret_proves_nothing() {
    let prover = Prover::new();
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let mut key = prover.public.clone();
        key.insert(name.to_owned(), json!("AQAB"));
        let said = rejection(&prover.with_header("jwk", &json!(key)));
        assert_eq!(said, Some(Rejected::Header), "{name}");
    }
}

#[test]
fn s65_without_a_key_of_its_own_a_proof_is_refused() {
    let prover = Prover::new();
    let text = json!(prover.public).to_string();
    for jwk in [Value::Null, json!([]), json!([prover.public]), json!(text), json!(1)] {
        let said = rejection(&prover.with_header("jwk", &jwk));
        assert_eq!(said, Some(Rejected::Header), "{jwk}");
    }
    let other = json!(Prover::new().public);
    assert_eq!(rejection(&prover.with_header("jwk", &other)), Some(Rejected::Signature));
}

#[test]
fn b85_a_proof_is_signed_by_a_private_key() {
    let prover = Prover::new();
    for name in ["none", "None", "HS256", "HS512", "ES256K", "es256", ""] {
        let said = rejection(&prover.with_header("alg", &json!(name)));
        assert_eq!(said, Some(Rejected::Header), "{name}");
    }
    // The right key under the name of another algorithm.
    for name in ["RS256", "PS256", "ES384", "EdDSA"] {
        let said = rejection(&prover.with_header("alg", &json!(name)));
        assert_eq!(said, Some(Rejected::NoKey), "{name}");
    }
    let mut key = prover.public.clone();
    key.insert("alg".to_owned(), json!("ES384"));
    assert_eq!(rejection(&prover.with_header("jwk", &json!(key))), Some(Rejected::Header));
}

#[test]
fn keys_of_other_kinds_or_sizes_prove_nothing_and_nothing_panics() {
    let prover = Prover::new();
    let public = |key: &Jwk| json!(key.to_public_key().unwrap());
    let mut slow = public(&Jwk::generate_rsa_key(2_048).unwrap());
    slow["e"] = slow["n"].clone();
    let mut ed448 = public(&Jwk::generate_ed_key(EdCurve::Ed448).unwrap());
    ed448["alg"] = json!("EdDSA");
    for (algorithm, key) in [
        ("ES256", json!({})),
        ("ES256", json!({"kty": "EC", "crv": "P-256"})),
        ("ES256", json!({"kty": "EC", "crv": "P-256", "x": "", "y": ""})),
        ("ES256", json!({"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"})),
        ("ES256", json!({"kty": "EC", "crv": "P-256", "x": 1, "y": [1]})),
        ("ES256", json!({"kty": "oct"})),
        ("ES256", json!({"kty": ["EC"]})),
        ("ES256", public(&Jwk::generate_ec_key(EcCurve::Secp256k1).unwrap())),
        ("EdDSA", ed448),
        ("EdDSA", json!({"kty": "OKP", "crv": "Ed25519", "x": "AA"})),
        ("RS256", public(&Jwk::generate_rsa_key(1_024).unwrap())),
        ("RS256", json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"})),
        ("RS256", json!({"kty": "RSA", "e": "AQAB"})),
        ("RS256", slow),
    ] {
        let mut header = prover.header();
        header.insert("alg".to_owned(), json!(algorithm));
        header.insert("jwk".to_owned(), key.clone());
        let said = rejection(&prover.sign(&header, &crate::prover::good_proof()));
        assert_eq!(said, Some(Rejected::NoKey), "{key}");
    }
}

/// The proof of RFC 9449 4.1, figure 2.
const OF_THE_RFC: &str = concat!(
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0",
    "VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10",
    "NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjo",
    "iUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.",
    "2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg",
);

#[test]
fn the_proof_of_the_rfc_is_good_and_has_the_thumbprint_of_the_rfc() {
    let url = "https://server.example.com/token";
    let expectation = DpopExpectation { method: "POST", url, access_token: None };
    let at = Timestamp::from_millis(1_562_262_616_000);
    let proof = verify_dpop_proof(OF_THE_RFC, &expectation, at).unwrap();
    assert_eq!(proof.jti, "-BwC3ESc6acc2lTc");
    assert_eq!(proof.thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

#[test]
fn a_thumbprint_is_that_of_the_required_members_alone() {
    let prover = Prover::new();
    let thumbprint = check(&prover.good()).unwrap().thumbprint;
    let mut adorned = prover.public.clone();
    for (name, value) in [("kid", "k"), ("use", "sig"), ("alg", "ES256"), ("n", "AA"), ("e", "AA")]
    {
        adorned.insert(name.to_owned(), json!(value));
    }
    let text = prover.with_header("jwk", &json!(adorned));
    assert_eq!(check(&text).unwrap().thumbprint, thumbprint);
}

#[test]
fn b88_a_key_in_the_header_is_no_key_for_any_other_jwt() {
    let party = Party::new();
    let stranger = Party::new();
    let forged = stranger.with_header("jwk", json!(stranger.public));
    assert_eq!(party.rejection(&forged), Some(Rejected::Signature));
    assert!(party.keys.verified_claims(&forged, &["JWT"]).is_err());
    assert_eq!(party.rejection(&party.with_header("jwk", json!(stranger.public))), None);
}
