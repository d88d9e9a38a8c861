//! Shapes on the wire, one file each.

mod token_listing;

pub use token_listing::TokenListingWriter;
