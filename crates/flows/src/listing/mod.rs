//! The listing: a walk over one user's tokens, page by page, in the order of the contract
//! (token-info.md 4), in memory that does not grow with it.
//!
//! `cursor.rs` goes from client to client, `client_walk.rs` over one client's transactions
//! and tokens, `moment.rs` puts elements of one instant in order, `shown.rs` opens texts.

mod client_walk;
mod cursor;
mod moment;
mod shown;

pub use cursor::{ListingCursor, Progress};
pub use shown::{EndedTexts, ListingSink, ShowTokens, ShownToken};
