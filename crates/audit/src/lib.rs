#![doc = include_str!("../README.md")]

mod checkpoint;
mod event;
mod file;
mod file_end;
mod line;
mod milestones;
mod record;
mod tail;
mod trail;
mod verify;

pub use checkpoint::{Checkpoint, InvalidCheckpoint};
pub use event::{Ending, Event};
pub use file::{FileError, FileTrail};
pub use line::line_of;
pub use milestones::Milestones;
pub use record::{Actor, Entry, Subject};
pub use tail::{tail_file, tail_store};
pub use trail::{AuditError, Trail};
pub use verify::{
    Fault, FaultKind, Verified, verify_file, verify_file_against, verify_pages, verify_store,
    verify_store_against,
};
