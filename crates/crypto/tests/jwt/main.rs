//! The strict wrapper around josekit: bad inputs B83 to B98 and B133, one room for each kind,
//! and the JWTs that are given out.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod claims;
mod dpop;
mod dpop_keys;
mod given;
mod grants;
mod header;
mod imported;
mod issued;
mod keys;
mod party;
mod properties;
mod prover;
mod shape;
mod verified;
