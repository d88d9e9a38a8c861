#![doc = include_str!("../README.md")]

mod assertions;
mod audit;
mod cleaning;
mod codes;
mod data_keys;
mod device_flows;
mod error;
mod issuers;
mod listing;
mod numbers;
mod parties;
mod signing_keys;
mod standings;
mod tokens;
mod transactions;
mod trusted_issuers;
mod unit;
mod users;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use assertions::{ASSERTIONS_REMEMBERED, AssertionUse, AssertionsWriting};
pub use audit::{AuditLink, AuditReading, AuditRecord, AuditWriting, RecordMaker};
pub use cleaning::{Cleaned, CleaningWriting};
pub use codes::{CodesReading, CodesWriting, FoundCode, Strangers};
pub use data_keys::{DataKeysReading, DataKeysWriting, StoredDataKey};
pub use device_flows::{DeviceFlowsReading, DeviceFlowsWriting};
pub use error::{StoreError, on_one_line};
pub use issuers::{IssuersReading, IssuersWriting};
pub use listing::{ListingReading, Moment, TokenPlace, TokenRange, TransactionPlace, Visit};
pub use numbers::{NumbersWriting, Sequence};
pub use parties::{
    AdministersReading, AdministersWriting, Linked, PartiesReading, PartiesWriting, Party,
    PartyKey, PartyPage,
};
pub use signing_keys::{SigningKeyState, SigningKeysReading, SigningKeysWriting, StoredSigningKey};
pub use standings::{FoundStanding, StandingsReading};
pub use tokens::{
    FoundToken, IssuedToken, PresentedToken, StoredToken, TokensReading, TokensWriting,
};
pub use transactions::{TransactionsReading, TransactionsWriting};
pub use trusted_issuers::{TrustedIssuersReading, TrustedIssuersWriting};
pub use unit::{Reading, Store, StoreHealth, Unit, Writing};
pub use users::{UsersReading, UsersWriting};
