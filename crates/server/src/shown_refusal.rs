//! What is said to whoever shows an access token that opens nothing (RFC 6750 3, RFC 9449 7.1):
//! the challenges, which tell clients apart what to do about it.

use actix_web::http::header::HeaderValue;
use muster_crypto::Algorithm;

use crate::refusal::{PublicWords, Reason};

/// Why a shown token opens nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShownRefusal {
    /// There is none: the challenge has no error (RFC 6750 3.1).
    NoToken,
    /// The request is malformed in itself; the words say how.
    Malformed(PublicWords),
    /// It is not good: one answer for all reasons.
    InvalidToken(Reason),
    /// The proof of its key is missing or not acceptable.
    InvalidProof(Reason),
    /// It is good, and lacks the scope `openid`.
    InsufficientScope,
}

impl ShownRefusal {
    /// The value of `WWW-Authenticate`.
    pub(crate) fn challenge(&self) -> HeaderValue {
        let error = match self {
            Self::NoToken => "",
            Self::Malformed(_) => ", error=\"invalid_request\"",
            Self::InvalidToken(_) => ", error=\"invalid_token\"",
            Self::InvalidProof(_) => ", error=\"invalid_dpop_proof\"",
            Self::InsufficientScope => ", error=\"insufficient_scope\", scope=\"openid\"",
        };
        let algorithms: Vec<&str> = Algorithm::names().collect();
        let algorithms = algorithms.join(" ");
        let bearer = format!("Bearer realm=\"muster\"{error}");
        let dpop = format!("DPoP realm=\"muster\"{error}, algs=\"{algorithms}\"");
        let text = match self {
            // Whoever brought a proof is to bring a better one.
            Self::InvalidProof(_) => dpop,
            Self::NoToken
            | Self::Malformed(_)
            | Self::InvalidToken(_)
            | Self::InsufficientScope => format!("{bearer}, {dpop}"),
        };
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_challenge_names_its_error_and_how_a_key_may_be_proved() {
        let reason = || Reason::from("private");
        for (refusal, bearer, error) in [
            (ShownRefusal::NoToken, true, None),
            (ShownRefusal::Malformed("words".into()), true, Some("invalid_request")),
            (ShownRefusal::InvalidToken(reason()), true, Some("invalid_token")),
            (ShownRefusal::InvalidProof(reason()), false, Some("invalid_dpop_proof")),
            (ShownRefusal::InsufficientScope, true, Some("insufficient_scope")),
        ] {
            let challenge = refusal.challenge();
            let text = challenge.to_str().unwrap();
            assert_eq!(text.starts_with("Bearer realm=\"muster\""), bearer, "{text}");
            assert!(
                text.contains("DPoP realm=\"muster\"") && text.contains("algs=\"ES256"),
                "{text}"
            );
            assert!(!text.contains("private"), "{text}");
            match error {
                None => assert!(!text.contains("error"), "{text}"),
                Some(error) => assert!(text.contains(&format!("error=\"{error}\"")), "{text}"),
            }
        }
    }
}
