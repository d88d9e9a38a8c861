//! JSON Web Tokens (RFC 7519), strictly: josekit computes signatures, everything around
//! them is checked here.

mod algorithm;
mod claims;
mod given_key;
mod json;
mod key_set;
mod rejected;
mod signer;
mod text;

pub use algorithm::Algorithm;
pub use claims::{AssertionClaims, AssertionExpectation};
pub use given_key::{GivenKey, NoUse, UnusableKey};
pub use key_set::{KeySetError, VerifyingKeys};
pub use rejected::Rejected;
pub use signer::{PrivateKey, PrivateKeyError, Signer};
