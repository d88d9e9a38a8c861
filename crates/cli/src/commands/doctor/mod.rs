//! `muster doctor`: what is wrong here, and what to do.

mod files;
mod inside;
mod line;
mod outside;
mod run;

pub(crate) use run::run;
