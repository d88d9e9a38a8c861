//! What the house needs of the machine: found, installed, built instead, or asked for.
//!
//! `need` names each thing and knows whether it is there, `debian` installs, `plan` decides
//! in which of the ways it is to be had. The README's commands all begin here, so that
//! a fresh machine with cargo and a C compiler needs no preparation.

mod debian;
mod need;
mod plan;

pub(crate) use need::Need;
pub(crate) use plan::{Build, Means, ensure};
