#![doc = include_str!("../README.md")]

mod admins;
mod clients;
mod error;
mod issuers;
mod keeper;
mod keys;
mod new_id;
mod proof;
mod redirect_uri;
mod signing_keys;

pub use admins::{AdminDraft, Right};
pub use clients::ClientDraft;
pub use error::DeedError;
pub use issuers::ensure_issuer;
pub use keeper::Keeper;
pub use keys::{KeyringOpened, ensure_key_ring, open_key_ring};
pub use proof::{Proof, ShownSecret};
pub use signing_keys::{DEFAULT_ALGORITHM, Rotated};
