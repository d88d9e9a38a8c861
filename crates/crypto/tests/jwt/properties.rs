//! What holds for any input: a changed assertion is refused, an unknown member harms
//! nobody, a repeated one is never taken, and nothing panics.

use std::sync::LazyLock;

use muster_crypto::Rejected;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::party::{NOW, Party, good_claims};

static PARTY: LazyLock<Party> = LazyLock::new(Party::new);
static GOOD: LazyLock<String> = LazyLock::new(|| PARTY.good());

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An object as text, with one of its members once more at the front or at the end.
fn repeating(members: &Map<String, Value>, which: usize, value: &Value, first: bool) -> String {
    let (name, _) = members.iter().nth(which % members.len()).unwrap();
    let text = json!(members).to_string();
    let inside = text.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    let again = format!("{}:{value}", json!(name));
    if first { format!("{{{again},{inside}}}") } else { format!("{{{inside},{again}}}") }
}

proptest! {
    #[test]
    fn an_assertion_with_any_character_changed_is_refused(at in 0..GOOD.len(), byte in 0_u8..128) {
        let mut bytes = GOOD.clone().into_bytes();
        let place = bytes.get_mut(at).unwrap();
        prop_assume!(*place != byte);
        *place = byte;
        prop_assert!(PARTY.check(&String::from_utf8(bytes).unwrap()).is_err());
    }

    #[test]
    fn an_assertion_cut_or_lengthened_anywhere_is_refused(at in 0..GOOD.len(), more in "[A-Za-z0-9_.-]{1,4}") {
        let (head, tail) = GOOD.split_at(at);
        prop_assert!(PARTY.check(head).is_err());
        let longer = [head, &more, tail].concat();
        prop_assert!(PARTY.check(&longer).is_err());
    }

    #[test]
    fn unknown_members_do_no_harm(name in "x_[a-z]{0,8}", value in any_json()) {
        prop_assert!(PARTY.check(&PARTY.with_header(&name, value.clone())).is_ok());
        prop_assert!(PARTY.check(&PARTY.with_claim(&name, &value.to_string())).is_ok());
    }

    #[test]
    fn a_member_that_stands_twice_is_never_taken(
        which in 0_usize..8,
        value in any_json(),
        first in any::<bool>(),
    ) {
        let (header, claims) = (PARTY.header(), good_claims());
        let doubled = PARTY.sign(&repeating(&header, which, &value, first), &json!(claims).to_string());
        prop_assert_eq!(PARTY.rejection(&doubled), Some(Rejected::Json));
        let doubled = PARTY.sign(&json!(header).to_string(), &repeating(&claims, which, &value, first));
        prop_assert_eq!(PARTY.rejection(&doubled), Some(Rejected::Json));
    }

    #[test]
    fn any_number_as_a_date_is_taken_within_its_window_and_nowhere_else(seconds in any_date()) {
        let taken = |name| PARTY.check(&PARTY.with_claim(name, &json!(seconds).to_string())).is_ok();
        let ahead = seconds.floor() - 1_800_000_000.0;
        prop_assert_eq!(NOW, 1_800_000_000);
        prop_assert_eq!(taken("exp"), (1.0..=300.0).contains(&ahead));
        prop_assert_eq!(taken("iat"), (-300.0..=10.0).contains(&ahead));
        prop_assert_eq!(taken("nbf"), seconds >= 0.0 && ahead <= 10.0);
    }

    #[test]
    fn any_value_in_place_of_a_claim_is_refused_unless_it_is_of_its_kind(name in any_claim(), value in any_json()) {
        let of_its_kind = match name {
            "jti" => value.is_string(),
            "exp" | "nbf" | "iat" => value.is_number(),
            _ => false,
        };
        let refused = PARTY.check(&PARTY.with_claim(name, &value.to_string())).is_err();
        prop_assert!(of_its_kind || refused);
    }

    #[test]
    fn a_text_of_anybody_is_refused(text in ".{0,64}", header in ".{0,40}", claims in ".{0,40}") {
        prop_assert!(PARTY.check(&text).is_err());
        prop_assert!(PARTY.check(&PARTY.sign(&header, &claims)).is_err());
    }
}

fn any_claim() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&["iss", "sub", "aud", "exp", "nbf", "iat", "jti"][..])
}

/// Dates around the present, and any number at all.
fn any_date() -> impl Strategy<Value = f64> {
    prop_oneof![
        1_799_999_600.0..1_800_000_400.0_f64,
        any::<f64>().prop_filter("JSON", |f| f.is_finite())
    ]
}
