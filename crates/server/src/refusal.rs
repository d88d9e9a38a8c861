//! Every refusal and what is said about it over HTTP (RFC 6749 5.2, RFC 9110 15).
//!
//! The only file that names the status codes of OAuth errors. Public words and private
//! reason are two things: the words are fixed texts, so that nothing of a request is
//! ever echoed; the reason goes into the log, once, where the refusal is answered.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use muster_domain::ErrorCode;

/// What a challenge says: one realm for the whole service, so that the answers to all
/// failed authentications are the same.
const CHALLENGE: &str = "Basic realm=\"muster\", charset=\"UTF-8\"";

/// Why, for the log alone.
pub type Reason = Cow<'static, str>;

/// A request that is not served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The request is malformed in itself; the words say how.
    InvalidRequest(PublicWords),
    /// Client authentication failed, for whatever reason: one answer for all.
    InvalidClient(Reason),
    /// The presented token or grant is not acceptable: one answer for all reasons.
    InvalidGrant(Reason),
    /// The client may not do this; the words say what.
    UnauthorizedClient(PublicWords, Reason),
    /// No such grant here.
    UnsupportedGrantType,
    /// The scope is malformed or too wide.
    InvalidScope(Reason),
    /// The resource or audience is not acceptable.
    InvalidTarget(Reason),
    /// The token to be exchanged is not acceptable (RFC 8693 2.2.2).
    InvalidExchange(Reason),
    /// The proof of possession is missing or not acceptable (RFC 9449 5).
    InvalidProof(Reason),
    /// The person has not decided yet (RFC 8628 3.5).
    AuthorizationPending,
    /// The device polls too fast.
    SlowDown,
    /// The device's codes have expired.
    ExpiredToken,
    /// The person said no.
    AccessDenied,
    /// Nothing lies at this path.
    NotFound,
    /// Another method is wanted; the text is the `Allow` header's.
    MethodNotAllowed(Cow<'static, str>),
    /// The head is not HTTP/1.1 as RFC 9112 has it; the words say how.
    BadHttp(&'static str),
    /// The request did not arrive in time.
    RequestTimeout,
    /// The body is over the limit.
    BodyTooLarge,
    /// The request target is over the limit.
    TargetTooLong,
    /// The body's type is not taken here.
    UnsupportedMediaType,
    /// The body's content coding is not taken: nothing is inflated here.
    UnsupportedContentCoding,
    /// The head is over the limit, in bytes or in fields.
    HeadTooLarge,
    /// Too often.
    TooManyRequests {
        /// When to try again, in seconds.
        retry_after: u64,
        /// Which limit.
        reason: Reason,
    },
    /// All places are taken.
    Busy {
        /// When to try again, in seconds.
        retry_after: u64,
        /// Which places.
        reason: Reason,
    },
    /// The store did not answer.
    StoreUnavailable(Reason),
    /// Something broke on our side.
    ServerError(Reason),
}

/// Words for the public: fixed texts alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicWords(Cow<'static, str>);

impl PublicWords {
    /// A fixed text.
    pub const fn new(words: &'static str) -> Self {
        Self(Cow::Borrowed(words))
    }

    /// A fixed text about a parameter that this service knows by name.
    pub fn about(parameter: &'static str, complaint: &'static str) -> Self {
        Self(Cow::Owned(format!("{parameter} {complaint}")))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for PublicWords {
    fn from(words: &'static str) -> Self {
        Self::new(words)
    }
}

impl Refusal {
    /// A refusal of a malformed request.
    pub fn invalid_request(words: impl Into<PublicWords>) -> Self {
        Self::InvalidRequest(words.into())
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.facts().status
    }

    /// The `error` member.
    pub fn code(&self) -> ErrorCode {
        self.facts().code
    }

    /// The public words.
    pub fn words(&self) -> &str {
        self.facts().words
    }

    /// One of each, for the documentation.
    pub fn examples() -> Vec<Self> {
        let reason = || Reason::from("an example");
        vec![
            Self::invalid_request("the request is malformed; the words say how"),
            Self::InvalidGrant(reason()),
            Self::UnauthorizedClient(NOT_THIS_GRANT, reason()),
            Self::UnsupportedGrantType,
            Self::InvalidScope(reason()),
            Self::InvalidTarget(reason()),
            Self::InvalidExchange(reason()),
            Self::InvalidProof(reason()),
            Self::AuthorizationPending,
            Self::SlowDown,
            Self::ExpiredToken,
            Self::AccessDenied,
            Self::InvalidClient(reason()),
            Self::NotFound,
            Self::MethodNotAllowed("GET, POST".into()),
            Self::RequestTimeout,
            Self::BodyTooLarge,
            Self::TargetTooLong,
            Self::UnsupportedMediaType,
            Self::UnsupportedContentCoding,
            Self::TooManyRequests { retry_after: 1, reason: reason() },
            Self::HeadTooLarge,
            Self::ServerError(reason()),
            Self::Busy { retry_after: 1, reason: reason() },
        ]
    }

    /// Answers with this refusal, logging and counting it. To be called once a request.
    pub fn answer(&self) -> HttpResponse {
        let facts = self.facts();
        facts.log();
        let body = facts.body();
        let mut answer = HttpResponse::build(facts.status);
        answer.insert_header((header::CONTENT_TYPE, JSON));
        if let Some((name, value)) = facts.header {
            answer.insert_header((name, value));
        }
        if let Some(seconds) = facts.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds.max(1)));
        }
        answer.body(body)
    }

    /// The table: case, status, `error`, public words.
    fn facts(&self) -> Facts<'_> {
        use ErrorCode as Code;
        use StatusCode as Status;
        let invalid_request = |status, words| Facts::new(status, Code::InvalidRequest, words);
        let refused = |code, words| Facts::new(Status::BAD_REQUEST, code, words);
        let later = |status, words| Facts::new(status, Code::TemporarilyUnavailable, words);
        match self {
            Self::InvalidRequest(words) => invalid_request(Status::BAD_REQUEST, words.as_str()),
            Self::InvalidClient(reason) => {
                Facts::new(Status::UNAUTHORIZED, Code::InvalidClient, NOT_PROVEN)
                    .because(reason)
                    .with(header::WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE))
            }
            Self::InvalidGrant(why) => refused(Code::InvalidGrant, NOT_ACCEPTABLE).because(why),
            Self::UnauthorizedClient(words, reason) => {
                refused(Code::UnauthorizedClient, words.as_str()).because(reason)
            }
            Self::UnsupportedGrantType => refused(Code::UnsupportedGrantType, NO_SUCH_GRANT),
            Self::InvalidScope(reason) => refused(Code::InvalidScope, BAD_SCOPE).because(reason),
            Self::InvalidTarget(reason) => refused(Code::InvalidTarget, BAD_TARGET).because(reason),
            Self::InvalidExchange(why) => refused(Code::InvalidRequest, BAD_EXCHANGE).because(why),
            Self::InvalidProof(why) => refused(Code::InvalidDpopProof, BAD_PROOF).because(why),
            Self::AuthorizationPending => refused(Code::AuthorizationPending, PENDING),
            Self::SlowDown => refused(Code::SlowDown, "wait longer between two polls"),
            Self::ExpiredToken => refused(Code::ExpiredToken, "the device code has expired"),
            Self::AccessDenied => refused(Code::AccessDenied, "the request was denied"),
            Self::NotFound => invalid_request(Status::NOT_FOUND, "there is nothing at this path"),
            Self::MethodNotAllowed(allow) => {
                let facts = invalid_request(Status::METHOD_NOT_ALLOWED, "not this method");
                match HeaderValue::from_str(allow) {
                    Ok(allow) => facts.with(header::ALLOW, allow),
                    Err(_) => facts,
                }
            }
            Self::BadHttp(words) => invalid_request(Status::BAD_REQUEST, words),
            Self::RequestTimeout => invalid_request(Status::REQUEST_TIMEOUT, NOT_IN_TIME),
            Self::BodyTooLarge => {
                invalid_request(Status::PAYLOAD_TOO_LARGE, "the body is too large")
            }
            Self::TargetTooLong => {
                invalid_request(Status::URI_TOO_LONG, "the request target is too long")
            }
            Self::UnsupportedMediaType => {
                invalid_request(Status::UNSUPPORTED_MEDIA_TYPE, FORMS_ONLY)
            }
            Self::UnsupportedContentCoding => {
                invalid_request(Status::UNSUPPORTED_MEDIA_TYPE, "the body must not be compressed")
            }
            Self::HeadTooLarge => {
                invalid_request(Status::REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is too large")
            }
            Self::TooManyRequests { retry_after, reason } => {
                later(Status::TOO_MANY_REQUESTS, "too many requests; try again later")
                    .because(reason)
                    .after(*retry_after)
            }
            Self::Busy { retry_after, reason } => {
                later(Status::SERVICE_UNAVAILABLE, TRY_LATER).because(reason).after(*retry_after)
            }
            // A broken pool is whole again within a second (T37).
            Self::StoreUnavailable(reason) => {
                later(Status::SERVICE_UNAVAILABLE, TRY_LATER).because(reason).after(1)
            }
            Self::ServerError(reason) => {
                Facts::new(Status::INTERNAL_SERVER_ERROR, Code::ServerError, "the service failed")
                    .because(reason)
            }
        }
    }
}

