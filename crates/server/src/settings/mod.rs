//! Settings: one TOML file and the environment, read once, into values that constructors take.
//!
//! Raw settings (what was written) and resolved ones (what is meant) are two types; the
//! rest of the program sees the second only. One definition of each key serves reading,
//! defaults, `config show`, `config check` and the reference.

mod audit;
mod client_auth;
mod database;
mod definition;
mod http;
mod issuer;
mod keys;
mod kind;
mod management;
mod nearest;
mod problem;
mod raw;
mod reference;
mod resolved;
mod retention;
mod strangers;
mod telemetry;
mod token_info;
mod tokens;

pub use audit::{Audit, AuditSink};
pub use client_auth::{ClientAuth, FailureLimits};
pub use database::Database;
pub use definition::Key;
pub use http::Http;
pub use issuer::IssuerSettings;
pub use keys::Keys;
pub use management::Management;
pub use problem::{Problem, Problems};
pub use raw::{Environment, RawSettings};
pub use reference::{reference, sample};
pub use resolved::{Settings, check, load, show, values, warnings};
pub use retention::Retention;
pub use telemetry::{LogFormat, Telemetry};
pub use token_info::TokenInfoSettings;
pub use tokens::Tokens;
