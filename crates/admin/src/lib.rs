#![doc = include_str!("../README.md")]

mod admins;
mod clients;
mod error;
mod issuers;
mod keeper;
mod keys;

pub use admins::{AdminDraft, Right};
pub use clients::ClientDraft;
pub use error::DeedError;
pub use issuers::ensure_issuer;
pub use keeper::{Keeper, Proof, ShownSecret};
pub use keys::{KeyringOpened, ensure_key_ring};
