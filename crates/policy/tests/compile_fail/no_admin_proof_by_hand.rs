//! An admin that is known is not yet an admin that has proved itself.

use muster_client_auth::AuthenticatedAdmin;
use muster_domain::{AdminClient, AuthMethod};

fn forge(admin: AdminClient) -> AuthenticatedAdmin {
    AuthenticatedAdmin { admin, method: AuthMethod::SecretBasic }
}

fn main() {}
