#![doc = include_str!("../README.md")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod checker;
mod clock;
mod folder;
mod golden;
mod randomness;
mod recording;
mod servers;
mod timings;

pub use checker::{Deed, Name, Operation, is_explained};
pub use clock::HandClock;
pub use folder::Folder;
pub use golden::golden;
pub use randomness::{CountingRandomness, NoRandomness, SeededRandomness};
pub use recording::{Hands, NoAnswer, Recording, mixed};
pub use servers::{TestServer, database_url};
pub use timings::{TELLING, Timings};
