//! `muster demo`: a small federation in an embedded store of its own, the service on
//! loopback, and the main job done over HTTP before the reader's eyes.

mod federation;
mod folder;
mod http;
mod parties;
mod person;
mod show;
mod telling;

pub use telling::run;
