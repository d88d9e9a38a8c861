//! From HTTP to raw bytes: the last place that sees HTTP.

mod form;

pub use form::TokenForm;
