#![doc = include_str!("../README.md")]

mod event;
mod file;
mod record;
mod trail;
mod verify;

pub use event::{Ending, Event};
pub use file::{FileError, FileTrail};
pub use record::{Entry, Subject};
pub use trail::{AuditError, Trail};
pub use verify::{Fault, FaultKind, Verified, verify_file, verify_store};
