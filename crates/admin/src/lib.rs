#![doc = include_str!("../README.md")]

mod admins;
mod clients;
mod devices;
mod error;
mod issuers;
mod keeper;
mod keys;
mod new_id;
mod proof;
mod redirect_uri;
mod registration;
mod signing_keys;
mod trusted_issuers;
mod users;

pub use admins::{AdminDraft, Right};
pub use clients::ClientDraft;
pub use devices::DeviceDecision;
pub use error::DeedError;
pub use issuers::ensure_issuer;
pub use keeper::Keeper;
pub use keys::{KeyringOpened, ensure_key_ring, open_key_ring};
pub use proof::{Proof, ShownSecret};
pub use signing_keys::{DEFAULT_ALGORITHM, Rotated};
