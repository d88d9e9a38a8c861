#![doc = include_str!("../README.md")]

pub mod edge;
pub mod refusal;
pub mod request_id;
pub mod shutdown;
