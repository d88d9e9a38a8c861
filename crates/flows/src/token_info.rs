//! The token-information grant: from a presented token to the plan of a listing.
//!
//! The presented token must be in force, but a disabled user does not stop a listing: ending
//! what such a user holds is what it is for.

use muster_crypto::ListingWarrant;
use muster_domain::{ListingPlan, Reach, Secret, Standing, Timestamp, TokenKind, UserStatus};
use muster_store::FoundToken;

use crate::{FlowError, PlannedListing, Tools, presented};

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
    let (kind, reach) = (question.kind, question.token_reach);
    let found = presented::find(question.text, kind, reach, (tools, now))?
        .ok_or(FlowError::grant("unknown"))?;
    let (user, user_id) = found
        .token
        .user
        .zip(found.user_id.clone())
        .ok_or(FlowError::grant("it speaks for no user"))?;
    if !is_in_force(&found, now) {
        return Err(FlowError::grant("ended or expired"));
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
    standing.admits(found.transaction.state, found.token.state, found.token.expires_at, now)
}
