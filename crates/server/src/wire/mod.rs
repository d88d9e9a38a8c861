//! Shapes on the wire, one file each.

mod introspection;
mod token_answer;
mod token_listing;

pub use introspection::introspection;
pub use token_answer::token_answer;
pub use token_listing::TokenListingWriter;
