#![doc = include_str!("../README.md")]

mod error;
mod flows;
mod gone;
mod links;
mod parties;
mod plan;
mod progress;
mod registering;
mod report;
mod run;
mod sealing;
mod signing;
mod source;
mod tables;

pub use error::ImportError;
pub use progress::{Progress, Silent};
pub use report::{Report, TableReport};
pub use run::{ImportOptions, import};
pub use sealing::{KeySet, LeftKey, Sealing, SealingFailed, SigningKey};
pub use source::{SourceNames, SourceUrl};
