//! The presented token can be carried about and not printed.

use muster_policy::Permit;

fn show(permit: &Permit) -> String {
    permit.listing().map(|listing| format!("{}", listing.asked().text)).unwrap_or_default()
}

fn main() {}
