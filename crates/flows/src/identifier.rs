//! Identifiers in the form that tools of OA4MP read `ts` and `lifetime` out of
//! (contract/service.md, `jti`).

use muster_domain::{IssuerUrl, Lifetime, Randomness, RandomnessFailed, Timestamp};

/// What an identifier names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Named {
    /// A transaction.
    Transaction,
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
    /// An ID token.
    IdToken,
}

impl Named {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Transaction => "authzGrant",
            Self::AccessToken => "accessToken",
            Self::RefreshToken => "refreshToken",
            Self::IdToken => "idToken",
        }
    }
}

/// A new identifier: 128 random bits, and when what it names begins and how long it lives.
pub(crate) fn identifier(
    url: &IssuerUrl,
    named: Named,
    (at, lifetime): (Timestamp, Lifetime),
    randomness: &dyn Randomness,
) -> Result<String, RandomnessFailed> {
    let mut bytes = [0; 16];
    randomness.fill(&mut bytes)?;
    let (number, kind) = (u128::from_be_bytes(bytes), named.as_str());
    let lifetime = lifetime.millis();
    Ok(format!("{url}/{number:032x}?type={kind}&ts={at}&version=v2.0&lifetime={lifetime}"))
}
