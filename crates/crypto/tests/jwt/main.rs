//! The strict wrapper around josekit: bad inputs B83 to B98, one room for each kind.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod claims;
mod given;
mod header;
mod imported;
mod keys;
mod party;
mod properties;
mod shape;
