//! From a permit to an outcome: the one match on what may be done.

use muster_crypto::ListingWarrant;
use muster_policy::{Deed, ListingPermit, Permit};

use crate::doing::Doing;
use crate::token_info::{self, Question};
use crate::{
    FlowError, Outcome, PlannedListing, Tools, authorization_code, client_credentials, device_code,
    jwt_bearer, refresh_token, token_exchange,
};

/// Does what is permitted.
pub fn carry_out(permit: &Permit, doing: &Doing<'_>) -> Result<Outcome, FlowError> {
    let answer = match permit.deed() {
        Deed::List(listing) => return list(listing, doing.tools).map(Outcome::Listing),
        Deed::RedeemCode(permit) => authorization_code::carry_out(permit, doing)?,
        Deed::Refresh(permit) => refresh_token::carry_out(permit, doing)?,
        Deed::IssueToClient(permit) => client_credentials::carry_out(permit, doing)?,
        Deed::Exchange(permit) => token_exchange::carry_out(permit, doing)?,
        Deed::PollDevice(permit) => device_code::carry_out(permit, doing)?,
        Deed::BelieveAssertion(permit) => jwt_bearer::carry_out(permit, doing)?,
    };
    Ok(Outcome::Tokens(Box::new(answer)))
}

fn list(listing: &ListingPermit, tools: &Tools) -> Result<PlannedListing, FlowError> {
    let question = Question {
        kind: listing.asked().kind,
        text: &listing.asked().text,
        token_reach: listing.token_reach(),
        listing_reach: listing.listing_reach(),
        warrant: ListingWarrant::of_permitted_listing(),
    };
    token_info::plan(question, tools)
}
