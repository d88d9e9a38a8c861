//! The public paths: `sitemap` names each in one line, the others answer one or two each.

mod certs;
mod inquiry;
mod metadata;
mod sitemap;
mod token;

pub use sitemap::routes;
pub use token::Doorway;
