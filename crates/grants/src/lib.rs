#![doc = include_str!("../README.md")]

mod basic;
mod credentials;
mod error;
mod form;
mod request;
mod token_info;

pub use basic::{BasicReading, BasicReadings, Readings};
pub use credentials::Presented;
pub use error::ParseError;
pub use form::FormParams;
pub use request::{Grant, GrantType, Method, ParseSettings, RawRequest, TokenRequest, parse};
pub use token_info::TokenInfo;
