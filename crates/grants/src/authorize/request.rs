//! An authorization request (RFC 6749 4.1.1, RFC 7636 4.3, OpenID Connect Core 3.1.2.1), by
//! GET, by POST, or pushed beforehand (RFC 9126).
//!
//! It is read in two parts. The address says which client asks and where it wants its answer:
//! what is wrong there can be told to the person alone. The question is the rest: what is wrong
//! there is told to the client, once its address is known to be good.

use muster_domain::Secret;

use super::question::{self, AskedWrongly, AuthorizationQuestion, ResponseMode};
use crate::envelope::Envelope;
use crate::{FormParams, ParseError, ParseSettings, Presented, RawRequest};

/// The parameters that it reads or refuses.
pub(crate) const PARAMETERS: [&str; 19] = [
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "login_hint",
    "id_token_hint",
    "dpop_jkt",
    "resource",
    "request_uri",
    "request",
    "claims",
    "registration",
];

/// How the `request_uri` of a pushed request begins (RFC 9126 2.2).
const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

/// The longest `state` in bytes: it comes back in a URL, beside the code.
const STATE_LONGEST: usize = 2_000;

/// An authorization request, decoded, of which only the address is read.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    form: FormParams,
    /// The client that asks, by its own word.
    pub client_id: String,
    /// Where the answer shall go, as far as it is said.
    pub redirect_uri: Option<String>,
    /// What comes back with the answer unchanged.
    pub state: Option<String>,
}

impl AuthorizationRequest {
    fn of(form: FormParams) -> Result<Self, ParseError> {
        let text = |name: &'static str| form.find(name).map(|text| text.expose().clone());
        let client_id = text("client_id").ok_or(ParseError::Missing("client_id"))?;
        let (redirect_uri, state) = (text("redirect_uri"), text("state"));
        if state.as_ref().is_some_and(|state| state.len() > STATE_LONGEST) {
            return Err(ParseError::TooMuch);
        }
        Ok(Self { form, client_id, redirect_uri, state })
    }

    /// What is asked for.
    pub fn question(&self) -> Result<AuthorizationQuestion, AskedWrongly> {
        AuthorizationQuestion::parse(&self.form)
    }

    /// How the answer shall be told, also one that the question is wrong; where that is not
    /// said, or not in words that mean anything, as usual.
    pub fn response_mode(&self) -> ResponseMode {
        question::response_mode(&self.form).unwrap_or_default()
    }

    /// Its parameters as text, to be read again by [`read_kept`].
    pub fn kept(&self) -> Secret<String> {
        self.form.encoded(&PARAMETERS)
    }
}

/// What somebody comes to `/authorize` with.
#[derive(Clone, Debug)]
pub enum Arrived {
    /// The request itself.
    Asking(Box<AuthorizationRequest>),
    /// The name of a request that was pushed (RFC 9126 4).
    Pushed {
        /// The client, by its own word.
        client_id: String,
        /// The handle in its `request_uri`.
        handle: Secret<String>,
    },
}

/// Reads a request to `/authorize`, by GET or by POST (OpenID Connect Core 3.1.2.1).
pub fn parse_authorization(raw: &RawRequest<'_>) -> Result<Arrived, ParseError> {
    let form = Envelope::open(raw)?.into_form();
    let handle = form.find("request_uri").and_then(|uri| uri.expose().strip_prefix(PUSHED));
    if let Some(handle) = handle.map(Secret::from) {
        let client_id = form.required("client_id")?.expose().clone();
        return Ok(Arrived::Pushed { client_id, handle });
    }
    Ok(Arrived::Asking(Box::new(AuthorizationRequest::of(form)?)))
}

/// A pushed request before it is known who pushes it.
#[derive(Clone, Debug)]
pub struct PushedForm(FormParams);

impl PushedForm {
    /// The request of the client that has shown who it is, which need not say its name again.
    pub fn of_client(self, client_id: &str) -> Result<AuthorizationRequest, ParseError> {
        match self.0.find("client_id") {
            Some(named) if named.expose() == client_id => AuthorizationRequest::of(self.0),
            Some(_) => Err(ParseError::OtherClient),
            None => AuthorizationRequest::of(self.0.with("client_id", client_id)),
        }
    }
}

