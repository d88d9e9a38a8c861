//! Overhearing what a thread's connections say to their databases.

pub(crate) mod statement;

pub(crate) use statement::{listing_settings, overhear};
