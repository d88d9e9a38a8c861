//! What a header may not say: B84 to B88, B96. Every signature here is right, unless the
//! case is about the signature.

use data_encoding::BASE64URL_NOPAD;
use josekit::jwk::Jwk;
use josekit::jws::{HS256, JwsSigner, RS256};
use muster_crypto::Rejected;
use serde_json::{Value, json};

use crate::party::{KID, Party, good_claims};

#[test]
fn b84_a_header_is_one_strict_json_object() {
    let party = Party::new();
    let claims = json!(good_claims()).to_string();
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    for header in [
        "null".to_owned(),
        "[]".to_owned(),
        "[{\"alg\":\"ES256\"}]".to_owned(),
        "\"ES256\"".to_owned(),
        "1".to_owned(),
        "{".to_owned(),
        "\u{feff}{\"alg\":\"ES256\"}".to_owned(),
        "{\"alg\":\"ES256\"}x".to_owned(),
        "{\"alg\":\"ES256\"}{}".to_owned(),
        "{\"alg\":\"ES256\"}\0".to_owned(),
        "{'alg':'ES256'}".to_owned(),
        "{\"alg\":\"ES256\",}".to_owned(),
        "{\"alg\":\"ES256\",\"alg\":\"ES256\"}".to_owned(),
        "{\"alg\":\"none\",\"alg\":\"ES256\"}".to_owned(),
        "{\"alg\":\"ES256\",\"\\u0061lg\":\"ES256\"}".to_owned(),
        "{\"alg\":\"ES256\",\"x\":{\"a\":1,\"a\":2}}".to_owned(),
        format!("{{\"alg\":\"ES256\",\"x\":{deep}}}"),
    ] {
        assert_eq!(
            party.rejection(&party.sign(&header, &claims)),
            Some(Rejected::Json),
            "{header}"
        );
    }
}

#[test]
fn b84_claims_are_one_strict_json_object_too() {
    let party = Party::new();
    let header = json!(party.header()).to_string();
    let good = json!(good_claims()).to_string();
    let twice = format!("{{\"aud\":\"https://other.example\",{}", good.strip_prefix('{').unwrap());
    for claims in
        ["null", "[]", "\"\"", "{", &format!("{good} x"), &format!("\u{feff}{good}"), &twice]
    {
        assert_eq!(party.rejection(&party.sign(&header, claims)), Some(Rejected::Json), "{claims}");
    }
}

#[test]
fn b85_an_algorithm_that_is_not_taken_is_refused_whatever_the_signature() {
    let party = Party::new();
    let names = [
        "none", "None", "nOnE", "NONE", "HS256", "HS384", "HS512", "es256", "ES256 ", "ES256K",
        "ES512", "PS384", "RSA-OAEP", "dir", "",
    ];
    for name in names {
        let text = party.with_header("alg", json!(name));
        assert_eq!(party.rejection(&text), Some(Rejected::Header), "{name}");
    }
    for value in [json!(null), json!(["ES256"]), json!(1), json!({"a": 1}), json!(true)] {
        let text = party.with_header("alg", value.clone());
        assert_eq!(party.rejection(&text), Some(Rejected::Header), "{value}");
    }
    let mut header = party.header();
    header.remove("alg");
    assert_eq!(
        party.rejection(&party.sign_values(&header, &good_claims())),
        Some(Rejected::Header)
    );
}

#[test]
fn b85_a_public_key_is_no_shared_secret() {
    let party = Party::new();
    let x = party.public.parameter("x").unwrap().as_str().unwrap();
    let secrets = [
        json!(party.public).to_string().into_bytes(),
        BASE64URL_NOPAD.decode(x.as_bytes()).unwrap(),
    ];
    for secret in secrets {
        let signer = HS256.signer_from_bytes(&secret).unwrap();
        let forged = sign_by(&signer, &json!({"alg": "HS256", "kid": KID, "typ": "JWT"}));
        assert_eq!(party.rejection(&forged), Some(Rejected::Header));
    }
}

