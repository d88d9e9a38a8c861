//! Proofs of who asks.
//!
//! They can be made here alone:
//!
//! ```compile_fail
//! let admin: muster_domain::AdminClient = todo!();
//! let forged = muster_client_auth::AuthenticatedAdmin { admin };
//! ```

use muster_domain::{AdminClient, AuthMethod, Client};

/// A client that has proved who it is.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    // Boxed: a registration is long, and a `Caller` is moved about.
    client: Box<Client>,
    method: AuthMethod,
}

/// An admin client that has proved who it is.
#[derive(Clone, Debug)]
pub struct AuthenticatedAdmin {
    admin: AdminClient,
    method: AuthMethod,
}

/// Whoever asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// An ordinary client.
    Client(AuthenticatedClient),
    /// An admin client.
    Admin(AuthenticatedAdmin),
}

impl AuthenticatedClient {
    pub(crate) fn proved(client: Box<Client>, method: AuthMethod) -> Self {
        Self { client, method }
    }

    /// A proof without a secret, for tests of the rooms above.
    #[cfg(feature = "samples")]
    pub fn sample(client: Client) -> Self {
        let client = Box::new(client);
        Self { client, method: AuthMethod::SecretBasic }
    }

    /// Who it is.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// How it proved itself.
    pub const fn method(&self) -> AuthMethod {
        self.method
    }
}

impl AuthenticatedAdmin {
    pub(crate) const fn proved(admin: AdminClient, method: AuthMethod) -> Self {
        Self { admin, method }
    }

    /// A proof without a secret, for tests of the rooms above.
    #[cfg(feature = "samples")]
    pub const fn sample(admin: AdminClient) -> Self {
        Self { admin, method: AuthMethod::SecretBasic }
    }

    /// Who it is.
    pub const fn admin(&self) -> &AdminClient {
        &self.admin
    }

    /// How it proved itself.
    pub const fn method(&self) -> AuthMethod {
        self.method
    }
}

impl Caller {
    /// Its public name.
    pub fn id(&self) -> &str {
        match self {
            Self::Client(client) => client.client.id.as_str(),
            Self::Admin(admin) => admin.admin.id.as_str(),
        }
    }
}
