//! One file per noun.

pub(crate) mod admin;
pub(crate) mod audit;
pub(crate) mod client;
mod client_options;
pub(crate) mod device;
pub(crate) mod doctor;
pub(crate) mod import;
pub(crate) mod issuer;
pub(crate) mod keys;
pub(crate) mod migrate;
pub(crate) mod reference;
mod report_file;
pub(crate) mod trust;
pub(crate) mod user;