/// Reads a request to the pushed authorization request endpoint (RFC 9126 2.1): who pushes,
/// what, and the proof of possession if there is one. POST alone.
pub fn parse_pushed(
    raw: &RawRequest<'_>,
    settings: &ParseSettings,
) -> Result<(Presented, PushedForm, Option<Secret<String>>), ParseError> {
    let envelope = Envelope::open_posted(raw)?;
    let (presented, proof) = envelope.caller(*settings)?;
    Ok((presented, PushedForm(envelope.into_form()), proof))
}

/// Reads what [`AuthorizationRequest::kept`] wrote.
pub fn read_kept(text: &str) -> Result<AuthorizationRequest, ParseError> {
    AuthorizationRequest::of(FormParams::parse(text.as_bytes())?)
}

/// The `request_uri` of a pushed request with this handle.
pub fn pushed_uri(handle: &str) -> String {
    [PUSHED, handle].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BasicReadings, GrantTypes, Method};

    fn raw<'a>(method: Method, query: &'a str, body: &'a str) -> RawRequest<'a> {
        let (query, body) = (query.as_bytes(), body.as_bytes());
        RawRequest { method, query, body, authorization: &[], dpop: &[] }
    }

    fn asking(query: &str) -> AuthorizationRequest {
        match parse_authorization(&raw(Method::Get, query, "")).unwrap() {
            Arrived::Asking(request) => *request,
            Arrived::Pushed { .. } => panic!("{query} is no pushed request"),
        }
    }

    #[test]
    fn a_request_is_read_by_get_and_by_post_and_again_when_it_was_kept() {
        let text =
            "client_id=a&redirect_uri=https%3A%2F%2Fa%2Fb%3Fc%3Dd&state=x+%26y&scope=s&other=1";
        let Arrived::Asking(posted) = parse_authorization(&raw(Method::Post, "", text)).unwrap()
        else {
            panic!("asked by POST")
        };
        let kept = read_kept(asking(text).kept().expose()).unwrap();
        for request in [asking(text), *posted, kept.clone()] {
            assert_eq!(request.client_id, "a");
            assert_eq!(request.redirect_uri.as_deref(), Some("https://a/b?c=d"));
            assert_eq!(request.state.as_deref(), Some("x &y"));
        }
        assert!(!kept.kept().expose().contains("other"));
    }

    #[test]
    fn without_a_client_or_with_anything_twice_it_is_no_request() {
        for (query, expected) in [
            ("response_type=code", ParseError::Missing("client_id")),
            ("client_id=a&client_id=b", ParseError::Repeated("client_id")),
            ("client_id=a&state=1&state=2", ParseError::Repeated("state")),
            ("client_id=a&client_secret=b&state=%0a", ParseError::Control),
        ] {
            let read = parse_authorization(&raw(Method::Get, query, "")).map(|_| ());
            assert_eq!(read, Err(expected), "{query}");
        }
        let endless = format!("client_id=a&state={}", "s".repeat(STATE_LONGEST + 1));
        let read = parse_authorization(&raw(Method::Get, &endless, "")).map(|_| ());
        assert_eq!(read, Err(ParseError::TooMuch));
    }

    #[test]
    fn a_pushed_request_is_named_by_its_uri_and_belongs_to_who_pushed_it() {
        let query = format!("client_id=a&request_uri={}", pushed_uri("h"));
        let arrived = parse_authorization(&raw(Method::Get, &query, "")).unwrap();
        let Arrived::Pushed { client_id, handle } = arrived else { panic!("it was pushed") };
        assert_eq!((client_id.as_str(), handle.expose().as_str()), ("a", "h"));
        let settings = ParseSettings {
            basic_readings: BasicReadings::All,
            token_info_by_get: true,
            grants: GrantTypes::ALL,
        };
        let pushed = |body| parse_pushed(&raw(Method::Post, "", body), &settings).unwrap().1;
        assert_eq!(pushed("client_id=a&state=s").of_client("a").unwrap().client_id, "a");
        assert_eq!(pushed("state=s").of_client("a").unwrap().client_id, "a");
        let others = pushed("client_id=b&state=s").of_client("a").map(|_| ());
        assert_eq!(others, Err(ParseError::OtherClient));
    }
}