const NOT_ACCEPTABLE: &str = "the presented token or grant is not acceptable";
/// What a client may not do.
pub(crate) const NOT_THIS_GRANT: PublicWords =
    PublicWords::new("this client may not use this grant");
const NOT_PROVEN: &str = "client authentication failed";
const BAD_EXCHANGE: &str = "the token to be exchanged is not acceptable";
const BAD_SCOPE: &str = "the scope is not acceptable";
const BAD_TARGET: &str = "the resource or audience is not acceptable";
const NOT_IN_TIME: &str = "the request did not arrive in time";
const BAD_PROOF: &str = "the DPoP proof is missing or not acceptable";
const PENDING: &str = "nobody has decided about the device yet";
const NO_SUCH_GRANT: &str = "this grant type is not supported";
const FORMS_ONLY: &str = "the body must be of the type application/x-www-form-urlencoded";
const TRY_LATER: &str = "the service is busy or not available; try again later";

/// One row of the table.
struct Facts<'a> {
    status: StatusCode,
    code: ErrorCode,
    words: &'a str,
    reason: &'a str,
    header: Option<(HeaderName, HeaderValue)>,
    retry_after: Option<u64>,
}

impl<'a> Facts<'a> {
    const fn new(status: StatusCode, code: ErrorCode, words: &'a str) -> Self {
        Self { status, code, words, reason: words, header: None, retry_after: None }
    }

