//! Rows into domain values and back, one file per noun.

mod code;
mod device_flow;
mod entitlement;
mod numbers;
mod party;
mod registration;
mod token;
mod transaction;
mod trusted_issuer;
mod user;

pub(crate) use code::{CodeRow, NewCodeRow};
pub(crate) use device_flow::{APPROVED, DeviceFlowRow, NewDeviceFlowRow, device_state_number};
pub(crate) use entitlement::{read_entitlement, scopes_in};
pub(crate) use numbers::{digest, from_number, hash_bytes, shard, small};
pub(crate) use party::{AdminRow, ClientRow, party_status, party_status_number};
pub(crate) use registration::{read_registration, registration_text};
pub(crate) use token::{NewTokenRow, TokenHeadRow, TokenRow, ending_column, token_kind_number};
pub(crate) use transaction::{HoldingRow, TransactionRow, transaction_state};
pub(crate) use trusted_issuer::TrustedIssuerRow;
pub(crate) use user::{UserRow, user_status, user_status_number};
