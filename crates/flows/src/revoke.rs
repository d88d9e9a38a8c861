//! Revocation (RFC 7009 2): a refresh token ends with its whole family, an access token by
//! itself. It is durable before the answer; a failure of the store is never a success (S33).

use muster_domain::{Ending, Reach, TokenKind};
use muster_grants::TokenQuery;
use muster_store::FoundToken;

use crate::chronicle::Happening;
use crate::introspect::kinds;
use crate::{Chronicle, FlowError, Tools, presented};

/// What became of it; whoever asks hears the same of each (RFC 7009 2.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Revoked {
    /// It is ended from now on.
    Now,
    /// It had ended before.
    Before,
    /// Nobody knows it.
    Unknown,
}

/// Ends the token within reach. One of somebody else is refused and untouched (decision D7).
pub fn revoke(
    query: &TokenQuery,
    reach: Reach,
    (tools, chronicle): (&Tools, &dyn Chronicle),
) -> Result<Revoked, FlowError> {
    let now = tools.clock.now();
    for kind in kinds(query) {
        if let Some(found) = presented::find(&query.text, kind, reach, (tools, now))? {
            return end(&found, (tools, chronicle));
        }
    }
    for kind in kinds(query) {
        if presented::exists(&query.text, kind, (tools, now))? {
            return Err(FlowError::OthersToken);
        }
    }
    Ok(Revoked::Unknown)
}

fn end(
    found: &FoundToken,
    (tools, chronicle): (&Tools, &dyn Chronicle),
) -> Result<Revoked, FlowError> {
    let now = tools.clock.now();
    let family = match found.token.kind {
        TokenKind::Access => false,
        TokenKind::Refresh => true,
    };
    let ended = tools.store.change(|unit| {
        let ended = if family {
            unit.end_transaction(found.transaction.key, now)?
        } else {
            unit.end_tokens(&[found.token.key], Ending::Revoked, now)? > 0
        };
        if ended {
            let happening = Happening::TokenRevoked {
                token: found.token.key.number,
                family,
                holder: &found.client_id,
                user: found.user_id.as_ref(),
            };
            chronicle.note(unit, &happening)?;
        }
        Ok(ended)
    })?;
    Ok(if ended { Revoked::Now } else { Revoked::Before })
}
