//! What people have allowed clients.

use muster_domain::{ClientKey, Consent, UserKey};

use crate::StoreError;

/// Asking for consents.
pub trait ConsentsReading {
    /// What a user has allowed a client.
    fn find_consent(
        &mut self,
        user: UserKey,
        client: ClientKey,
    ) -> Result<Option<Consent>, StoreError>;

    /// What a user has allowed anybody, by client.
    fn list_consents(&mut self, user: UserKey) -> Result<Vec<Consent>, StoreError>;
}

/// Changing consents.
pub trait ConsentsWriting {
    /// Remembers a consent in place of the one before; nothing of a user that was removed
    /// meanwhile.
    fn remember_consent(&mut self, consent: &Consent) -> Result<(), StoreError>;

    /// Forgets what a user has allowed a client, or all of them; how many there were.
    fn forget_consents(
        &mut self,
        user: UserKey,
        client: Option<ClientKey>,
    ) -> Result<usize, StoreError>;
}
