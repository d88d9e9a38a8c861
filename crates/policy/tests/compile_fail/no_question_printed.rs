//! The presented token can be carried about and not printed.

use muster_policy::Permit;

fn show(permit: &Permit) -> String {
    format!("{}", permit.listing().asked().text)
}

fn main() {}
