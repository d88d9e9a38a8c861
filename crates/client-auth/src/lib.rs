#![doc = include_str!("../README.md")]

mod assertion;
mod authenticate;
mod authenticated;
mod error;
mod shared_secret;

pub use authenticate::{Identity, OnUpgrade};
pub use authenticated::{AuthenticatedAdmin, AuthenticatedClient, Caller};
pub use error::{AuthError, Reason};
