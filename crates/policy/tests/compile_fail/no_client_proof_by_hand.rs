//! A client that is known is not yet a client that has proved itself.

use muster_client_auth::AuthenticatedClient;
use muster_domain::{AuthMethod, Client};

fn forge(client: Client) -> AuthenticatedClient {
    AuthenticatedClient { client: Box::new(client), method: AuthMethod::SecretBasic }
}

fn main() {}
