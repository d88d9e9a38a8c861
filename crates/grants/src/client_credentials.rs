//! The client-credentials grant (RFC 6749 4.4): a token for the client itself.

use muster_domain::ScopeSet;

use crate::{FormParams, ParseError, Targets, Wishes, scope};

/// What its `grant_type` says.
pub(crate) const GRANT: &str = "client_credentials";

/// The parameters that it reads.
pub(crate) const PARAMETERS: [&str; 3] = ["scope", "resource", "audience"];

/// The question: an access token for the caller. There is no user in it, whatever the form
/// says about one (B72).
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The scopes; `None`: those that the client has by default.
    pub scope: Option<ScopeSet>,
    /// For whom the token shall be good.
    pub targets: Targets,
    /// How long the token shall live.
    pub wishes: Wishes,
}

impl ClientCredentials {
    /// How far the token shall go.
    pub(crate) fn parse(form: &FormParams) -> Result<Self, ParseError> {
        Ok(Self {
            scope: scope::parse(form)?,
            targets: Targets::parse(form)?,
            wishes: Wishes::parse(form)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ClientCredentials, ParseError> {
        FormParams::parse(text.as_bytes()).and_then(|form| ClientCredentials::parse(&form))
    }

    #[test]
    fn nothing_is_required_and_a_named_user_is_ignored() {
        // B45, B72
        let bare = parse("").unwrap();
        let named = parse("subject=alice&sub=alice&username=alice&user_id=alice").unwrap();
        assert!(bare.scope.is_none() && bare.targets == Targets::default());
        assert_eq!(format!("{named:?}"), format!("{bare:?}"));
    }

    #[test]
    fn scope_targets_and_wishes_are_read() {
        // B44, B46, B73
        let asked = parse("scope=a&resource=urn:a&audience=b&at_lifetime=60+s").unwrap();
        assert_eq!(asked.scope.unwrap().to_string(), "a");
        assert_eq!((asked.targets.resources.len(), asked.targets.audiences.len()), (1, 1));
        assert_eq!(asked.wishes.access.unwrap().millis(), 60_000);
        let refused = |text: &str| parse(text).expect_err(text);
        assert_eq!(refused("scope=%22"), ParseError::Scope);
        assert_eq!(refused("resource=urn:a%23b"), ParseError::Target);
        assert_eq!(
            refused("access_token_lifetime=-1"),
            ParseError::NotALifetime("access_token_lifetime")
        );
    }
}
