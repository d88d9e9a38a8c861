#![doc = include_str!("../README.md")]

mod audit_chain;
mod handle;
mod jwt;
mod kek;
mod key_ring;
mod lookup;
mod os_randomness;
mod pkce;
mod seal;
mod secret_verifier;
mod stored_secret;
mod user_code;
mod wrap;

pub use handle::{Handle, HandleKind, generate_client_secret};
pub use jwt::{
    AccessTokenFacts, Algorithm, AssertionClaims, AssertionExpectation, DpopExpectation, DpopProof,
    GivenKey, GrantClaims, GrantExpectation, IdTokenFacts, JwtProfile, KeySetError, NoUse,
    PrivateKey, PrivateKeyError, Rejected, Signer, UnusableKey, VerifyingKeys, access_token,
    actor_claim, audience_claim, audience_in_text, id_token, introspection_answer,
    unverified_issuer, verify_dpop_proof,
};
pub use kek::{Kek, KekError};
pub use key_ring::{KeyRing, KeyRingError, WrappedKey};
pub use lookup::{CodeKind, TOKEN_TEXT_LIMIT, canonical_form, presented_forms};
pub use os_randomness::OsRandomness;
pub use pkce::challenge_of;
pub use seal::{ListingWarrant, SealContext, SealError, SuccessorWarrant, Unsealable};
pub use secret_verifier::{SecretVerifier, Verification, VerifierSettings};
pub use stored_secret::{SECRET_LIMIT, SecretFormat};
pub use user_code::{canonical_user_code, generate_user_code};
pub use wrap::KeyPurpose;
