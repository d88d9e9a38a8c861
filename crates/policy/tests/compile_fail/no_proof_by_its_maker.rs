//! What makes proofs after a verification is not to be had outside.

use muster_client_auth::{AuthenticatedAdmin, AuthenticatedClient};
use muster_domain::{AdminClient, AuthMethod, Client};

fn forge_client(client: Client) -> AuthenticatedClient {
    AuthenticatedClient::proved(Box::new(client), AuthMethod::SecretBasic)
}

fn forge_admin(admin: AdminClient) -> AuthenticatedAdmin {
    AuthenticatedAdmin::proved(admin, AuthMethod::SecretBasic)
}

fn main() {}
