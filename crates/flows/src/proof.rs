//! Proof of possession (RFC 9449): the key that a request proves to hold.
//!
//! A proof counts once: its `jti` is noted in the unit that it is used in.

use muster_crypto::{DpopExpectation, verify_dpop_proof};
use muster_domain::{Client, IssuerKey, KeyThumbprint, Secret, Timestamp};
use muster_store::{AssertionUse, StoreError, Unit};

use crate::{FlowError, Tools};

/// A proof as it came, and the endpoint that it came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShownProof<'a> {
    /// The one `DPoP` header, if there is one.
    pub proof: Option<&'a Secret<String>>,
    /// The method of the request.
    pub method: &'a str,
    /// The URL of the endpoint, without query and fragment.
    pub url: &'a str,
}

/// A key that the request has proved to hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ProvenKey {
    thumbprint: KeyThumbprint,
    jti: String,
    remembered_until: Timestamp,
}

impl ShownProof<'_> {
    /// Verifies the proof, if there is one. A client whose tokens are always bound must show one.
    pub(crate) fn verify(
        &self,
        client: &Client,
        tools: &Tools,
    ) -> Result<Option<ProvenKey>, FlowError> {
        let Some(proof) = self.proof else {
            return if client.registration.binds_tokens {
                Err(FlowError::InvalidProof { reason: "the client's tokens are always bound" })
            } else {
                Ok(None)
            };
        };
        let expectation =
            DpopExpectation { method: self.method, url: self.url, access_token: None };
        let proven = verify_dpop_proof(proof.expose(), &expectation, tools.clock.now());
        let proven = proven.map_err(|rejected| {
            tracing::debug!(%rejected, "a proof was rejected");
            FlowError::InvalidProof { reason: "it was rejected" }
        })?;
        Ok(Some(ProvenKey {
            thumbprint: KeyThumbprint::new(proven.thumbprint),
            jti: proven.jti,
            remembered_until: proven.expires_at,
        }))
    }
}

impl ProvenKey {
    /// The key's thumbprint.
    pub(crate) const fn thumbprint(&self) -> &KeyThumbprint {
        &self.thumbprint
    }

    /// Notes that the proof was used; whether this was the first time.
    pub(crate) fn spend(&self, unit: &mut dyn Unit, issuer: IssuerKey) -> Result<bool, StoreError> {
        // A name that no client can have: ids hold no control characters.
        let party = format!("\u{1}dpop\u{1}{}", self.thumbprint.as_str());
        let used = unit.use_assertion(issuer, &party, &self.jti, self.remembered_until)?;
        Ok(used == AssertionUse::Fresh)
    }
}

/// Whether what is bound to `bound` comes with the proof of that key.
pub(crate) fn fits(
    bound: Option<&KeyThumbprint>,
    proven: Option<&ProvenKey>,
) -> Result<(), FlowError> {
    match (bound, proven) {
        (None, _) => Ok(()),
        (Some(bound), Some(proven)) if *bound == proven.thumbprint => Ok(()),
        (Some(_), Some(_)) => Err(FlowError::InvalidProof { reason: "it is of another key" }),
        (Some(_), None) => Err(FlowError::InvalidProof { reason: "it is missing" }),
    }
}

/// A proof that was used before, as the unit's verdict.
pub(crate) const REPLAYED: FlowError = FlowError::InvalidProof { reason: "it was used before" };
