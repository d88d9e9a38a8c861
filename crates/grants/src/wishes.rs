//! The lifetimes that a client wishes for: OA4MP's `at_lifetime`, `rt_lifetime` and
//! `id_token_lifetime`.
//!
//! Wishes are no rights; the limits of client and service stand above them. No RFC knows
//! them, but clients of OA4MP send them.

use muster_domain::Lifetime;

use crate::{FormParams, ParseError};

/// How long the tokens shall live; `None`: as long as the client's tokens do by default.
/// A wish is positive and may be as long as a number can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wishes {
    /// Of the access token.
    pub access: Option<Lifetime>,
    /// Of the refresh token.
    pub refresh: Option<Lifetime>,
    /// Of the ID token.
    pub id_token: Option<Lifetime>,
}

impl Wishes {
    /// The names, long ones included.
    pub(crate) const PARAMETERS: [&str; 5] = [
        "at_lifetime",
        "access_token_lifetime",
        "rt_lifetime",
        "refresh_token_lifetime",
        "id_token_lifetime",
    ];

    /// All three.
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        Ok(Self {
            access: either(form, "at_lifetime", "access_token_lifetime")?,
            refresh: either(form, "rt_lifetime", "refresh_token_lifetime")?,
            id_token: wish(form, "id_token_lifetime")?,
        })
    }
}

/// A wish that has two names; who uses both has said it twice (RFC 6749 3.2).
fn either(
    form: &FormParams,
    name: &'static str,
    long_name: &'static str,
) -> Result<Option<Lifetime>, ParseError> {
    if form.find(name).is_some() && form.find(long_name).is_some() {
        return Err(ParseError::Repeated(name));
    }
    Ok(wish(form, name)?.or(wish(form, long_name)?))
}

/// Zero is no wish, as with OA4MP: a token that is dead when it is born helps nobody.
fn wish(form: &FormParams, name: &'static str) -> Result<Option<Lifetime>, ParseError> {
    let Some(text) = form.find(name) else { return Ok(None) };
    let lifetime = lifetime(text.expose()).ok_or(ParseError::NotALifetime(name))?;
    Ok((lifetime.millis() > 0).then_some(lifetime))
}

/// A whole number and a unit, milliseconds without one. What is too large for a number is
/// the largest (B73).
fn lifetime(text: &str) -> Option<Lifetime> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    if digits.is_empty() {
        return None;
    }
    let number = digits
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .fold(0_i64, |n, digit| n.saturating_mul(10).saturating_add(i64::from(digit)));
    Some(Lifetime::from_millis(number.saturating_mul(millis_of(rest.trim_start_matches(' '))?)))
}

/// The units that OA4MP reads, and the letters of the SI.
fn millis_of(unit: &str) -> Option<i64> {
    match unit {
        "" | "ms" => Some(1),
        "s" | "sec" | "sec." => Some(1_000),
        "min" | "min." | "mins" => Some(60_000),
        "h" | "hr" | "hr." | "hrs" => Some(3_600_000),
        "d" | "day" | "days" => Some(86_400_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wished(text: &str) -> Result<Wishes, ParseError> {
        FormParams::parse(text.as_bytes()).and_then(|form| Wishes::parse(&form))
    }

    #[test]
    fn a_wish_is_a_number_of_milliseconds_or_has_a_unit() {
        for (text, millis) in [
            ("900000", 900_000),
            ("500 ms", 500),
            ("900 s", 900_000),
            ("900s", 900_000),
            ("3 sec.", 3_000),
            ("15 min", 900_000),
            ("2 h", 7_200_000),
            ("2hr", 7_200_000),
            ("1 d", 86_400_000),
            ("3 days", 259_200_000),
        ] {
            assert_eq!(lifetime(text), Some(Lifetime::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn a_huge_wish_is_the_largest_number_and_what_is_none_is_refused_by_name() {
        // B73
        for text in ["9223372036854775808", "99999999999999999999 d", "9223372036854775807s"] {
            assert_eq!(lifetime(text), Some(Lifetime::from_millis(i64::MAX)), "{text}");
        }
        assert_eq!(lifetime("99999999999"), Some(Lifetime::from_millis(99_999_999_999)));
        for text in ["-1", "1e9", "abc", "1.5 h", "%2B1", "1 x", "0x10", "+5", "s", "1 s s", "1S"] {
            let refused = wished(&format!("rt_lifetime={text}"));
            assert_eq!(refused, Err(ParseError::NotALifetime("rt_lifetime")), "{text}");
        }
    }

    #[test]
    fn each_wish_has_its_name_and_its_long_name_but_not_both() {
        let wishes = wished("at_lifetime=1&rt_lifetime=2&id_token_lifetime=3").unwrap();
        let millis = |wish: Option<Lifetime>| wish.map(Lifetime::millis);
        let all = [wishes.access, wishes.refresh, wishes.id_token];
        assert_eq!(all.map(millis), [Some(1), Some(2), Some(3)]);
        let long = wished("access_token_lifetime=1&refresh_token_lifetime=2&id_token_lifetime=3");
        assert_eq!(long, Ok(wishes));
        let twice = wished("at_lifetime=1&access_token_lifetime=1");
        assert_eq!(twice, Err(ParseError::Repeated("at_lifetime")));
        assert_eq!(wished("at_lifetime=&rt_lifetime=0"), Ok(Wishes::default()));
    }

    proptest! {
        #[test]
        fn no_wish_overflows_or_turns_negative(number in "[0-9]{1,40}", unit in " ?(ms|s|min|h|d)?") {
            // B73
            let wish = lifetime(&format!("{number}{unit}"));
            prop_assert!(wish.is_some_and(|wish| wish.millis() >= 0));
        }

        #[test]
        fn any_text_is_a_wish_or_is_none(text in "\\PC{0,40}") {
            prop_assert!(lifetime(&text).is_none_or(|wish| wish.millis() >= 0));
        }
    }
}
