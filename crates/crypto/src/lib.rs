#![doc = include_str!("../README.md")]

mod audit_chain;
mod handle;
mod jwt;
mod kek;
mod key_ring;
mod lookup;
mod os_randomness;
mod seal;
mod secret_verifier;
mod stored_secret;
mod wrap;

pub use handle::{Handle, generate_client_secret};
pub use jwt::{
    Algorithm, AssertionClaims, AssertionExpectation, GivenKey, KeySetError, NoUse, PrivateKey,
    PrivateKeyError, Rejected, Signer, UnusableKey, VerifyingKeys,
};
pub use kek::{Kek, KekError};
pub use key_ring::{KeyRing, KeyRingError, WrappedKey};
pub use lookup::{TOKEN_TEXT_LIMIT, canonical_form, presented_forms};
pub use os_randomness::OsRandomness;
pub use seal::{ListingWarrant, SealContext, SealError, Unsealable};
pub use secret_verifier::{SecretVerifier, Verification, VerifierSettings};
pub use stored_secret::{SECRET_LIMIT, SecretFormat};
pub use wrap::KeyPurpose;