    fn because(mut self, reason: &'a Reason) -> Self {
        self.reason = reason;
        self
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some((name, value));
        self
    }

    const fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    fn body(&self) -> String {
        let words = serde_json::Value::from(self.words);
        format!("{{\"error\":\"{}\",\"error_description\":{words}}}", self.code.as_str())
    }

    /// Logged as loudly as it is ours: the caller's mistakes are no alarm.
    fn log(&self) {
        let (status, error, reason) = (self.status.as_u16(), self.code.as_str(), self.reason);
        metrics::counter!("muster_refusals_total", "status" => status.to_string(), "error" => error)
            .increment(1);
        match self.code {
            ErrorCode::ServerError => tracing::error!(status, error, reason, "failed"),
            ErrorCode::TemporarilyUnavailable => tracing::warn!(status, error, reason, "refused"),
            ErrorCode::InvalidRequest
            | ErrorCode::InvalidClient
            | ErrorCode::InvalidGrant
            | ErrorCode::UnauthorizedClient
            | ErrorCode::UnsupportedGrantType
            | ErrorCode::InvalidScope
            | ErrorCode::InvalidTarget
            | ErrorCode::InvalidDpopProof
            | ErrorCode::AuthorizationPending
            | ErrorCode::SlowDown
            | ErrorCode::ExpiredToken
            | ErrorCode::AccessDenied
            | ErrorCode::InvalidToken
            | ErrorCode::UnsupportedTokenType => tracing::info!(status, error, reason, "refused"),
        }
    }
}

