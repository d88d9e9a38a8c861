//! The English words.

mod access;
mod deciding;
mod entering;
mod owning;
mod trouble;
mod whole;
