//! Introspection (RFC 7662 2): what a token is worth at this instant, to whom it concerns.
//!
//! Whatever is not good, not known or not the caller's to ask about is inactive, and nothing
//! more is said (S41).

use muster_crypto::audience_in_text;
use muster_domain::{ClientId, Entitlement, Reach, Timestamp, TokenId, TokenKind, UserId};
use muster_grants::TokenQuery;
use muster_store::FoundToken;

use crate::{FlowError, Tools, presented};

/// What is known of a good token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActiveToken {
    /// What it is for.
    pub kind: TokenKind,
    /// Its identifier.
    pub id: TokenId,
    /// The client that holds it.
    pub client: ClientId,
    /// Whom it speaks for; `None`: the client itself.
    pub user: Option<UserId>,
    /// What it entitles to.
    pub entitlement: Entitlement,
    /// For whom it is meant, as it says itself: a JWT that names nobody in particular says
    /// its profile's word for everybody. Empty: for the issuer.
    pub audience: Vec<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// The token, if it is good and within reach. Refresh tokens concern their holder alone (S43).
pub fn introspect(
    query: &TokenQuery,
    (reach, asks): (Reach, Option<&ClientId>),
    tools: &Tools,
) -> Result<Option<ActiveToken>, FlowError> {
    let now = tools.clock.now();
    for kind in kinds(query) {
        let Some(found) = presented::find(&query.text, kind, reach, (tools, now))? else {
            continue;
        };
        let concerns = match (kind, asks) {
            (TokenKind::Access, _) | (TokenKind::Refresh, None) => true,
            (TokenKind::Refresh, Some(client)) => found.client_id == *client,
        };
        return Ok((concerns && is_good(&found, now)).then(|| active(found, query.text.expose())));
    }
    Ok(None)
}

/// The kinds to look for, the hinted one first; a wrong hint costs a look and no more (S30).
pub(crate) fn kinds(query: &TokenQuery) -> [TokenKind; 2] {
    match query.hint {
        Some(TokenKind::Refresh) => [TokenKind::Refresh, TokenKind::Access],
        Some(TokenKind::Access) | None => [TokenKind::Access, TokenKind::Refresh],
    }
}

/// The one gate.
fn is_good(found: &FoundToken, now: Timestamp) -> bool {
    let token = &found.token;
    found.standing.admits(found.transaction.state, token.state, token.expires_at, now)
}

fn active(found: FoundToken, text: &str) -> ActiveToken {
    let audience = match (found.token.kind, found.entitlement.audience.as_slice()) {
        (TokenKind::Access, []) => audience_in_text(text),
        (TokenKind::Access | TokenKind::Refresh, named) => named.to_vec(),
    };
    ActiveToken {
        audience,
        kind: found.token.kind,
        id: found.token.id,
        client: found.client_id,
        user: found.user_id,
        entitlement: found.entitlement,
        issued_at: found.token.issued_at,
        expires_at: found.token.expires_at,
    }
}
