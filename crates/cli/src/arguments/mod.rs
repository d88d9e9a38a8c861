//! The command tree. Help texts are documentation: `docs/reference/cli.md` is made of them.

mod admin;
mod client;
mod import;
mod tree;

pub(crate) use admin::{AdminAdd, AdminCommand, RightName};
pub(crate) use client::{ClientAdd, ClientCommand, ProfileName};
pub(crate) use import::{ImportCommand, ImportOptions};
pub use tree::DemoOptions;
pub(crate) use tree::{
    Arguments, AuditCommand, Command, ConfigCommand, KeysCommand, MigrateCommand, Paging, Sure,
};
