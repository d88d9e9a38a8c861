//! People in browsers: what they come with, what waits for them, the doors they come in by, the
//! pages they see (decision 0015).
//!
//! `visit` is what a browser sends, `reply` what it gets; everything between is synchronous.

mod authorize;
mod client_answer;
mod code_limits;
mod consent;
mod cookies;
mod device;
mod door;
mod hall;
mod log_in;
mod log_out;
mod login_limits;
mod of_session;
mod own;
mod own_place;
mod parameters;
mod reply;
mod trouble;
mod visit;
mod waiting;

pub(crate) use authorize::authorize;
pub(crate) use code_limits::CodeLimits;
pub(crate) use consent::decide;
pub(crate) use device::device;
pub(crate) use door::{AccountDoor, Door};
pub use hall::{Hall, HallSettings};
pub(crate) use log_in::log_in;
pub(crate) use log_out::log_out;
pub(crate) use login_limits::LoginLimits;
pub(crate) use own::own;
pub(crate) use reply::Reply;
pub(crate) use visit::Visit;