#[test]
fn b85_a_key_verifies_its_own_algorithm_only() {
    let party = Party::new();
    let stranger = Jwk::generate_rsa_key(2_048).unwrap();
    let signer = RS256.signer_from_jwk(&stranger).unwrap();
    let text = sign_by(&signer, &json!({"alg": "RS256", "kid": KID, "typ": "JWT"}));
    assert_eq!(party.rejection(&text), Some(Rejected::NoKey));
    // The right key, under another name of an algorithm.
    for name in ["ES384", "EdDSA", "RS256", "PS256"] {
        let text = party.with_header("alg", json!(name));
        assert_eq!(party.rejection(&text), Some(Rejected::NoKey), "{name}");
    }
}

#[test]
fn b85_signatures_of_no_key_do_not_verify() {
    let party = Party::new();
    let good = party.good();
    let signed = good.rsplit_once('.').unwrap().0;
    for signature in [
        vec![0; 64],
        vec![0xff; 64],
        vec![0; 63],
        vec![0; 65],
        vec![0; 1],
        vec![48, 6, 2, 1, 0, 2, 1, 0],
    ] {
        let text = format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature));
        assert_eq!(party.rejection(&text), Some(Rejected::Signature), "{signature:?}");
    }
    let stranger = Party::new();
    assert_eq!(party.rejection(&stranger.good()), Some(Rejected::Signature));
}

#[test]
fn b86_whatever_changes_the_meaning_of_a_signature_is_refused() {
    let party = Party::new();
    for (name, value) in [
        ("crit", json!(["x"])),
        ("crit", json!([])),
        ("crit", json!("x")),
        ("crit", json!(["exp"])),
        ("crit", json!(null)),
        ("b64", json!(false)),
        ("b64", json!(true)),
    ] {
        let text = party.with_header(name, value.clone());
        assert_eq!(party.rejection(&text), Some(Rejected::Header), "{name}: {value}");
    }
}

#[test]
fn b87_a_kid_only_chooses_among_registered_keys() {
    let party = Party::new();
    let longest = "k".repeat(128);
    for kid in [
        "unknown",
        "../../etc/passwd",
        "/dev/null",
        "first' OR '1'='1",
        "first\0",
        "First",
        "",
        "file:///etc/passwd",
        &longest,
    ] {
        let text = party.with_header("kid", json!(kid));
        assert_eq!(party.rejection(&text), Some(Rejected::NoKey), "{kid}");
    }
    for kid in
        [json!("k".repeat(129)), json!("k".repeat(10_240)), json!(1), json!(null), json!([KID])]
    {
        let text = party.with_header("kid", kid.clone());
        assert_eq!(party.rejection(&text), Some(Rejected::Header), "{kid}");
    }
}

#[test]
fn b88_a_key_that_a_header_brings_along_is_not_trusted() {
    let (party, attacker) = (Party::new(), Party::new());
    let brought = [
        ("jwk", json!(attacker.public)),
        ("jku", json!("http://127.0.0.1:1/keys")),
        ("x5u", json!("http://127.0.0.1:1/chain")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
    ];
    for (name, value) in brought {
        let forged = attacker.with_header(name, value.clone());
        assert_eq!(party.rejection(&forged), Some(Rejected::Signature), "{name}");
        // Ignored, not believed: the registered key's signature counts still.
        assert!(party.check(&party.with_header(name, value)).is_ok(), "{name}");
    }
}

#[test]
fn b96_another_kind_of_jwt_is_no_assertion() {
    let party = Party::new();
    for typ in ["at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", ""] {
        let text = party.with_header("typ", json!(typ));
        assert_eq!(party.rejection(&text), Some(Rejected::Header), "{typ}");
    }
    for typ in [json!(1), json!(null), json!(["JWT"])] {
        assert_eq!(party.rejection(&party.with_header("typ", typ)), Some(Rejected::Header));
    }
    for typ in ["JWT", "client-authentication+jwt"] {
        assert!(party.check(&party.with_header("typ", json!(typ))).is_ok(), "{typ}");
    }
    let mut header = party.header();
    header.remove("typ");
    assert!(party.check(&party.sign_values(&header, &good_claims())).is_ok());
}

/// Good claims, signed by anybody.
fn sign_by(signer: &dyn JwsSigner, header: &Value) -> String {
    let claims = json!(good_claims()).to_string();
    let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
    let signed = format!("{header}.{}", BASE64URL_NOPAD.encode(claims.as_bytes()));
    let signature = signer.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}
