//! What an assertion must say, and when: B89 to B95.

use muster_crypto::Rejected;
use serde_json::json;

use crate::party::{CLIENT, ISSUER, NOW, Party};

const DATES: [&str; 3] = ["exp", "nbf", "iat"];

#[test]
fn b89_an_assertion_without_an_end_is_refused() {
    let party = Party::new();
    assert_eq!(party.rejection(&party.without_claim("exp")), Some(Rejected::Claim("exp")));
    assert!(party.check(&party.without_claim("iat")).is_ok());
}

#[test]
fn b90_a_date_that_is_none_is_refused_and_nothing_panics() {
    let party = Party::new();
    for name in DATES {
        for value in [
            "\"1800000010\"",
            "\"NaN\"",
            "\"\"",
            "-1",
            "-0.5",
            "-1e300",
            "1e300",
            "1e19",
            "1e13",
            "9404119958400", // the year 300000
            "253402300800",  // one second after the year 9999
            "18446744073709551615",
            "99999999999999999999999999",
            "true",
            "null",
            "[]",
            "[1800000010]",
            "{}",
        ] {
            let text = party.with_claim(name, value);
            assert_eq!(party.rejection(&text), Some(Rejected::Claim(name)), "{name}: {value}");
        }
        for value in ["NaN", "Infinity", "1e400", "0x1", "01800000010", "+1800000010", "1_800"] {
            let text = party.with_claim(name, value);
            assert_eq!(party.rejection(&text), Some(Rejected::Json), "{name}: {value}");
        }
    }
}

#[test]
fn b90_a_fraction_of_a_second_is_floored() {
    let party = Party::new();
    let said = |name, value: &str| party.rejection(&party.with_claim(name, value));
    assert_eq!(said("exp", "1800000000.999"), Some(Rejected::Time), "over in this very second");
    assert_eq!(said("exp", "1800000001.5"), None);
    assert_eq!(said("exp", "1.80000006e9"), None);
    assert_eq!(said("iat", "1800000010.9"), None);
    assert_eq!(said("nbf", "1800000010.9"), None);
    assert_eq!(said("nbf", "1.5"), None);
    let ends = party.check(&party.with_claim("exp", "1800000060.75")).unwrap().expires_at;
    assert_eq!(ends.millis(), (NOW + 60) * 1_000);
}

#[test]
fn b91_the_audience_is_one_text_and_ours() {
    let party = Party::new();
    assert_eq!(party.rejection(&party.without_claim("aud")), Some(Rejected::Claim("aud")));
    for audience in [
        json!([]),
        json!([ISSUER]),
        json!([ISSUER, "https://other.example"]),
        json!(["https://other.example", ISSUER]),
        json!({"0": ISSUER}),
        json!(1),
        json!(true),
        json!(null),
    ] {
        let text = party.with_claim("aud", &audience.to_string());
        assert_eq!(party.rejection(&text), Some(Rejected::Claim("aud")), "{audience}");
    }
    for audience in [
        format!("{ISSUER}/token"),
        format!("{ISSUER}/"),
        format!("{ISSUER} "),
        ISSUER.to_uppercase(),
        "https://other.example/oauth2".to_owned(),
        "https://muster.example".to_owned(),
        String::new(),
    ] {
        let text = party.with_claim("aud", &json!(audience).to_string());
        assert_eq!(party.rejection(&text), Some(Rejected::Mismatch("aud")), "{audience}");
    }
}

#[test]
fn b92_a_client_speaks_for_itself_alone() {
    let party = Party::new();
    for name in ["iss", "sub"] {
        assert_eq!(party.rejection(&party.without_claim(name)), Some(Rejected::Claim(name)));
        for value in [json!([CLIENT]), json!(1), json!(null)] {
            let text = party.with_claim(name, &value.to_string());
            assert_eq!(party.rejection(&text), Some(Rejected::Claim(name)), "{name}: {value}");
        }
        let slashed = format!("{CLIENT}/");
        for value in ["https://client.example/b", ISSUER, &slashed, ""] {
            let text = party.with_claim(name, &json!(value).to_string());
            assert_eq!(party.rejection(&text), Some(Rejected::Mismatch(name)), "{name}: {value}");
        }
    }
}

#[test]
fn b93_an_assertion_has_a_name_of_reasonable_length() {
    // That a name is used once only, the store sees to.
    let party = Party::new();
    assert_eq!(party.rejection(&party.without_claim("jti")), Some(Rejected::Claim("jti")));
    for name in [json!(""), json!("j".repeat(257)), json!("j".repeat(8_000)), json!(7), json!(null)]
    {
        let text = party.with_claim("jti", &name.to_string());
        assert_eq!(party.rejection(&text), Some(Rejected::Claim("jti")));
    }
    let endless = party.with_claim("jti", &json!("j".repeat(16_384)).to_string());
    assert_eq!(party.rejection(&endless), Some(Rejected::Shape));
    let longest = "j".repeat(256);
    let text = party.with_claim("jti", &json!(longest).to_string());
    assert_eq!(party.check(&text).unwrap().jti, longest);
}

#[test]
fn b94_an_assertion_lives_between_one_and_300_seconds() {
    let party = Party::new();
    let said = |exp: i64| party.rejection(&party.with_claim("exp", &exp.to_string()));
    for (ahead, expected) in [
        (-1, Some(Rejected::Time)),
        (0, Some(Rejected::Time)),
        (1, None),
        (300, None),
        (301, Some(Rejected::Time)),
        (10 * 365 * 86_400, Some(Rejected::Time)),
    ] {
        assert_eq!(said(NOW + ahead), expected, "{ahead} s ahead");
    }
    assert_eq!(said(0), Some(Rejected::Time));
    assert_eq!(said(253_402_300_799), Some(Rejected::Time));
}

#[test]
fn b95_clocks_may_differ_by_ten_seconds_and_an_old_assertion_is_not_fresh() {
    let party = Party::new();
    for (name, away, expected) in [
        ("iat", 10, None),
        ("iat", 11, Some(Rejected::Time)),
        ("iat", 61, Some(Rejected::Time)),
        ("iat", -300, None),
        ("iat", -301, Some(Rejected::Time)),
        ("iat", -86_400, Some(Rejected::Time)),
        ("nbf", 10, None),
        ("nbf", 11, Some(Rejected::Time)),
        ("nbf", 61, Some(Rejected::Time)),
        ("nbf", -86_400, None),
    ] {
        let text = party.with_claim(name, &(NOW + away).to_string());
        assert_eq!(party.rejection(&text), expected, "{name} {away} s away");
    }
}
