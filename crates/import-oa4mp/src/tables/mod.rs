//! Old rows into domain values, one file per table; pure.

pub(crate) mod admin;
pub(crate) mod client;
pub(crate) mod flow;
pub(crate) mod identifier;
pub(crate) mod jwt;
mod no_data;
pub(crate) mod tokens;

pub(crate) use no_data::is_no_data;
