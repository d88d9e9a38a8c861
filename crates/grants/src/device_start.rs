//! The body of `/device_authorization` (RFC 8628 3.1): a device begins, a person decides.

use muster_domain::{ScopeSet, Secret};

use crate::envelope::Envelope;
use crate::{FormParams, ParseError, ParseSettings, Presented, RawRequest, Target, scope, targets};

/// The parameters that it reads.
pub(crate) const PARAMETERS: [&str; 2] = ["scope", "resource"];

/// The question: a device code and a code for people to type.
#[derive(Clone, Debug)]
pub struct DeviceStart {
    /// The scopes; `None`: those that the client has by default.
    pub scope: Option<ScopeSet>,
    /// Where the tokens will be used (RFC 8707 2).
    pub resources: Vec<Target>,
}

impl DeviceStart {
    /// How far the tokens shall go.
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        Ok(Self { scope: scope::parse(form)?, resources: targets::resources(form)? })
    }
}

/// Reads a request to `/device_authorization`: who asks, for what, and the proof of
/// possession if there is one. POST alone.
pub fn parse_device_start(
    raw: &RawRequest<'_>,
    settings: &ParseSettings,
) -> Result<(Presented, DeviceStart, Option<Secret<String>>), ParseError> {
    let envelope = Envelope::open_posted(raw)?;
    let question = DeviceStart::parse(envelope.form())?;
    let (presented, proof) = envelope.caller(*settings)?;
    Ok((presented, question, proof))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BasicReadings, GrantTypes, Method};

    fn ask(
        method: Method,
        query: &str,
        body: &str,
    ) -> Result<(Presented, DeviceStart, Option<Secret<String>>), ParseError> {
        let (query, body) = (query.as_bytes(), body.as_bytes());
        let settings = ParseSettings {
            basic_readings: BasicReadings::All,
            token_info_by_get: true,
            grants: GrantTypes::ALL,
        };
        let raw = RawRequest { method, query, body, authorization: &[], dpop: &[b"p".to_vec()] };
        parse_device_start(&raw, &settings)
    }

    #[test]
    fn a_device_asks_by_post_for_scopes_and_resources() {
        // B44, B45, B46
        let (presented, question, proof) =
            ask(Method::Post, "", "client_id=tv&scope=a&resource=urn:a").unwrap();
        assert!(matches!(presented, Presented::Nothing { id: Some(id) } if id == "tv"));
        assert_eq!(question.scope.unwrap().to_string(), "a");
        assert_eq!(question.resources.len(), 1);
        assert_eq!(proof.unwrap().expose(), "p");
        assert!(ask(Method::Post, "", "client_id=tv&scope=").unwrap().1.scope.is_none());
    }

    #[test]
    fn what_is_malformed_is_refused_each_by_its_code() {
        // B44, B46, S02, S05
        for (method, query, body, expected) in [
            (Method::Get, "client_id=tv", "", ParseError::Method { allow: "POST" }),
            (Method::Post, "client_id=tv", "", ParseError::QueryOfPost),
            (Method::Post, "client_secret=s", "", ParseError::QueryOfPost),
            (Method::Post, "", "scope=a&scope=a", ParseError::Repeated("scope")),
            (Method::Post, "", "scope=a++b", ParseError::Scope),
            (Method::Post, "", "resource=x", ParseError::Target),
        ] {
            assert_eq!(ask(method, query, body).map(|_| ()), Err(expected), "{body}");
        }
    }
}
