//! Requests as bytes: what holds for every grant, whatever it asks.

mod any_bytes;
mod every_grant;
mod house;
