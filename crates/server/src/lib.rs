#![doc = include_str!("../README.md")]

pub mod admission;
pub mod assemble;
pub mod blocking;
pub mod causes;
pub mod checkpoints;
pub mod clock;
pub mod demo;
pub mod edge;
pub mod extract;
pub mod host;
pub mod house;
pub mod http_api;
pub mod listing_body;
pub mod listing_gate;
pub mod management;
pub mod pipeline;
mod rates;
pub mod refusal;
pub mod request_id;
pub mod routes;
pub mod service;
pub mod settings;
pub mod shutdown;
pub mod stream;
pub mod telemetry;
pub mod wire;
