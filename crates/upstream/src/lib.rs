#![doc = include_str!("../README.md")]

mod address;
mod arrived;
mod begin;
mod callback;
mod discovery;
mod error;
mod exchange;
mod flight;
mod gate;
mod held;
mod http;
mod provider;
mod settings;
mod upstream;
mod user_info;

pub use address::InvalidAddress;
pub use arrived::Arrived;
pub use begin::{Begun, Prompt, Wishes};
pub use callback::Callback;
pub use error::{Culprit, Document, NetworkFault, ProviderFault, Stray, Unnamed, UpstreamError};
pub use flight::{Flight, NoFlight};
pub use settings::{
    PairOfNames, SettingsError, Trust, USUAL_CLAIMS, UpstreamLimits, UpstreamSettings, UserNaming,
};
pub use upstream::Upstream;
