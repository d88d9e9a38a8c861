//! A reach never leaves its issuer (I11).

use muster_domain::{IssuerKey, Reach};

fn move_on(mut reach: Reach) -> Reach {
    reach.issuer = IssuerKey::new(2);
    reach
}

fn main() {}
