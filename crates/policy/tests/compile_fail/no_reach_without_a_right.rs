//! There is neither a reach of nothing in particular nor one of everything (I05).

use muster_domain::{IssuerKey, Reach};

fn whatever() -> Reach {
    Reach::default()
}

fn everything() -> Reach {
    Reach::every_client(IssuerKey::new(1))
}

fn main() {}
