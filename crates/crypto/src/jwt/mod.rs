//! JSON Web Tokens (RFC 7519), strictly: josekit computes signatures, everything around
//! them is checked here.

mod algorithm;
mod claims;
mod dpop;
mod given_key;
mod grant_claims;
mod issued;
mod json;
mod key_set;
mod rejected;
mod signer;
mod text;

pub use algorithm::Algorithm;
pub use claims::{AssertionClaims, AssertionExpectation};
pub use dpop::{DpopExpectation, DpopProof, verify_dpop_proof};
pub use given_key::{GivenKey, NoUse, UnusableKey};
pub use grant_claims::{GrantClaims, GrantExpectation, unverified_issuer};
pub use issued::{
    AccessTokenFacts, IdTokenFacts, JwtProfile, access_token, actor_claim, audience_claim,
    audience_in_text, id_token, introspection_answer,
};
pub use key_set::{KeySetError, VerifyingKeys};
pub use rejected::Rejected;
pub use signer::{PrivateKey, PrivateKeyError, Signer};
