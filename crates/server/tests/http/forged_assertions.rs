//! `private_key_jwt` over HTTP: assertions whose signature is none, or is spelled otherwise.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use muster_crypto::PrivateKey;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::house::{Engine, House};
use crate::robot::{Robot, ask, assert_refused, assert_still_answered};
use crate::wire::base64;

/// A JWT of the robot's whose header says this, with a signature made of what is signed.
fn forged(robot: &Robot, header: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let claims = json!(robot.claims("forged"));
    let [header, claims] =
        [header, &claims].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes()));
    let signed = format!("{header}.{claims}");
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&sign(signed.as_bytes())))
}

/// The texts of a P-256 public key that somebody could take for a secret.
fn texts_of(key: &PrivateKey) -> Vec<Vec<u8>> {
    let jwk = key.public_jwk();
    let members: Value = serde_json::from_str(&jwk).expect("a JWK");
    let [x, y] = ["x", "y"].map(|name| {
        let text = members[name].as_str().expect("a coordinate");
        BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url")
    });
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    // RFC 5480 2: the head of a SubjectPublicKeyInfo for P-256.
    let head = HEXLOWER.decode(b"3059301306072a8648ce3d020106082a8648ce3d030107034200");
    let der = [head.expect("hex"), point.clone()].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", folded(&der));
    vec![jwk.into_bytes(), x, point, der, pem.into_bytes(), Vec::new()]
}

fn folded(der: &[u8]) -> String {
    let text = base64(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join("\n")
}

fn a_signature_by_nothing_or_by_the_public_key_as_a_secret_is_none(engine: Engine) {
    // B85, V7
    let house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    let kid = robot.key.kid();
    for secret in texts_of(&robot.key) {
        let header = json!({"alg": "HS256", "kid": kid, "typ": "JWT"});
        let text = forged(&robot, &header, |signed| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&secret).expect("any length");
            mac.update(signed);
            mac.finalize().into_bytes().to_vec()
        });
        assert_refused(&house, "HS256", &text);
    }
    for algorithm in ["none", "None", "nOnE", "NONE", ""] {
        for signature in [Vec::new(), vec![0]] {
            let header = json!({"alg": algorithm, "kid": kid, "typ": "JWT"});
            assert_refused(&house, algorithm, &forged(&robot, &header, |_| signature.clone()));
        }
    }
    let header = json!({"alg": "ES256", "kid": kid, "typ": "JWT"});
    for signature in [vec![0; 64], vec![0xff; 64], vec![0; 63], Vec::new()] {
        assert_refused(&house, "r = s = 0", &forged(&robot, &header, |_| signature.clone()));
    }
    for kid in ["../../../../etc/passwd", "' OR 1=1 --", "%00", &"k".repeat(3_000)] {
        // B87
        let header = json!({"alg": "ES256", "kid": kid, "typ": "JWT"});
        assert_refused(&house, kid, &forged(&robot, &header, |_| vec![1; 64]));
    }
    assert_still_answered(&house, &robot, "good");
}

fn another_spelling_of_a_good_signature_is_refused(engine: Engine) {
    // B97: one spelling of 64 is the right one; its bytes are the same in each.
    let house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    let with_both_signs = |jti: &str| {
        let signed = || robot.signed("JWT", &robot.claims(jti));
        let both = |text: &String| {
            let signature = text.rsplit('.').next().unwrap();
            signature.contains('-') && signature.contains('_')
        };
        std::iter::repeat_with(signed).find(both).expect("chance is kind to ECDSA")
    };
    let good = with_both_signs("spelled");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let alphabet: String =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".into();
    let last = alphabet.find(signature.chars().last().unwrap()).unwrap();
    let mut spellings = vec![
        format!("{good}="),
        format!("{good}=="),
        format!(" {good}"),
        format!("{good}."),
        format!("{signed}.{}", signature.replace('-', "+").replace('_', "/")),
    ];
    for bits in 1..16 {
        // The four loose bits behind 64 bytes.
        let other = &alphabet[last ^ bits..=last ^ bits];
        spellings.push(format!("{signed}.{}{other}", &signature[..signature.len() - 1]));
    }
    for spelling in &spellings {
        assert_refused(&house, spelling, spelling);
    }
    assert_eq!(ask(&house, &good).status, 200, "the good spelling was not used up");
}

fn what_is_no_jws_is_refused_and_costs_nothing(engine: Engine) {
    // B83, B84, B98, V37, V39
    let house = House::start(engine);
    let robot = Robot::new(&house, "robot");
    let good = robot.signed("JWT", &robot.claims("good"));
    let parts: Vec<&str> = good.split('.').collect();
    let [head, claims, signature] = parts[..] else { panic!("three parts") };
    let array = BASE64URL_NOPAD.encode(b"[]");
    let wrong = [
        ".".to_owned(),
        "..".to_owned(),
        "a".to_owned(),
        ".".repeat(8_000),
        format!("{head}.{claims}"),
        format!("{head}.{claims}."),
        format!(".{claims}.{signature}"),
        format!("{head}..{signature}"),
        format!("{head}.{claims}.{signature}.{signature}"),
        format!("{array}.{claims}.{signature}"),
        format!("{}.{claims}.{signature}", BASE64URL_NOPAD.encode(b"null")),
        format!("{head}.{array}.{signature}"),
        // A JWE has five parts.
        format!("{head}.{claims}.{claims}.{claims}.{signature}"),
    ];
    for text in &wrong {
        assert_refused(&house, text, text);
    }
    let answer = ask(&house, &".".repeat(1_000_000));
    assert_eq!(answer.status, 413, "a megabyte is not even read");
    assert_eq!(ask(&house, &good).status, 200);
}

both! {
    a_signature_by_nothing_or_by_the_public_key_as_a_secret_is_none_on_sqlite
        a_signature_by_nothing_or_by_the_public_key_as_a_secret_is_none_on_postgres
        a_signature_by_nothing_or_by_the_public_key_as_a_secret_is_none;
    another_spelling_of_a_good_signature_is_refused_on_sqlite
        another_spelling_of_a_good_signature_is_refused_on_postgres
        another_spelling_of_a_good_signature_is_refused;
    what_is_no_jws_is_refused_and_costs_nothing_on_sqlite
        what_is_no_jws_is_refused_and_costs_nothing_on_postgres
        what_is_no_jws_is_refused_and_costs_nothing;
}
