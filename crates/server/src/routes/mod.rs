//! The public paths: `sitemap` names each in one line, the others answer one each.

mod certs;
mod metadata;
mod sitemap;
mod token;

pub use sitemap::routes;
pub use token::Doorway;
