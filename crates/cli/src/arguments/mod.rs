//! The command tree. Help texts are documentation: `docs/reference/cli.md` is made of them.

mod admin;
mod client;
mod client_options;
mod device;
mod import;
mod issuer;
mod keys;
mod tree;
mod trust;
mod user;

pub(crate) use admin::{AdminAdd, AdminCommand, RightName};
pub(crate) use client::{Clearable, ClientAdd, ClientCommand, ClientSet};
pub(crate) use client_options::{ClientOptions, ProfileName};
pub(crate) use device::DeviceCommand;
pub(crate) use import::{ImportCommand, ImportOptions};
pub(crate) use issuer::IssuerCommand;
pub(crate) use keys::{KeysCommand, SigningAlgorithm};
pub use tree::DemoOptions;
pub(crate) use tree::{
    Arguments, AuditCommand, Command, ConfigCommand, MigrateCommand, Paging, Sure,
};
pub(crate) use trust::TrustCommand;
pub(crate) use user::UserCommand;
