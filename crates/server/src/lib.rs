#![doc = include_str!("../README.md")]

pub mod admission;
pub mod blocking;
pub mod edge;
pub mod extract;
pub mod listing_gate;
pub mod management;
mod rates;
pub mod refusal;
pub mod request_id;
pub mod service;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
