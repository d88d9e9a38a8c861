#![doc = include_str!("../README.md")]

mod arguments;
mod commands;
mod exit;
mod host;
mod look;
mod moment;
mod output;
mod premises;
mod run;
mod target;

pub use arguments::DemoOptions;
pub use exit::{Exit, Failure};
pub use host::{Host, KeeperSettings};
pub use output::Output;
pub use premises::{Premises, PremisesError};
pub use run::run;
