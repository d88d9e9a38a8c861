//! Tidy: the rules of the house that clippy cannot know.
//!
//! Each rule is a pure function from the `House` (its files and crates, read once) to what
//! it found, one file a rule or a family of rules. `rules` lists them; they run with
//! `cargo xtask tidy` and, one by one, as tests of this crate.

mod finding;
mod floors;
mod front_pages;
mod functions;
mod grants_everywhere;
mod house;
mod links;
mod migration_pairs;
mod names;
mod places;
mod rules;
mod sizes;
mod source;
mod words;

pub(crate) use rules::run;
