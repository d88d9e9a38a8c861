//! Whoever holds a proof cannot change whom it is about or what they may do.

use muster_client_auth::AuthenticatedAdmin;

fn widen(proof: &mut AuthenticatedAdmin) {
    proof.admin.rights.list_users_other_clients = true;
}

fn widen_by_the_door(proof: &mut AuthenticatedAdmin) {
    proof.admin().rights.list_users_other_clients = true;
}

fn main() {}
