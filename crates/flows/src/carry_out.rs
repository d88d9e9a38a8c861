//! From a permit to an outcome: the one match on what may be done.

use muster_crypto::ListingWarrant;
use muster_policy::Permit;

use crate::token_info::{self, Question};
use crate::{FlowError, Outcome, Tools};

/// Does what is permitted.
pub fn carry_out(permit: &Permit, tools: &Tools) -> Result<Outcome, FlowError> {
    let listing = permit.listing();
    let question = Question {
        kind: listing.asked().kind,
        text: &listing.asked().text,
        token_reach: listing.token_reach(),
        listing_reach: listing.listing_reach(),
        warrant: ListingWarrant::of_permitted_listing(),
    };
    token_info::plan(question, tools).map(Outcome::Listing)
}
