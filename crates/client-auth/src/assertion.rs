//! `private_key_jwt`: a caller signs a statement about itself (RFC 7523 2.2, 3).
//!
//! The id is read from the statement to find the keys, and believed only when one of them
//! has verified it. Each statement counts once; the store decides which use is the first.

use data_encoding::BASE64URL_NOPAD;
use muster_crypto::{AssertionExpectation, VerifyingKeys};
use muster_domain::{AuthMethod, Secret};
use muster_store::AssertionUse;
use serde_json::Value;

use crate::Caller;
use crate::authenticate::{Identity, methods, proved, refused};
use crate::error::{AuthError, Reason};

/// A longer one is none (limits of JWTs).
const LONGEST: usize = 16 * 1024;

impl Identity {
    pub(crate) fn by_assertion(
        &self,
        id: Option<&str>,
        assertion: &Secret<String>,
    ) -> Result<Caller, AuthError> {
        let text = assertion.expose();
        let claimed = claimed_id(text).ok_or_else(|| refused(Reason::BadAssertion, None))?;
        if id.is_some_and(|id| id != claimed) {
            return Err(refused(Reason::BadAssertion, None));
        }
        let party = self.find(&claimed)?.ok_or_else(|| refused(Reason::Unknown, None))?;
        let credentials = methods(&party);
        if !credentials.methods.allow(AuthMethod::PrivateKeyJwt) {
            return Err(refused(Reason::WrongMethod, Some(&claimed)));
        }
        let bad = || refused(Reason::BadAssertion, Some(&claimed));
        let keys = credentials.jwks.as_deref().ok_or_else(bad)?;
        let keys = VerifyingKeys::of_jwk_set(keys).map_err(|_| bad())?;
        let expectation =
            AssertionExpectation { client: &claimed, audience: self.issuer.url.as_str() };
        let verified =
            keys.assertion(text, &expectation, self.clock.now()).map_err(|rejected| {
                tracing::debug!(client = claimed, %rejected, "an assertion was rejected");
                bad()
            })?;
        let issuer = self.issuer.key;
        let used = self.store.change(|unit| {
            unit.use_assertion(issuer, &claimed, &verified.jti, verified.expires_at)
        })?;
        match used {
            AssertionUse::Fresh => proved(party, AuthMethod::PrivateKeyJwt),
            AssertionUse::Replayed => Err(refused(Reason::Replayed, Some(&claimed))),
        }
    }
}

/// Whom an assertion says it is about; nothing is verified yet.
fn claimed_id(assertion: &str) -> Option<String> {
    if assertion.len() > LONGEST {
        return None;
    }
    let claims = assertion.split('.').nth(1)?;
    let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims.get("sub").and_then(Value::as_str).map(ToOwned::to_owned)
}
