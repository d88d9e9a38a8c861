#![doc = include_str!("../README.md")]

mod aim;
mod answer;
mod audience_standing;
mod authorization_code;
mod authorize;
mod carry_out;
mod chronicle;
mod client_credentials;
mod device_code;
mod device_start;
mod doing;
mod error;
mod id_token_hint;
mod identifier;
mod introspect;
mod jwt_bearer;
mod last_uses;
mod listing;
mod mint;
mod outcome;
mod own;
mod own_ending;
mod password;
mod presented;
mod proof;
mod published_keys;
mod pushed_request;
mod refresh_token;
mod revoke;
mod seed;
mod sessions;
mod signed_introspection;
mod signers;
mod token_exchange;
mod token_info;
mod tools;
mod transactions;
mod userinfo;

pub use answer::{TokenAnswer, TokenType};
pub use authorize::{Agreed, Asked, Step, agree, issue_code, next_step};
pub use carry_out::carry_out;
pub use chronicle::{Chronicle, Happening, Unrecorded};
pub use device_start::{
    Decision, DeviceStarted, WaitingDevice, decide_device, find_waiting_device, start_device,
};
pub use doing::Doing;
pub use error::FlowError;
pub use id_token_hint::{Hinted, hinted_user};
pub use introspect::{ActiveToken, introspect};
pub use last_uses::LastUses;
pub use listing::{EndedTexts, ListingCursor, ListingSink, Progress, ShowTokens, ShownToken};
pub use outcome::{Outcome, PlannedListing};
pub use own::{
    OwnApplication, OwnConsent, OwnFlow, OwnPage, OwnPlace, OwnState, OwnToken, list_own,
};
pub use own_ending::{OwnEnding, end_own};
pub use password::verify_password;
pub use proof::ShownProof;
pub use published_keys::PublishedKeys;
pub use pushed_request::{Pushed, find_pushed, push};
pub use revoke::{Revoked, revoke};
pub use seed::{Flow, Planted, Seed, SeedError, Sprout};
pub use sessions::{Arrival, LiveSession, begin_session, end_session, find_session};
pub use signed_introspection::sign_introspection;
pub use signers::Signers;
pub use tools::Tools;
pub use userinfo::{UserInfo, UserInfoError, userinfo};
