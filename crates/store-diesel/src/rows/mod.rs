//! Rows into domain values and back, one file per noun.

mod code;
mod device_flow;
mod entitlement;
mod numbers;
mod party;
mod registration;
mod token;
mod transaction;
mod user;

pub(crate) use code::{CodeRow, details_text as code_details};
pub(crate) use device_flow::{DeviceFlowRow, DeviceStateColumn};
pub(crate) use entitlement::read_entitlement;
pub(crate) use numbers::{digest, from_number, hash_bytes, shard, small};
pub(crate) use party::{AdminRow, ClientRow, party_status, party_status_number};
pub(crate) use registration::registration_text;
pub(crate) use token::{NewTokenRow, TokenRow, ending_column, token_kind_number};
pub(crate) use transaction::{HoldingRow, TransactionRow, transaction_state};
pub(crate) use user::{UserRow, user_status, user_status_number};
