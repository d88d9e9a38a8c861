//! The public paths: `endpoint` names each, `doors` opens them, the others answer one or two
//! each.

mod certs;
mod doors;
mod endpoint;
mod floor;
mod inquiry;
mod metadata;
mod token;

pub use doors::routes;
pub use endpoint::Endpoint;
pub use token::Doorway;
