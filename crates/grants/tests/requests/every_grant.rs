//! The rules of RFC 6749 3.2 for every grant: known, once, by POST, and nothing from elsewhere.

use muster_domain::ErrorCode;
use muster_grants::{GrantType, Method, ParseError, ParseSettings, RawRequest, parse};

use crate::house::{SETTINGS, ask, posted, question, refusal};

/// Every parameter that any grant or endpoint reads, but the two that may be repeated.
const PARAMETERS: [&str; 26] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "access_token",
    "refresh_token",
    "code",
    "redirect_uri",
    "code_verifier",
    "scope",
    "subject_token",
    "subject_token_type",
    "actor_token",
    "actor_token_type",
    "requested_token_type",
    "device_code",
    "assertion",
    "token",
    "token_type_hint",
    "at_lifetime",
    "access_token_lifetime",
    "rt_lifetime",
    "refresh_token_lifetime",
    "id_token_lifetime",
    "unheard_of",
];

#[test]
fn every_grant_is_read_as_itself() {
    for grant in GrantType::ALL {
        let asked = ask(&question(grant)).unwrap();
        assert_eq!(asked.grant.grant_type(), grant);
        assert!(asked.proof.is_none());
    }
}

#[test]
fn every_parameter_of_every_grant_is_refused_when_it_stands_twice() {
    // T14, S02, B41, B114
    for grant in GrantType::ALL {
        for name in PARAMETERS {
            for value in ["", "x"] {
                let twice = format!("{}&{name}={value}&{name}={value}", question(grant));
                let error = refusal(&twice).unwrap();
                let expected = match name {
                    "unheard_of" => ParseError::RepeatedOther,
                    name => ParseError::Repeated(name),
                };
                assert_eq!(error, expected, "{twice}");
                assert_eq!(error.code(), ErrorCode::InvalidRequest);
            }
        }
    }
}

#[test]
fn resource_and_audience_may_stand_more_than_once() {
    // T14, B46
    for grant in GrantType::ALL {
        let body = question(grant) + "&resource=urn:a&resource=urn:b&audience=c&audience=d";
        assert!(ask(&body).is_ok(), "{body}");
        let error = refusal(&(question(grant) + &"&resource=urn:a".repeat(1_000))).unwrap();
        assert_eq!(error.code(), ErrorCode::InvalidTarget);
    }
}

#[test]
fn unknown_parameters_are_ignored_and_empty_ones_are_absent() {
    // S02, B72
    for grant in GrantType::ALL {
        let plain = format!("{:?}", ask(&question(grant)).unwrap());
        let more = "&sub=alice&subject=alice&foo=bar&scope=&redirect_uri=&at_lifetime=&resource=";
        let padded = format!("{:?}", ask(&(question(grant) + more)).unwrap());
        assert_eq!(plain, padded);
    }
}

#[test]
fn a_grant_that_is_switched_off_is_not_supported() {
    // S09
    for grant in GrantType::ALL {
        let off = ParseSettings { grants: SETTINGS.grants.without(grant), ..SETTINGS };
        for other in GrantType::ALL {
            let read = parse(&posted(question(other).as_bytes()), &off).map(|_| ());
            let expected = if other == grant { Err(ParseError::UnsupportedGrant) } else { Ok(()) };
            assert_eq!(read, expected, "{other:?} without {grant:?}");
        }
    }
}

#[test]
fn only_token_info_is_asked_by_get_and_no_secret_is() {
    // S01, S05
    for grant in GrantType::ALL {
        let by_get = |query: &str| {
            let raw = RawRequest { method: Method::Get, query: query.as_bytes(), ..posted(b"") };
            parse(&raw, &SETTINGS).map(|_| ())
        };
        let secret = question(grant) + "&client_id=a&client_secret=b";
        if grant == GrantType::TokenInfo {
            assert_eq!(by_get(&question(grant)), Ok(()));
            assert_eq!(by_get(&secret), Err(ParseError::SecretInQuery));
        } else {
            assert_eq!(by_get(&question(grant)), Err(ParseError::Method { allow: "POST" }));
            assert_eq!(by_get(&secret), Err(ParseError::Method { allow: "POST" }));
        }
    }
}

#[test]
fn no_parameter_that_is_known_may_stand_in_the_query_of_a_post() {
    // B42, B43, S05
    let known = PARAMETERS.into_iter().filter(|name| *name != "unheard_of");
    for name in known.chain(["resource", "audience"]) {
        for grant in GrantType::ALL {
            let (query, body) = (format!("{name}=x"), question(grant));
            let raw = RawRequest { query: query.as_bytes(), ..posted(body.as_bytes()) };
            assert_eq!(parse(&raw, &SETTINGS).map(|_| ()), Err(ParseError::QueryOfPost), "{name}");
        }
    }
}

#[test]
fn one_proof_comes_along_and_two_are_refused() {
    // B133, S65
    for grant in GrantType::ALL {
        let (body, two) = (question(grant), [b"a.b.c".to_vec(), b"a.b.c".to_vec()]);
        let with = |dpop| parse(&RawRequest { dpop, ..posted(body.as_bytes()) }, &SETTINGS);
        let proof = with(&two[..1]).unwrap().proof.unwrap();
        assert_eq!(proof.expose(), "a.b.c");
        let error = with(&two).map(|_| ()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidDpopProof);
    }
}

#[test]
fn two_ways_of_authentication_are_refused_by_every_grant() {
    // S03, B31, B100
    for grant in GrantType::ALL {
        let body = question(grant) + "&client_id=a&client_secret=b";
        let headers = [b"Basic YTpi".to_vec()];
        let raw = RawRequest { authorization: &headers, ..posted(body.as_bytes()) };
        assert_eq!(parse(&raw, &SETTINGS).map(|_| ()), Err(ParseError::TwoMethods));
        let typed = question(grant) + "&client_assertion_type=wrong&client_assertion=a.b.c";
        assert_eq!(refusal(&typed), Some(ParseError::AssertionType));
    }
}
