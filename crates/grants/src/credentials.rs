//! How the caller presents itself: exactly one way a request (RFC 6749 2.3).

use muster_domain::Secret;

use crate::basic::{BasicReadings, Readings};
use crate::{FormParams, ParseError};

/// The only assertion type there is (RFC 7523 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the caller showed.
#[derive(Clone, Debug)]
pub enum Presented {
    /// A Basic header, in its readings.
    Basic(Readings),
    /// Id and secret in the body.
    Post {
        /// The id.
        id: String,
        /// The secret.
        secret: Secret<String>,
    },
    /// A signed assertion.
    Assertion {
        /// The id in the body, if there is one; else it is in the assertion.
        id: Option<String>,
        /// The assertion, a JWT.
        assertion: Secret<String>,
    },
    /// No proof; a public client may name itself.
    Nothing {
        /// The id in the form, if there is one.
        id: Option<String>,
    },
}

impl Presented {
    /// Finds the one way in which the caller presents itself. `authorization` are the
    /// values of all such headers.
    pub fn parse(
        form: &FormParams,
        authorization: &[Vec<u8>],
        readings: BasicReadings,
        form_is_query: bool,
    ) -> Result<Self, ParseError> {
        let id = form.find("client_id").map(|id| id.expose().clone());
        let secret = form.find_even_empty("client_secret");
        let assertion = form.find("client_assertion");
        let assertion_type = form.find("client_assertion_type");
        if form_is_query && secret.is_some() {
            return Err(ParseError::SecretInQuery);
        }
        if assertion_type.is_some_and(|name| name.expose() != ASSERTION_TYPE)
            || assertion.is_some() != assertion_type.is_some()
        {
            return Err(ParseError::AssertionType);
        }
        let ways = [!authorization.is_empty(), secret.is_some(), assertion.is_some()];
        if ways.into_iter().filter(|used| *used).count() > 1 || authorization.len() > 1 {
            return Err(ParseError::TwoMethods);
        }
        if let Some(value) = authorization.first() {
            let readings = Readings::parse(value, readings)?;
            return Ok(Self::Basic(match id {
                Some(id) => readings.naming(&id)?,
                None => readings,
            }));
        }
        if let Some(secret) = secret {
            // Without an id there is nobody whose secret it could be.
            let id = id.ok_or(ParseError::Authentication)?;
            return Ok(Self::Post { id, secret: secret.clone() });
        }
        Ok(match assertion {
            Some(assertion) => Self::Assertion { id, assertion: assertion.clone() },
            None => Self::Nothing { id },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present(form: &str, authorization: &[&str], query: bool) -> Result<Presented, ParseError> {
        let form = FormParams::parse(form.as_bytes()).unwrap();
        let headers: Vec<Vec<u8>> = authorization.iter().map(|v| v.as_bytes().to_vec()).collect();
        Presented::parse(&form, &headers, BasicReadings::All, query)
    }

    fn refused(form: &str, authorization: &[&str]) -> ParseError {
        present(form, authorization, false).expect_err(form)
    }

    #[test]
    fn two_ways_at_once_are_refused() {
        // B31, B100, S03, S78
        let assertion = format!("client_assertion=a.b.c&client_assertion_type={ASSERTION_TYPE}");
        assert_eq!(refused("client_id=a&client_secret=b", &["Basic YTpi"]), ParseError::TwoMethods);
        assert_eq!(refused(&assertion, &["Basic YTpi"]), ParseError::TwoMethods);
        assert_eq!(
            refused(&format!("{assertion}&client_id=a&client_secret=b"), &[]),
            ParseError::TwoMethods
        );
        assert_eq!(refused("", &["Basic YTpi", "Basic YTpi"]), ParseError::TwoMethods);
    }

    #[test]
    fn another_client_id_than_the_headers_is_refused_and_the_same_one_narrows_the_readings() {
        // B30
        assert_eq!(refused("client_id=other", &["Basic YTpi"]), ParseError::OtherClient);
        let Ok(Presented::Basic(readings)) = present("client_id=a", &["Basic YTpi"], false) else {
            panic!("a Basic header")
        };
        assert!(readings.iter().all(|reading| reading.id == "a"));
    }

    #[test]
    fn a_secret_in_a_query_is_refused() {
        // S05
        let refused = present("client_id=a&client_secret=b", &[], true);
        assert_eq!(refused.map(|_| ()), Err(ParseError::SecretInQuery));
    }

    #[test]
    fn an_assertion_needs_its_type() {
        // B100
        assert_eq!(refused("client_assertion=a.b.c", &[]), ParseError::AssertionType);
        assert_eq!(
            refused("client_assertion_type=x&client_assertion=a", &[]),
            ParseError::AssertionType
        );
    }
}
