//! From a presented text to the token that it names (token-info.md 2): the exact text, the
//! forms of an opaque OA4MP token, or a signed JWT of an import whose text is unknown.
//!
//! Every flow that is shown a token asks here, so that no two of them read a text differently.

use muster_crypto::{Handle, HandleKind, presented_forms};
use muster_domain::{Reach, Secret, Timestamp, TokenKind};
use muster_store::{FoundToken, PresentedToken};

use crate::{FlowError, Tools};

/// The token that a text names as one of this kind, if it lies within reach.
pub(crate) fn find(
    text: &Secret<String>,
    kind: TokenKind,
    reach: Reach,
    (tools, now): (&Tools, Timestamp),
) -> Result<Option<FoundToken>, FlowError> {
    for presented in ways(text, kind, (tools, now))? {
        let found = tools.store.read(|reading| reading.find_token(&presented, kind, reach))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Whether anybody of this issuer holds the token.
pub(crate) fn exists(
    text: &Secret<String>,
    kind: TokenKind,
    (tools, now): (&Tools, Timestamp),
) -> Result<bool, FlowError> {
    for presented in ways(text, kind, (tools, now))? {
        let issuer = tools.issuer.key;
        if tools.store.read(|reading| reading.token_exists(&presented, issuer))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The ways in which a text may name a token, the usual one first.
fn ways(
    text: &Secret<String>,
    kind: TokenKind,
    (tools, now): (&Tools, Timestamp),
) -> Result<Vec<PresentedToken>, FlowError> {
    let handle = Handle::parse(text.expose());
    if handle.is_some_and(|handle| handle.kind() != HandleKind::from(kind)) {
        return Ok(Vec::new());
    }
    let forms = presented_forms(text.expose());
    let tags = forms.iter().map(|form| tools.keys.lookup_tag(kind, form.expose())).collect();
    let mut ways =
        vec![PresentedToken::Tagged { tags, shard: handle.map(|handle| handle.shard()) }];
    ways.extend(by_signature(text, (tools, now))?);
    Ok(ways)
}

/// A JWT of an import whose text the old database no longer held: its signature counts.
fn by_signature(
    text: &Secret<String>,
    (tools, now): (&Tools, Timestamp),
) -> Result<Option<PresentedToken>, FlowError> {
    let text = text.expose();
    if text.bytes().filter(|byte| *byte == b'.').count() != 2 {
        return Ok(None);
    }
    let keys = tools.published.of(&*tools.store, tools.issuer.key, now)?;
    Ok(keys.imported_token_id(text).ok().map(|id| PresentedToken::Verified { id }))
}
