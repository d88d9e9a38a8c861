//! What is no compact JWS at all: B83, B97, B98.

use josekit::jwe::{JweHeader, RSA_OAEP_256, serialize_compact};
use josekit::jwk::Jwk;
use muster_crypto::Rejected;
use serde_json::json;

use crate::party::Party;

#[test]
fn a_good_assertion_is_accepted() {
    let party = Party::new();
    assert_eq!(party.check(&party.good()).unwrap().jti, "j-1");
}

#[test]
fn b83_only_three_filled_segments_of_at_most_16_kib_are_looked_at() {
    let party = Party::new();
    let good = party.good();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { panic!("three segments") };
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        header.to_string(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!("{header}.{claims}..{signature}"),
        ".".repeat(1_000_000),
        format!("{}.{claims}.{signature}", "A".repeat(1_000_000)),
    ] {
        let shown: String = text.chars().take(80).collect();
        assert_eq!(party.rejection(&text), Some(Rejected::Shape), "{shown}");
    }
}

#[test]
fn b83_a_correctly_signed_assertion_beyond_16_kib_is_refused_and_a_smaller_one_is_not() {
    let party = Party::new();
    let padded =
        |length: usize| party.with_claim("padding", &json!("x".repeat(length)).to_string());
    let (small, great) = (padded(11_000), padded(13_000));
    assert!(small.len() < 16 * 1_024 && great.len() > 16 * 1_024);
    assert!(party.check(&small).is_ok());
    assert_eq!(party.rejection(&great), Some(Rejected::Shape));
}

#[test]
fn b97_of_all_spellings_of_a_signature_one_is_taken() {
    let party = Party::new();
    let good = party.good();
    let (kept, last) = good.split_at(good.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let taken: Vec<char> =
        alphabet.chars().filter(|end| party.check(&format!("{kept}{end}")).is_ok()).collect();
    assert_eq!(taken, last.chars().collect::<Vec<_>>());
}

#[test]
fn b97_padding_blanks_and_the_other_alphabet_are_refused_in_every_segment() {
    let party = Party::new();
    let good = party.good();
    let parts: Vec<&str> = good.split('.').collect();
    for segment in 0..3 {
        for spoil in ["=", "==", " ", "\n", "\r\n", "\t", "%3D", "+", "/", "é", "\0"] {
            for first in [false, true] {
                let mut parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                let part = parts.get_mut(segment).unwrap();
                let at = if first { 0 } else { part.len() };
                part.insert_str(at, spoil);
                let text = parts.join(".");
                assert_eq!(party.rejection(&text), Some(Rejected::Shape), "{text:?}");
            }
        }
    }
}

#[test]
fn b97_the_standard_alphabet_is_refused_where_it_differs() {
    let party = Party::new();
    // ECDSA signatures differ each time; one that has a letter of the other alphabet comes soon.
    let good = std::iter::repeat_with(|| party.good())
        .find(|text| text.rsplit('.').next().unwrap().contains(['-', '_']))
        .unwrap();
    assert!(party.check(&good).is_ok());
    let other = good.replace('-', "+").replace('_', "/");
    assert_eq!(party.rejection(&other), Some(Rejected::Shape));
}

#[test]
fn b98_an_encrypted_assertion_is_refused_outright() {
    let party = Party::new();
    let recipient = Jwk::generate_rsa_key(2_048).unwrap();
    let encrypter = RSA_OAEP_256.encrypter_from_jwk(&recipient).unwrap();
    for zipped in [false, true] {
        let mut header = JweHeader::new();
        header.set_content_encryption("A128GCM");
        if zipped {
            header.set_compression("DEF");
        }
        let bomb = vec![b'0'; 1_000_000];
        let text = serialize_compact(&bomb, &header, &encrypter).unwrap();
        assert_eq!(party.rejection(&text), Some(Rejected::Shape));
    }
}

#[test]
fn b98_a_signed_header_of_an_encrypted_token_is_refused() {
    let party = Party::new();
    for (name, value) in [("zip", json!("DEF")), ("enc", json!("A128GCM"))] {
        assert_eq!(
            party.rejection(&party.with_header(name, value)),
            Some(Rejected::Header),
            "{name}"
        );
    }
    let derived = r#"{"alg":"PBES2-HS256+A128KW","p2c":1000000,"p2s":"AAAA"}"#;
    assert_eq!(party.rejection(&party.sign(derived, "{}")), Some(Rejected::Header));
}
