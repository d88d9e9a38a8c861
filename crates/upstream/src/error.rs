//! Why somebody did not arrive, by culprit: words for the log here, words for the person apart.
//!
//! What a provider or a stranger sent is never repeated to a person; to the log goes what
//! belongs to the specification's own alphabet, and no more than a line of it.

use std::fmt;

use muster_crypto::{KeySetError, Rejected};

/// Nobody arrived.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The person said no, or went back.
    #[error("the person turned back at the provider")]
    Cancelled,
    /// It was to happen without the person, and cannot.
    #[error("the provider wants to see the person")]
    PersonNeeded,
    /// The answer belongs to no login that is under way here.
    #[error("the answer belongs to no login of this browser: {0}")]
    Stray(#[from] Stray),
    /// The provider says who it is, but not in a way that names a user here.
    #[error("the provider's answer names no user: {0}")]
    Unnamed(#[from] Unnamed),
    /// The provider does not accept what the settings make us send.
    #[error("the provider refuses what the settings say: {0}")]
    Settings(String),
    /// The provider answers what it must not.
    #[error("the provider is at fault: {0}")]
    Provider(#[from] ProviderFault),
    /// The provider could not be reached.
    #[error("the provider cannot be reached: {0}")]
    Network(#[from] NetworkFault),
    /// Too many are waiting for the provider already.
    #[error("too many requests to the provider are under way")]
    Busy,
    /// There was no randomness.
    #[error(transparent)]
    Randomness(#[from] muster_domain::RandomnessFailed),
}

/// Who can do something about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Culprit {
    /// The person, by logging in again.
    Person,
    /// Whoever keeps the provider, or the person's entry there.
    Provider,
    /// Whoever keeps the settings of this door.
    Settings,
    /// Nobody in particular: time heals it.
    Network,
    /// Ourselves.
    Ourselves,
}

/// Why an answer belongs to no login.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Stray {
    /// It cannot be read: no state, no code, or something twice.
    #[error("it is malformed")]
    Malformed,
    /// Its state is another one.
    #[error("its state is not the login's")]
    State,
    /// It is from another provider, or does not say from whom although this one always does
    /// (RFC 9207 2.4).
    #[error("its issuer is not the login's provider")]
    Issuer,
    /// The login was begun too long ago.
    #[error("the login was begun too long ago")]
    TooLate,
    /// The provider does not take its code: it was used before, or is too old.
    #[error("the provider does not take its code")]
    Code,
}

/// Why nobody is named.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unnamed {
    /// The claim is not there.
    #[error("the claim `{0}` is missing")]
    Missing(String),
    /// It is no text that can be an id.
    #[error("the claim `{0}` is no text that can name a user")]
    Unusable(String),
    /// It is an address that nobody has verified.
    #[error("the claim `{0}` is not verified")]
    Unverified(String),
}

/// What a provider did that it must not.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProviderFault {
    /// A status that is no answer.
    #[error("the {0} comes with the status {1}")]
    Status(Document, u16),
    /// It sends us elsewhere, and we do not go.
    #[error("the {0} is a redirect, which is not followed")]
    Redirect(Document),
    /// It is too big.
    #[error("the {0} is bigger than {1} bytes")]
    TooBig(Document, usize),
    /// It is no JSON object.
    #[error("the {0} is no JSON object without repeated members")]
    NoJson(Document),
    /// A member is missing or of another kind.
    #[error("the {0} has no proper `{1}`")]
    Member(Document, &'static str),
    /// It speaks for another issuer.
    #[error("the metadata document is another issuer's")]
    Issuer,
    /// There is no algorithm that both sides take.
    #[error("it signs ID tokens with none of the algorithms that are taken")]
    Algorithms,
    /// Its keys cannot be used.
    #[error("its key set is not taken: {0}")]
    Keys(KeySetError),
    /// Its ID token is not accepted.
    #[error("its ID token is not accepted: {0}")]
    IdToken(Rejected),
    /// The userinfo endpoint speaks of somebody else.
    #[error("its userinfo endpoint speaks of another subject than its ID token")]
    Subject,
    /// It answers with an error of its own.
    #[error("it answers with the error {0}")]
    Error(String),
}

/// Why a provider cannot be reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NetworkFault {
    /// Its answer did not come in time.
    #[error("no answer in time")]
    Timeout,
    /// Nobody knows its name.
    #[error("its host name is not known")]
    Host,
    /// Nobody is there, or the connection broke.
    #[error("the connection was refused or broke")]
    Connection,
    /// It did not prove to be the host that was asked.
    #[error("its certificate or its TLS is not accepted")]
    Tls,
    /// It is no HTTP.
    #[error("what it sends is no HTTP")]
    Protocol,
}

/// A document that a provider gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Document {
    /// OpenID Connect Discovery 3.
    Metadata,
    /// RFC 7517 5.
    KeySet,
    /// RFC 6749 5.1.
    Tokens,
    /// OpenID Connect Core 5.3.2.
    UserInfo,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Metadata => "metadata document",
            Self::KeySet => "key set",
            Self::Tokens => "answer of the token endpoint",
            Self::UserInfo => "answer of the userinfo endpoint",
        })
    }
}

impl UpstreamError {
    /// Who can do something about it.
    pub const fn culprit(&self) -> Culprit {
        match self {
            Self::Cancelled | Self::PersonNeeded | Self::Stray(_) => Culprit::Person,
            Self::Unnamed(_) | Self::Provider(_) => Culprit::Provider,
            Self::Settings(_) => Culprit::Settings,
            Self::Network(_) => Culprit::Network,
            Self::Busy | Self::Randomness(_) => Culprit::Ourselves,
        }
    }

    /// What the person is told: what to do next, and nothing of what went wrong inside.
    pub const fn words_for_the_person(&self) -> &'static str {
        match self {
            Self::Cancelled => "You did not log in at your organisation.",
            Self::PersonNeeded => "Your organisation wants you to log in there again.",
            Self::Stray(_) => "This login has run out or was begun elsewhere. Please begin again.",
            Self::Unnamed(_) => {
                "Your organisation did not tell us enough to know you here. \
                 Please ask its help desk."
            }
            Self::Settings(_) | Self::Provider(_) => {
                "Logging in by your organisation does not work at present. \
                 Whoever keeps this service can see why."
            }
            Self::Network(_) | Self::Busy | Self::Randomness(_) => {
                "Your organisation cannot be asked at this moment. Please try again in a while."
            }
        }
    }
}

/// Longer descriptions are not worth a line in a log.
const DESCRIPTION_LONGEST: usize = 200;

/// An error of a provider as it may stand in a log: the alphabet of RFC 6749 5.2 and nothing
/// else, since a stranger may have written it.
pub(crate) fn shown(error: &str, description: Option<&str>) -> String {
    let plain = |text: &str| -> String {
        let allowed = |c: &char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
        text.chars().filter(allowed).take(DESCRIPTION_LONGEST).collect()
    };
    match description {
        Some(description) => format!("\"{}\" ({})", plain(error), plain(description)),
        None => format!("\"{}\"", plain(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_the_log_is_one_short_line() {
        let long = "x".repeat(1_000);
        assert_eq!(shown("a\nb\"c", None), "\"abc\"");
        assert!(shown("access_denied", Some(&long)).len() < 300);
        assert_eq!(shown("a", Some("\u{1b}[31mred\u{202e}")), "\"a\" ([31mred)");
    }
}
