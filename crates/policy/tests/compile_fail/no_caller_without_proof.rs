//! A record of the store is no caller.

use muster_client_auth::Caller;
use muster_domain::{AdminClient, Client};

fn forge_client(client: Client) -> Caller {
    Caller::Client(client)
}

fn forge_admin(admin: AdminClient) -> Caller {
    Caller::Admin(admin)
}

fn main() {}
