//! The one way: a proof, a question and the rulebook become a permit. It shows that the
//! cases beside it fail for what they forge and not for what they name.

use muster_client_auth::Caller;
use muster_domain::Reach;
use muster_grants::Grant;
use muster_policy::{Denial, Rulebook, permit};

fn decide(caller: Caller, grant: Grant) -> Result<Option<Reach>, Denial> {
    let permit = permit(caller, grant, &Rulebook::default())?;
    Ok(permit.listing().map(|listing| listing.listing_reach()))
}

fn main() {
    let _ = decide;
}
