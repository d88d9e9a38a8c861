//! One file per noun.

pub(crate) mod admin;
pub(crate) mod audit;
pub(crate) mod client;
pub(crate) mod doctor;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod migrate;
pub(crate) mod reference;
mod report_file;
