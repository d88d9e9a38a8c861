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
    let look = |presented: &PresentedToken| {
        tools.store.read(|reading| reading.find_token(presented, kind, reach))
    };
    let Some(tagged) = by_text(text, kind, tools) else { return Ok(None) };
    if let Some(found) = look(&tagged)? {
        return Ok(Some(found));
    }
    // A signature is dear: it is looked at only if the text itself is not known.
    match by_signature(text, (tools, now))? {
        None => Ok(None),
        Some(signed) => Ok(look(&signed)?),
    }
}

/// Whether anybody of this issuer holds the token.
pub(crate) fn exists(
    text: &Secret<String>,
    kind: TokenKind,
    (tools, now): (&Tools, Timestamp),
) -> Result<bool, FlowError> {
    let issuer = tools.issuer.key;
    let look = |presented: &PresentedToken| {
        tools.store.read(|reading| reading.token_exists(presented, issuer))
    };
    let Some(tagged) = by_text(text, kind, tools) else { return Ok(false) };
    if look(&tagged)? {
        return Ok(true);
    }
    match by_signature(text, (tools, now))? {
        None => Ok(false),
        Some(signed) => Ok(look(&signed)?),
    }
}

/// The usual way: the exact text, or another form of an opaque OA4MP token. `None`: it is a
/// text of ours of another kind.
fn by_text(text: &Secret<String>, kind: TokenKind, tools: &Tools) -> Option<PresentedToken> {
    let handle = Handle::parse(text.expose());
    if handle.is_some_and(|handle| handle.kind() != HandleKind::from(kind)) {
        return None;
    }
    let forms = presented_forms(text.expose());
    let tags = forms.iter().map(|form| tools.keys.lookup_tag(kind, form.expose())).collect();
    Some(PresentedToken::Tagged { tags, shard: handle.map(|handle| handle.shard()) })
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
