//! A provider that people come from, and that is not ours: started, and let loose on the room
//! `upstream`.
//!
//! `certificate` makes the authority that vouches for it, `provider` is its process, `run` the
//! command.

mod certificate;
mod provider;
mod run;

pub(crate) use run::{Arguments, run};
