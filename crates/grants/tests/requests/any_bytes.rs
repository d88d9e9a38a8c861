//! Whatever the bytes are, they are read or refused; nothing panics and no secret shows.

use muster_grants::{GrantType, Method, RawRequest, parse, parse_device_start, parse_token_query};
use proptest::prelude::*;

use crate::house::{SETTINGS, posted, question};

/// Names that the parsers know, and some that they do not.
const NAME: &str =
    "(grant_type|scope|resource|audience|at_lifetime|token|code|assertion|client_id|[a-z]{1,3})";
/// Separators, escapes and numbers that reach deep into the parsers.
const VALUE: &str = "([a-z:/#%+ 0-9]{0,12}|%[0-9a-f]{2}|[0-9]{1,30} ?[a-z]{0,3}|\\PC{0,6})";

/// A question of some grant, and parameters that may or may not belong to it.
fn form() -> impl Strategy<Value = String> {
    let pair = (NAME, VALUE).prop_map(|(name, value)| format!("{name}={value}"));
    let grant = proptest::sample::select(GrantType::ALL.to_vec());
    (grant, proptest::collection::vec(pair, 0..8))
        .prop_map(|(grant, pairs)| format!("{}&{}", question(grant), pairs.join("&")))
}

fn read_everywhere(raw: &RawRequest<'_>) {
    drop(parse(raw, &SETTINGS));
    drop(parse_token_query(raw, &SETTINGS));
    drop(parse_device_start(raw, &SETTINGS));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        query in proptest::collection::vec(any::<u8>(), 0..64),
        body in proptest::collection::vec(any::<u8>(), 0..512),
        header in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        for method in [Method::Get, Method::Post] {
            let headers = [header.clone()];
            let (authorization, dpop) = (&headers[..], &headers[..]);
            read_everywhere(&RawRequest { method, query: &query, body: &body, authorization, dpop });
        }
    }

    #[test]
    fn almost_well_formed_forms_are_read_or_refused(body in form()) {
        read_everywhere(&posted(body.as_bytes()));
        let raw = RawRequest { method: Method::Get, query: body.as_bytes(), ..posted(b"") };
        read_everywhere(&raw);
    }

    #[test]
    fn no_secret_shows_in_a_request_or_in_a_refusal(secret in "[A-Z]{24}") {
        // T16
        for grant in GrantType::ALL {
            let body = question(grant).replace("=t", &format!("={secret}"))
                + &format!("&client_id=a&client_secret={secret}&actor_token={secret}");
            let told = match parse(&posted(body.as_bytes()), &SETTINGS) {
                Ok(request) => format!("{request:?}"),
                Err(error) => format!("{error:?} {error}"),
            };
            prop_assert!(!told.contains(&secret));
        }
    }
}
