//! Tokens at rest: what is sealed opens in its own row, under its own keys, and nowhere
//! else; and nothing secret is printed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod kek_file;
mod lookup;
mod printing;
mod ring;
mod signing_keys;
mod texts;
mod vault;
