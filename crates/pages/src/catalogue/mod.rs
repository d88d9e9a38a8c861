//! Every text that a person reads, in one value per language.
//!
//! `shape` says what a language must have, `english` is one. Another language is another
//! constant beside it; the compiler says what is missing.

mod english;
mod shape;

pub use shape::Catalogue;
pub(crate) use shape::{
    AccessWords, Around, ConsentWords, DeviceWords, EndingWords, FrameWords, LogInWords,
    LogOutWords, MyTokensWords, PostWords, TroubleWords,
};
