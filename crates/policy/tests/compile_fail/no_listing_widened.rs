//! A permitted listing keeps its two reaches.

use muster_domain::Reach;
use muster_policy::ListingPermit;

fn widen(permit: &mut ListingPermit, reach: Reach) {
    permit.listing_reach = reach;
}

fn widen_the_token(permit: &mut ListingPermit) {
    permit.token_reach = permit.listing_reach();
}

fn main() {}
