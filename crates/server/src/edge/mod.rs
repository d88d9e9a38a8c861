//! The outer wall: connections in, whole and well-formed requests through, answers out.
//!
//! actix-web alone neither times out a slow body or a stalled reader nor caps connections
//! per peer (T32, T33), and answers bad HTTP with an empty body. Here every request is
//! taken in whole, checked and written anew before actix sees its first byte.

mod address;
mod answered;
mod chunks;
mod connection;
mod doors;
mod front;
mod guard;
mod head;
mod headway;
mod intake;
mod limits;
mod listener;
mod pace;

pub use address::{AddressRange, InvalidAddressRange, PeerGroup, TrustedProxies};
pub use front::RequestFacts;
pub use headway::Headway;
pub use limits::Limits;
pub use listener::{Listener, Wall};
