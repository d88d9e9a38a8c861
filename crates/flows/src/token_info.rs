//! The token-information grant: from a presented token to the plan of a listing.
//!
//! Which text names a token is decided in three ways (token-info.md 2): the exact text, the
//! forms of an opaque OA4MP token, and a signed JWT of an import whose text is unknown. The
//! presented token must be in force, but a disabled user does not stop a listing: ending
//! what such a user holds is what it is for.

use muster_crypto::{Handle, ListingWarrant, presented_forms};
use muster_domain::{ListingPlan, Reach, Secret, Standing, Timestamp, TokenKind, UserStatus};
use muster_store::{FoundToken, PresentedToken};

use crate::{FlowError, PlannedListing, Tools};

/// The presented token and how far permission goes.
pub(crate) struct Question<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'a Secret<String>,
    /// Where the presented token must be found.
    pub(crate) token_reach: Reach,
    /// What the listing may cover.
    pub(crate) listing_reach: Reach,
    pub(crate) warrant: ListingWarrant,
}

/// Plans the listing.
pub(crate) fn plan(question: Question<'_>, tools: &Tools) -> Result<PlannedListing, FlowError> {
    let now = tools.clock.now();
    let found = match find_by_text(&question, tools)? {
        Some(found) => found,
        None => find_by_signature(&question, tools, now)?
            .ok_or(FlowError::InvalidGrant { reason: "unknown" })?,
    };
    let (user, user_id) = found
        .token
        .user
        .zip(found.user_id.clone())
        .ok_or(FlowError::InvalidGrant { reason: "it speaks for no user" })?;
    if !is_in_force(&found, now) {
        return Err(FlowError::InvalidGrant { reason: "ended or expired" });
    }
    Ok(PlannedListing {
        plan: ListingPlan { user, user_id, reach: question.listing_reach },
        presented: found.token.key,
        warrant: question.warrant,
    })
}

/// Whether the presented token is good, the user's own standing aside.
fn is_in_force(found: &FoundToken, now: Timestamp) -> bool {
    let standing = Standing { user: Some(UserStatus::Active), ..found.standing };
    standing.admits(found.transaction, found.token.state, found.token.expires_at, now)
}

fn find_by_text(question: &Question<'_>, tools: &Tools) -> Result<Option<FoundToken>, FlowError> {
    let text = question.text.expose();
    let handle = Handle::parse(text);
    if handle.is_some_and(|handle| handle.kind() != question.kind) {
        return Ok(None);
    }
    let tags = presented_forms(text)
        .iter()
        .map(|form| tools.keys.lookup_tag(question.kind, form.expose()))
        .collect();
    let presented = PresentedToken::Tagged { tags, shard: handle.map(|handle| handle.shard()) };
    let (kind, reach) = (question.kind, question.token_reach);
    Ok(tools.store.read(|reading| reading.find_token(&presented, kind, reach))?)
}

/// A JWT of an import whose text the old database no longer held: its signature counts.
fn find_by_signature(
    question: &Question<'_>,
    tools: &Tools,
    now: Timestamp,
) -> Result<Option<FoundToken>, FlowError> {
    let text = question.text.expose();
    if text.bytes().filter(|byte| *byte == b'.').count() != 2 {
        return Ok(None);
    }
    let issuer = question.token_reach.issuer();
    let keys = tools.published.of(&*tools.store, issuer, now)?;
    let Ok(id) = keys.imported_token_id(text) else { return Ok(None) };
    let presented = PresentedToken::Verified { id };
    let (kind, reach) = (question.kind, question.token_reach);
    Ok(tools.store.read(|reading| reading.find_token(&presented, kind, reach))?)
}
