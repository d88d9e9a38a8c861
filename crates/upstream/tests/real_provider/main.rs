//! People log in at a provider that is not ours (node-oidc-provider) and come here: over
//! https, with pages, cookies and keys as providers have them. `cargo xtask upstream` starts
//! it and runs these tests.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod arriving;
mod browser;
mod keys;
mod refused;
mod visit;
