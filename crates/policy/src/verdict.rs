//! What a rule says, and how sayings become a decision: deny wins, silence refuses.

use muster_domain::ErrorCode;

/// What one rule says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The rule speaks for it, and why.
    Allow(&'static str),
    /// The rule forbids it.
    Deny(Denial),
    /// The rule has nothing to say.
    Abstain,
}

/// Why something is not permitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Denial {
    /// The admin lacks the right `list_users`.
    #[error("the admin may not list users' tokens")]
    NoListingRight,
    /// Ordinary clients may not list.
    #[error("ordinary clients may not list users' tokens")]
    NotForClients,
    /// The client is not registered for the grant.
    #[error("the client is not registered for this grant")]
    GrantNotRegistered,
    /// Admin clients administer; they get no tokens (B38).
    #[error("admin clients get no tokens")]
    NotForAdmins,
    /// A client that cannot keep a secret cannot speak for itself (RFC 6749 4.4, B37).
    #[error("public clients may not use this grant")]
    NotForPublicClients,
    /// More scopes than the client is registered for (S25).
    #[error("a scope is not registered for the client")]
    ScopeNotRegistered,
    /// A resource or audience that the client's tokens may not name (B47).
    #[error("a resource or audience is not registered for the client")]
    TargetNotRegistered,
    /// No rule spoke for it.
    #[error("no rule permits it")]
    Silence,
}

impl Denial {
    /// The code of the answer (RFC 6749 5.2).
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::NoListingRight
            | Self::NotForClients
            | Self::GrantNotRegistered
            | Self::NotForAdmins
            | Self::NotForPublicClients
            | Self::Silence => ErrorCode::UnauthorizedClient,
            Self::ScopeNotRegistered => ErrorCode::InvalidScope,
            Self::TargetNotRegistered => ErrorCode::InvalidTarget,
        }
    }
}

/// The decision that verdicts come to, with the reasons for it.
pub(crate) fn decide(
    verdicts: impl IntoIterator<Item = Verdict>,
) -> Result<Vec<&'static str>, Denial> {
    let mut reasons = Vec::new();
    let mut denied = None;
    for verdict in verdicts {
        match verdict {
            Verdict::Allow(reason) => reasons.push(reason),
            Verdict::Deny(denial) => {
                denied.get_or_insert(denial);
            }
            Verdict::Abstain => {}
        }
    }
    match denied {
        Some(denial) => Err(denial),
        None if reasons.is_empty() => Err(Denial::Silence),
        None => Ok(reasons),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_verdict() -> impl Strategy<Value = Verdict> {
        prop_oneof![
            Just(Verdict::Allow("because")),
            Just(Verdict::Deny(Denial::NotForClients)),
            Just(Verdict::Abstain),
        ]
    }

    proptest! {
        #[test]
        fn deny_wins_and_silence_refuses_whatever_the_order(
            verdicts in proptest::collection::vec(any_verdict(), 0..8),
        ) {
            let denies = verdicts.contains(&Verdict::Deny(Denial::NotForClients));
            let allows = verdicts.contains(&Verdict::Allow("because"));
            let decision = decide(verdicts);
            match (denies, allows) {
                (true, _) => prop_assert_eq!(decision, Err(Denial::NotForClients)),
                (false, false) => prop_assert_eq!(decision, Err(Denial::Silence)),
                (false, true) => prop_assert!(decision.is_ok()),
            }
        }
    }
}
