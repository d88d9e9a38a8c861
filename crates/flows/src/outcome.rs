//! What a flow comes to.

use muster_crypto::ListingWarrant;
use muster_domain::{ListingPlan, TokenKey};

use crate::TokenAnswer;

/// What is to be told.
#[derive(Debug)]
pub enum Outcome {
    /// A listing, planned and not begun.
    Listing(PlannedListing),
    /// Tokens, issued and stored.
    Tokens(Box<TokenAnswer>),
}

/// A listing that is permitted and about to begin.
#[derive(Debug)]
pub struct PlannedListing {
    /// Whose tokens, and at which clients.
    pub plan: ListingPlan,
    /// The presented token, for the audit trail.
    pub presented: TokenKey,
    /// The licence to open texts.
    pub warrant: ListingWarrant,
}
