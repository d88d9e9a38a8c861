//! The provider as far as it is known: its metadata and its keys, each kept for a while.

use std::sync::Arc;

use muster_crypto::{IdTokenClaims, IdTokenExpectation, Rejected, VerifyingKeys};
use muster_domain::{Lifetime, Timestamp};

use crate::address::Address;
use crate::discovery::Metadata;
use crate::error::{Document, ProviderFault, UpstreamError};
use crate::held::{Held, Keeping};
use crate::http::Line;
use crate::settings::UpstreamLimits;

/// A key that nobody knows has the keys fetched anew, but not more often than this: whoever
/// could present such tokens at will would make us ask and ask.
const EARLY: Lifetime = Lifetime::from_seconds(60);

/// A provider.
#[derive(Debug)]
pub(crate) struct Provider {
    issuer: Address,
    metadata: Held<Metadata>,
    keys: Held<VerifyingKeys>,
}

impl Provider {
    pub(crate) fn new(issuer: Address, limits: &UpstreamLimits) -> Self {
        let keeping = |fresh, usable| Keeping {
            fresh,
            usable,
            pause: limits.pause_after_failure,
            early: EARLY,
        };
        let metadata = Held::new(keeping(limits.metadata_fresh, limits.metadata_usable));
        let keys = Held::new(keeping(limits.keys_fresh, limits.keys_usable));
        Self { issuer, metadata, keys }
    }

    /// Its metadata if nobody has to be asked for it.
    pub(crate) fn metadata_at_hand(&self, now: Timestamp) -> Option<Arc<Metadata>> {
        self.metadata.at_hand(now)
    }

    /// Its metadata.
    pub(crate) fn metadata(
        &self,
        line: &Line<'_>,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, UpstreamError> {
        self.metadata.current(now, || {
            let document = Document::Metadata;
            let answer = line.fetch((document, &self.issuer.metadata()))?;
            Ok(Metadata::read(&answer.object(document)?, &self.issuer)?)
        })
    }

    /// What an ID token of it says. Its keys are fetched anew if none of those at hand is the
    /// token's: it may have changed them.
    pub(crate) fn id_token(
        &self,
        line: &Line<'_>,
        metadata: &Metadata,
        (token, expectation): (&str, &IdTokenExpectation<'_>),
        now: Timestamp,
    ) -> Result<IdTokenClaims, UpstreamError> {
        let fetch = || {
            let answer = line.fetch((Document::KeySet, &metadata.keys))?;
            let text = answer.text(Document::KeySet)?;
            let keys = VerifyingKeys::of_provider(text, &metadata.algorithms);
            keys.map_err(|error| ProviderFault::Keys(error).into())
        };
        let keys = self.keys.current(now, fetch)?;
        let verdict = match keys.id_token(token, expectation, now) {
            Err(Rejected::NoKey) => match self.keys.newer(&keys, now, fetch)? {
                Some(newer) => newer.id_token(token, expectation, now),
                None => Err(Rejected::NoKey),
            },
            verdict => verdict,
        };
        verdict.map_err(|why| ProviderFault::IdToken(why).into())
    }
}
