#![doc = include_str!("../README.md")]

mod admin_client;
mod authorization_code;
mod client;
mod credentials;
mod device_flow;
mod entitlement;
mod error_code;
mod grant_name;
mod id;
mod issuer;
mod key;
mod listing;
mod randomness;
mod reach;
mod scope;
mod secret;
mod shard;
mod standing;
mod status;
mod time;
mod token;
mod transaction;
mod trusted_issuer;
mod user;

#[cfg(feature = "samples")]
pub mod samples;

pub use admin_client::{AdminClient, AdminRights, NewAdmin};
pub use authorization_code::{AuthorizationCode, CodeState, STRANGERS_TRIES};
pub use client::{AccessTokenProfile, Client, ClientKind, NewClient, Registration};
pub use credentials::{AuthMethod, AuthMethods, CredentialVersion, Credentials, StoredSecret};
pub use device_flow::{DeviceFlow, DeviceState, SLOWED_BY};
pub use entitlement::{Entitlement, KeyThumbprint, NothingLeft};
pub use error_code::ErrorCode;
pub use grant_name::{GrantName, GrantNames};
pub use id::{AdminId, ClientId, InvalidId, IssuerUrl, TokenId, TransactionId, UserId};
pub use issuer::{Issuer, IssuerPath, NewIssuer};
pub use key::{
    AdminKey, ClientKey, DataKeyId, DeviceFlowKey, ElementKey, IssuerKey, TokenKey, TransactionKey,
    UserKey,
};
pub use listing::{ListedClient, ListedTransaction, ListingPlan};
pub use randomness::{Randomness, RandomnessFailed};
pub use reach::{Reach, ReachedClients};
pub use scope::{InvalidScope, Scope, ScopeSet};
pub use secret::Secret;
pub use shard::Shard;
pub use standing::{ClientStanding, Standing};
pub use status::{InvalidStatus, PartyStatus, UserStatus};
pub use time::{Clock, Lifetime, Timestamp};
pub use token::{Ending, LookupTag, SealedText, Token, TokenKind, TokenState};
pub use transaction::{Descent, Transaction, TransactionState};
pub use trusted_issuer::TrustedIssuer;
pub use user::User;
