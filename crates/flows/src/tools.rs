//! What every flow works with.

use std::sync::Arc;

use muster_crypto::KeyRing;
use muster_domain::Clock;
use muster_store::Store;

use crate::PublishedKeys;

/// Store, keys and clock, handed down from where the program is put together.
#[derive(Clone)]
pub struct Tools {
    /// Where everything is remembered.
    pub store: Arc<dyn Store>,
    /// The unwrapped keys.
    pub keys: Arc<KeyRing>,
    /// The verifying keys of each issuer.
    pub published: Arc<PublishedKeys>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}
