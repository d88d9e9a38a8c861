//! The sitemap: every public path, one line each.

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};

use super::{certs, metadata, token};
use crate::house::House;

/// The routes of one issuer.
pub fn routes(house: Arc<House>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let path = muster_domain::IssuerPath::of(&house.issuer.url).as_str().to_owned();
    move |app| {
        app.app_data(Data::from(Arc::clone(&house)))
            .route(&format!("{path}/token"), web::route().to(token::token))
            .route(&format!("{path}/certs"), web::get().to(certs::certs));
        for place in metadata::places(&path) {
            app.route(&place, web::get().to(metadata::metadata));
        }
    }
}