/// The content type of every JSON answer (token-information contract, section 4).
pub const JSON: &str = "application/json;charset=UTF-8";

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = self.facts();
        write!(f, "{} {}: {}", facts.status.as_u16(), facts.code.as_str(), facts.reason)
    }
}

impl std::error::Error for Refusal {}

/// Lets a handler answer `Result<_, Refusal>`.
impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.answer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;

    fn every_case() -> Vec<Refusal> {
        let reason = || Reason::from("sensitive \"reason\"");
        vec![
            Refusal::InvalidRequest(PublicWords::about("grant_type", "is missing")),
            Refusal::InvalidClient(reason()),
            Refusal::InvalidGrant(reason()),
            Refusal::UnauthorizedClient(NOT_THIS_GRANT, reason()),
            Refusal::UnsupportedGrantType,
            Refusal::InvalidScope(reason()),
            Refusal::InvalidTarget(reason()),
            Refusal::InvalidExchange(reason()),
            Refusal::InvalidProof(reason()),
            Refusal::AuthorizationPending,
            Refusal::SlowDown,
            Refusal::ExpiredToken,
            Refusal::AccessDenied,
            Refusal::NotFound,
            Refusal::MethodNotAllowed("GET, POST".into()),
            Refusal::BadHttp("a request has one Host"),
            Refusal::RequestTimeout,
            Refusal::BodyTooLarge,
            Refusal::TargetTooLong,
            Refusal::UnsupportedMediaType,
            Refusal::UnsupportedContentCoding,
            Refusal::HeadTooLarge,
            Refusal::TooManyRequests { retry_after: 3, reason: reason() },
            Refusal::Busy { retry_after: 0, reason: reason() },
            Refusal::StoreUnavailable(reason()),
            Refusal::ServerError(reason()),
        ]
    }

    async fn body(refusal: &Refusal) -> Vec<u8> {
        to_bytes(refusal.answer().into_body()).await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn a_refusal_is_small_json_without_its_private_reason() {
        for refusal in every_case() {
            let body = body(&refusal).await;
            let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(json["error"], refusal.code().as_str());
            assert!(body.len() <= 1_024);
            assert!(!String::from_utf8(body).unwrap().contains("sensitive"));
        }
    }

    #[test]
    fn the_words_keep_to_the_characters_of_rfc_6749_5_2() {
        let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        for refusal in every_case() {
            assert!(refusal.facts().words.chars().all(allowed), "{refusal}");
        }
    }

    #[test]
    fn no_401_without_a_challenge_and_no_503_without_a_time() {
        // S77, T37
        for refusal in every_case() {
            let answer = refusal.answer();
            let has = |name| answer.headers().contains_key(name);
            let status = answer.status().as_u16();
            assert_eq!(has(header::WWW_AUTHENTICATE), status == 401);
            assert_eq!(has(header::RETRY_AFTER), [429, 503].contains(&status));
            assert_eq!(has(header::ALLOW), status == 405);
        }
    }

    #[tokio::test]
    async fn a_failed_authentication_looks_the_same_for_every_reason() {
        let first = body(&Refusal::InvalidClient("unknown".into())).await;
        assert_eq!(first, body(&Refusal::InvalidClient("wrong secret".into())).await);
    }
}
