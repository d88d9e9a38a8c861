//! What comes back through the browser (RFC 6749 4.1.2, RFC 9207 2), and whether it belongs to
//! the login that was begun.
//!
//! Anybody can make a browser come here with anything. So the state is asked first, and what
//! the provider says counts only if it was said about this login.

use std::fmt;

use muster_domain::Secret;

use crate::error::{ProviderFault, Stray, UpstreamError, shown};
use crate::flight::Flight;

/// A longer query is none of ours; codes of some providers have a kilobyte or two.
const LONGEST: usize = 8 * 1024;
/// More parameters than any provider adds.
const PARAMETERS_MOST: usize = 32;

/// The parameters of the redirect URI.
#[derive(Clone, Default)]
pub struct Callback {
    state: Option<Secret<String>>,
    code: Option<Secret<String>>,
    issuer: Option<String>,
    error: Option<String>,
    description: Option<String>,
}

impl Callback {
    /// Reads a query, without its question mark. Nothing that counts may stand twice.
    pub fn parse(query: &str) -> Result<Self, UpstreamError> {
        if query.len() > LONGEST {
            return Err(Stray::Malformed.into());
        }
        let mut callback = Self::default();
        for (index, (name, value)) in form_urlencoded::parse(query.as_bytes()).enumerate() {
            if index >= PARAMETERS_MOST {
                return Err(Stray::Malformed.into());
            }
            let stands_twice = match name.as_ref() {
                "state" => callback.state.replace(Secret::from(&*value)).is_some(),
                "code" => callback.code.replace(Secret::from(&*value)).is_some(),
                "iss" => callback.issuer.replace(value.into_owned()).is_some(),
                "error" => callback.error.replace(value.into_owned()).is_some(),
                "error_description" => callback.description.replace(value.into_owned()).is_some(),
                _ => false,
            };
            if stands_twice {
                return Err(Stray::Malformed.into());
            }
        }
        Ok(callback)
    }

    /// Whether it is the answer to this login, as far as can be said without the provider's
    /// metadata.
    pub(crate) fn check_state(&self, flight: &Flight) -> Result<(), UpstreamError> {
        let state = self.state.as_ref().ok_or(Stray::Malformed)?;
        if flight.state.equals(state.expose().as_bytes()) {
            Ok(())
        } else {
            Err(Stray::State.into())
        }
    }

    /// Whether it is the answer of this login's provider: one that names itself always does so
    /// (RFC 9207 2.4).
    pub(crate) fn check_issuer(
        &self,
        flight: &Flight,
        names_itself: bool,
    ) -> Result<(), UpstreamError> {
        match &self.issuer {
            Some(issuer) if *issuer == flight.issuer => Ok(()),
            None if !names_itself => Ok(()),
            Some(_) | None => Err(Stray::Issuer.into()),
        }
    }

    /// The code, or what the provider says instead.
    pub(crate) fn into_code(self) -> Result<Secret<String>, UpstreamError> {
        match (self.code, self.error) {
            (Some(code), None) if !code.expose().is_empty() => Ok(code),
            (None, Some(error)) => Err(refusal(&error, self.description.as_deref())),
            (Some(_) | None, _) => Err(Stray::Malformed.into()),
        }
    }
}

/// What an error of the authorization endpoint means (RFC 6749 4.1.2.1, OpenID Connect Core
/// 3.1.2.6).
fn refusal(error: &str, description: Option<&str>) -> UpstreamError {
    match error {
        "access_denied" => UpstreamError::Cancelled,
        "login_required"
        | "interaction_required"
        | "consent_required"
        | "account_selection_required" => UpstreamError::PersonNeeded,
        "invalid_request"
        | "unauthorized_client"
        | "unsupported_response_type"
        | "invalid_scope"
        | "request_not_supported" => UpstreamError::Settings(shown(error, description)),
        _ => ProviderFault::Error(shown(error, description)).into(),
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Culprit;

    fn outcome(query: &str) -> Result<String, UpstreamError> {
        Callback::parse(query)?.into_code().map(|code| code.expose().clone())
    }

    #[test]
    fn a_code_is_read_and_does_not_show() {
        assert_eq!(outcome("code=a%2Bb&state=s&session_state=x"), Ok("a+b".to_owned()));
        assert!(!format!("{:?}", Callback::parse("code=c0de").unwrap()).contains("c0de"));
    }

    #[test]
    fn what_stands_twice_or_is_neither_code_nor_error_is_malformed() {
        for query in
            ["", "code=", "code=a&code=a", "state=a&state=b&code=c", "code=a&error=b", "iss=a"]
        {
            assert_eq!(outcome(query), Err(Stray::Malformed.into()), "{query}");
        }
        let endless = format!("code={}", "a".repeat(LONGEST));
        assert_eq!(outcome(&endless), Err(Stray::Malformed.into()));
        assert_eq!(outcome(&"a=b&".repeat(40)), Err(Stray::Malformed.into()));
    }

    #[test]
    fn each_error_of_a_provider_has_its_culprit() {
        let culprit = |error: &str| outcome(&format!("error={error}")).unwrap_err().culprit();
        assert_eq!(outcome("error=access_denied"), Err(UpstreamError::Cancelled));
        assert_eq!(culprit("login_required"), Culprit::Person);
        assert_eq!(culprit("invalid_scope"), Culprit::Settings);
        assert_eq!(culprit("server_error"), Culprit::Provider);
        assert_eq!(culprit("something_new"), Culprit::Provider);
    }

    #[test]
    fn what_a_provider_writes_is_never_told_to_the_person() {
        let query = "error=server_error&error_description=%3Cb%3Ecall%20me%3C%2Fb%3E%0A";
        let error = outcome(query).unwrap_err();
        assert!(error.to_string().contains("call me"));
        assert!(!error.words_for_the_person().contains("call me"));
    }
}
