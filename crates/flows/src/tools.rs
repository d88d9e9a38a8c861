//! What every flow works with.

use std::sync::Arc;

use muster_crypto::KeyRing;
use muster_domain::{Clock, Issuer, Randomness};
use muster_store::Store;

use crate::{PublishedKeys, Signers};

/// Store, keys, clock and randomness of one issuer, handed down from where the program is
/// put together.
#[derive(Clone)]
pub struct Tools {
    /// The tenant whose flows these are.
    pub issuer: Issuer,
    /// Where everything is remembered.
    pub store: Arc<dyn Store>,
    /// The unwrapped keys.
    pub keys: Arc<KeyRing>,
    /// The verifying keys of each issuer.
    pub published: Arc<PublishedKeys>,
    /// The signer of each issuer, built once.
    pub signers: Arc<Signers>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where token texts and identifiers come from.
    pub randomness: Arc<dyn Randomness>,
}
