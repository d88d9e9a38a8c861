#![doc = include_str!("../README.md")]

mod authorization_code;
mod authorize;
mod basic;
mod client_credentials;
mod credentials;
mod device_code;
mod device_start;
mod envelope;
mod error;
mod form;
mod grant_type;
mod jwt_bearer;
mod parameters;
mod refresh_token;
mod request;
mod scope;
mod targets;
mod token_exchange;
mod token_info;
mod token_query;
mod userinfo;
mod wishes;

pub use authorization_code::{AuthorizationCode, verifier_is_well_formed};
pub use authorize::{
    Arrived, AskedWrongly, AuthorizationQuestion, AuthorizationRequest, InvalidPrompt, Prompt,
    PushedForm, ResponseMode, parse_authorization, parse_pushed, pushed_uri, read_kept,
};
pub use basic::{BasicReading, BasicReadings, Readings};
pub use client_credentials::ClientCredentials;
pub use credentials::Presented;
pub use device_code::DeviceCode;
pub use device_start::{DeviceStart, parse_device_start};
pub use error::ParseError;
pub use form::FormParams;
pub use grant_type::{GrantType, GrantTypes};
pub use jwt_bearer::JwtBearer;
pub use refresh_token::RefreshToken;
pub use request::{Grant, Method, ParseSettings, RawRequest, TokenRequest, parse};
pub use targets::{Target, Targets};
pub use token_exchange::{ExchangeToken, TokenExchange, TokenTypeUri};
pub use token_info::TokenInfo;
pub use token_query::{TokenQuery, parse_token_query};
pub use userinfo::{ShownToken, TokenScheme, parse_userinfo};
pub use wishes::Wishes;
