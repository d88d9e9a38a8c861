//! A proof of who asks is not yet a permit.

use muster_client_auth::Caller;
use muster_policy::Permit;

fn forge(caller: Caller, other: Permit) -> Permit {
    Permit { caller, ..other }
}

fn main() {}
