//! A question and a reach are not yet a listing that may be made.

use muster_domain::Reach;
use muster_grants::TokenInfo;
use muster_policy::ListingPermit;

fn forge(asked: TokenInfo, reach: Reach) -> ListingPermit {
    ListingPermit { asked, token_reach: reach, listing_reach: reach }
}

fn main() {}
