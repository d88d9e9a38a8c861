#![doc = include_str!("../README.md")]

mod assertions;
mod audit;
mod data_keys;
mod error;
mod issuers;
mod listing;
mod numbers;
mod parties;
mod signing_keys;
mod tokens;
mod transactions;
mod unit;
mod users;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use assertions::{AssertionUse, AssertionsWriting};
pub use audit::{AuditLink, AuditReading, AuditRecord, AuditWriting};
pub use data_keys::{DataKeysReading, DataKeysWriting, StoredDataKey};
pub use error::StoreError;
pub use issuers::{IssuersReading, IssuersWriting};
pub use listing::{ListingReading, Moment, TokenPlace, TokenRange, TransactionPlace, Visit};
pub use numbers::{NumbersWriting, Sequence};
pub use parties::{
    AdministersReading, AdministersWriting, Linked, PartiesReading, PartiesWriting, Party,
    PartyKey, PartyPage,
};
pub use signing_keys::{SigningKeyState, SigningKeysReading, SigningKeysWriting, StoredSigningKey};
pub use tokens::{FoundToken, PresentedToken, StoredToken, TokensReading, TokensWriting};
pub use transactions::{TransactionsReading, TransactionsWriting};
pub use unit::{Reading, Store, StoreHealth, Unit, Writing};
pub use users::{UsersReading, UsersWriting};
