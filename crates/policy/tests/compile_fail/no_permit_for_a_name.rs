//! A decision needs a proof; a name proves nothing.

use muster_grants::Grant;
use muster_policy::{Permit, Rulebook, permit};

fn forge(grant: Grant) -> Option<Permit> {
    permit("admin-1", grant, &Rulebook::default()).ok()
}

fn main() {}
